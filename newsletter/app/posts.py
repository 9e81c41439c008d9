"""Posts by an editor's hand: listing, adding, holding, withdrawing, joining and splitting their stories.

What reads pages is imported where a page is read: a list must not wait for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotFound, UsageError
from newsletter.base.ids import PostId
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.post import Post, PostState
from newsletter.sources.source import Source
from newsletter.sources.stories.flood import FLOOD
from newsletter.sources.stories.join_posts import join_posts, split_post
from newsletter.sources.strays import ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A post that is a candidate now. `problem`: why its page told nothing of it, where that was asked."""

    post: Post
    problem: str


def list_posts(app: App, *, source: str = "", state: str = "", limit: int = 200) -> list[Post]:
    """List posts, newest first, where asked of one source (its name, or the owner of no other) or in one state."""
    with reading(app.engine) as db:
        wanted = _source_called(db, source).id if source else None
        return post_store.list_posts(db, source_id=wanted, state=_state(state) if state else None, limit=limit)


def one_post(app: App, number: int) -> Post:
    """Give one post; NotFound when there is none."""
    with reading(app.engine) as db:
        return post_store.post_by_id(db, PostId(number))


def add_by_hand(app: App, location: str, *, topics: tuple[str, ...]) -> Post:
    """Add one page or file as a candidate, under these topics beside its own."""
    from newsletter.sources.add_post import add_post

    with reading(app.engine) as db:
        known = {topic.slug for topic in topic_store.all_topics(db)}
    unknown = sorted(set(topics) - known)
    if unknown:
        raise NotFound(f"there is no topic {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}")
    return add_post(app.engine, app.fetcher, app.media, location, clock=app.clock, topics=topics)


def move_post(app: App, number: int, state: str, *, why: str, by: str) -> Post:
    """Hold, withdraw or release a post; it counts for every digest that is not handed over yet."""
    post = one_post(app, number)
    now = app.clock.now()
    with writing(app.engine) as db:
        post_store.set_post_state(db, post.id, start=post.state, to=_state(state), reason=why)
        audit.record(db, at=now, who=by, act=f"post.{state}", subject=f"post:{post.id}", details=why)
    return one_post(app, number)


def release_post(app: App, number: int, *, why: str, by: str) -> Released:
    """Make a post a candidate. One of the back-catalogue of which only the address was read gets what its page tells.

    A page that tells nothing keeps no post back: `problem` says why.
    """
    from newsletter.sources.reading.read_source import is_web

    post = one_post(app, number)
    is_bare = post.state is PostState.SEEN and is_web(post.url) and not post.body and not post.excerpt
    problem = _completed(app, post) if is_bare else ""
    return Released(post=move_post(app, number, "candidate", why=why, by=by), problem=problem)


def release_flood(app: App, source: str, *, why: str, by: str) -> list[Post]:
    """Make the posts of a source that a guard holds candidates: they came in a flood, or from another's address.

    What somebody sent in, or held by hand, waits for a look of its own.
    """
    with reading(app.engine) as db:
        source_id = _source_called(db, source).id
        held = [post for reason in (FLOOD, ELSEWHERE) for post in post_store.held_for(db, source_id, reason=reason)]
    return [move_post(app, post_id, "candidate", why=why, by=by) for post_id in held]


def join_by_hand(app: App, numbers: Sequence[int], *, by: str) -> list[Post]:
    """Make posts tell one story, for good; give all posts of it."""
    now = app.clock.now()
    with writing(app.engine) as db:
        together = join_posts(db, [PostId(number) for number in numbers])
        subject = f"post:{together[0]}"
        audit.record(db, at=now, who=by, act="post.join", subject=subject, details=_numbers(together))
        return post_store.posts_by_ids(db, together)


def split_by_hand(app: App, number: int, *, by: str) -> Post:
    """Make a post tell a story of its own, for good."""
    now = app.clock.now()
    with writing(app.engine) as db:
        mates = split_post(db, PostId(number))
        details = f"from {_numbers(mates)}"
        audit.record(db, at=now, who=by, act="post.split", subject=f"post:{number}", details=details)
        return post_store.post_by_id(db, PostId(number))


def story_mates(app: App, post: Post) -> list[PostId]:
    """Give the other posts that tell the same story."""
    with reading(app.engine) as db:
        return [one for one in story_store.posts_of_stories(db, [post.story_id]) if one != post.id]


def _completed(app: App, post: Post) -> str:
    from newsletter.sources.ingest import Ingestion

    with reading(app.engine) as db:
        source = source_store.source_by_id(db, post.source_id)
    return Ingestion(app.engine, app.fetcher, app.media, source, now=app.clock.now()).complete_stored(post.id)


def _source_called(db: Connection, words: str) -> Source:
    """Give the source of a name, else the one that has this owner; an error names those that could be meant."""
    present = source_store.all_sources(db)
    by_name = [one for one in present if one.name == words]
    owned = by_name or [one for one in present if one.owner and one.owner.casefold() == words.casefold()]
    if len(owned) > 1:
        names = ", ".join(one.name for one in owned)
        raise UsageError(f"{words!r} owns several sources; name one of them: {names}")
    if not owned:
        near = ", ".join(get_close_matches(words, [one.name for one in present]))
        meant = f"perhaps {near}; " if near else ""
        raise NotFound(f"there is no source {words!r}: {meant}`newsletter source list` shows all")
    return owned[0]


def _numbers(ids: Sequence[PostId]) -> str:
    return ", ".join(str(one) for one in ids)


def _state(name: str) -> PostState:
    try:
        return PostState(name)
    except ValueError as error:
        raise UsageError(f"{name!r} is no state of a post; one of {', '.join(PostState)}") from error
