"""Gives a post its story: by keys that two posts share, then by nearly equal title and text within days.

What an editor chose stays: a post whose story is fixed is never moved, and a story that holds one is never merged away.
Comparing texts is done before the transaction; inside it only what came in meanwhile is compared.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.db.engine import reading
from newsletter.sources import post_store, story_store
from newsletter.sources.cleaning.clean_post import CleanPost
from newsletter.sources.cleaning.plain_text import plain_text
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails, EventDetails, Post
from newsletter.sources.stories.near_equal import WITHIN, Told, tell_the_same
from newsletter.sources.stories.near_index import TitleIndex
from newsletter.sources.stories.story_key import Hit, StoryKeys, is_same_story, story_keys_of

_HIT = ("key", "source", "title", "language")


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
            return None if found is None else min(story_store.stories_of(db, [found]), default=None)
        into, *others = sorted(same)
        movable = [story for story in others if not story_store.is_fixed(db, story)]
        if movable:
            story_store.merge_stories(db, into, movable)
        return into

    def _by_keys(self, db: Connection, post: CleanPost, keys: StoryKeys, *, but: PostId | None) -> set[StoryId]:
        wanted = keys.wanted()
        hits = story_store.posts_with_story_keys(db, wanted, now=self._now) if wanted else ()
        return {
            StoryId(row["story_id"])
            for row in hits
            if row["id"] != but and self._is_hit(post, keys, Hit(**{name: row[name] for name in _HIT}))
        }

    def _is_hit(self, post: CleanPost, keys: StoryKeys, hit: Hit) -> bool:
        return is_same_story(keys, hit, source=self._source_id, title=post.title, language=post.language)

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
