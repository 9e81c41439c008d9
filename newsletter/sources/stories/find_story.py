"""Gives a post its story: by keys that two posts share, then by nearly equal title and text within days.

What an editor chose stays: a post whose story is fixed is never moved, and a story that holds one is never merged away.
Comparing texts is done before the transaction; inside it only what came in meanwhile is compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.db.engine import reading
from newsletter.sources import post_store, story_store
from newsletter.sources.cleaning.clean_post import CleanPost
from newsletter.sources.cleaning.plain_text import plain_text
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails, EventDetails, Post
from newsletter.sources.stories.near_equal import WITHIN, Told, agree, tell_the_same
from newsletter.sources.stories.near_index import TitleIndex
from newsletter.sources.stories.story_key import Hit, StoryKeys, is_same_story, story_keys_of


class StoryFinder:
    """Finds stories for the posts of one source, for the length of one reading."""

    def __init__(self, engine: Engine, source_id: SourceId, *, now: datetime) -> None:
        self._engine = engine
        self._source_id = source_id
        self._now = now
        self._titles = TitleIndex()
        self._compared_to = PostId(0)  # all posts up to this id are in the index

    def near(self, post: CleanPost, *, but: PostId | None) -> PostId | None:
        """Give a stored post that tells the same in nearly the same words; to be called outside a transaction."""
        with reading(self._engine) as db:
            self._learn(db)
            return self._first_like(db, post, self._titles.alike(post.title), but=but)

    def story_of(
        self, db: Connection, post: CleanPost, keys: StoryKeys, *, near: PostId | None, stored_as: PostId | None
    ) -> StoryId | None:
        """Give the story that other posts tell too, joining those that keys show to be one; None: there is none.

        The caller holds `lock_stories`. `near`: what `near` gave before the transaction.
        """
        if stored_as is not None and story_store.has_fixed_story(db, stored_as):
            return None
        same = self._by_keys(db, post, keys, but=stored_as)
        if not same:
            since = self._learn(db)
            likely = [one for one in self._titles.alike(post.title) if one in since] if since else []
            found = near or self._first_like(db, post, likely, but=stored_as)
            same = {} if found is None else dict.fromkeys(story_store.stories_of(db, [found]), False)
        stories = self._fitting(db, post, same)
        movable = [story for story in stories[1:] if not story_store.is_fixed(db, story)]
        if movable:
            story_store.merge_stories(db, stories[0], movable)
        return stories[0] if stories else None

    def _by_keys(self, db: Connection, post: CleanPost, keys: StoryKeys, *, but: PostId | None) -> dict[StoryId, bool]:
        """Give the stories of posts that keys show to tell the same, and whether its source itself says so."""
        wanted = keys.wanted()
        found: dict[PostId, set[str]] = defaultdict(set)
        for row in story_store.posts_with_story_keys(db, wanted, now=self._now) if wanted else ():
            if row["id"] != but:
                found[PostId(row["id"])].add(row["key"])
        mine = _told(post, self._source_id, seen_at=self._now)
        same: dict[StoryId, bool] = {}
        for stored in post_store.posts_by_ids(db, list(found)):
            if is_same_story(keys, _hit(stored, found[stored.id]), mine):
                same[stored.story_id] = same.get(stored.story_id, False) or keys.front in found[stored.id]
        return same

    def _fitting(self, db: Connection, post: CleanPost, same: Mapping[StoryId, bool]) -> list[StoryId]:
        """Give those of the stories, the oldest first, that can be one with the post in it.

        Two unlike posts of one source in one language are two stories, whatever a third one says of them; only what its
        source itself says to be one story is one (the story key of its front matter).
        """
        together = [_told(post, self._source_id, seen_at=self._now)]
        fitting = []
        for story in sorted(same):
            members = post_store.posts_by_ids(db, story_store.posts_of_stories(db, [story]))
            told = [_told(member, member.source_id, seen_at=member.first_seen_at) for member in members]
            if same[story] or not any(_are_two(one, other) for one in told for other in together):
                together += told
                fitting.append(story)
        return fitting

    def _learn(self, db: Connection) -> set[PostId]:
        """Take the posts that came in since the last look into the index; give them."""
        fresh = story_store.recent_titles(db, since=self._now - WITHIN, after=self._compared_to)
        for row in fresh:
            self._titles.add(PostId(row["id"]), row["title"])
        learnt = {PostId(row["id"]) for row in fresh}
        self._compared_to = max(learnt, default=self._compared_to)
        return learnt

    def _first_like(
        self, db: Connection, post: CleanPost, likely: Iterable[PostId], *, but: PostId | None
    ) -> PostId | None:
        mine = _told(post, self._source_id, seen_at=self._now)
        for stored in post_store.posts_by_ids(db, [one for one in likely if one != but]):
            if tell_the_same(mine, _told(stored, stored.source_id, seen_at=stored.first_seen_at)):
                return stored.id
        return None


def _hit(post: Post, keys: set[str]) -> Hit:
    return Hit(keys=frozenset(keys), url=post.url, told=_told(post, post.source_id, seen_at=post.first_seen_at))


def _are_two(one: Told, other: Told) -> bool:
    return one.source == other.source and one.language == other.language and not agree(one, other)


def keys_of(clean: CleanPost, fetched: FetchedPost) -> StoryKeys:
    """Give the keys by which a post is known to tell its story."""
    return story_keys_of(
        canonical_url_of_post=clean.canonical_url,
        canonical=fetched.canonical,
        translations=fetched.translations,
        story_key=clean.story_key,
    )


def _told(post: CleanPost | Post, source_id: SourceId, *, seen_at: datetime) -> Told:
    return Told(
        title=post.title,
        text=plain_text(post.body) or post.excerpt,
        language=post.language,
        at=min(post.published_at, seen_at) if post.published_at else seen_at,
        day=_day(post.event, post.call),
        source=source_id,
    )


def _day(event: EventDetails | None, call: CallDetails | None) -> str:
    if event is not None:
        return f"{event.starts_at:%Y-%m-%d}"
    return f"{call.deadline:%Y-%m-%d}" if call is not None and call.deadline is not None else ""
