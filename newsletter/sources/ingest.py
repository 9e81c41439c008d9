"""Ingests one reading of a source: identify, clean, store each post once.

Nothing of the network happens inside a transaction: a post's picture is fetched before its one short transaction. What
was stored before a crash is found again by its keys.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.cleaning.clean_post import CleanPost, clean_post
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.life import alive_until, first_state, never_offered, visible_from
from newsletter.sources.pictures.keep_pictures import PictureKeeper
from newsletter.sources.post import PostState
from newsletter.sources.source import Source
from newsletter.sources.stories.identity import distinct, identify

_SHOWN_STATES = frozenset({PostState.CANDIDATE, PostState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What one reading of a source brought. `error`: it could not be read; `problems`: parts of it could not."""

    source: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    held: int = 0
    problems: tuple[str, ...] = ()
    error: str = ""


class Outcome(StrEnum):
    """What storing one item did."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    HELD = "held"


class Ingestion:
    """One reading of a source on its way into the tables."""

    def __init__(self, engine: Engine, fetcher: Fetcher, media: Path, source: Source, *, now: datetime) -> None:
        self._engine = engine
        self._source = source
        self._now = now
        self._pictures = PictureKeeper(engine, fetcher, media, now=now)
        self._touched: set[PostId] = set()
        self._problems: list[str] = []
        with reading(engine) as db:
            self._rules = TopicRules(topic_store.all_topics(db))

    def store_all(self, found: Reading) -> IngestReport:
        """Store every item that is new or changed; tell of those that could not be used."""
        counts: Counter[Outcome] = Counter()
        for post, keys in identify(distinct(found.posts)):
            outcome = self.store_one(post, keys)
            if outcome is not None:
                counts[outcome] += 1
        return IngestReport(
            source=self._source.name,
            new=counts[Outcome.NEW] + counts[Outcome.HELD],
            updated=counts[Outcome.UPDATED],
            unchanged=counts[Outcome.UNCHANGED],
            held=counts[Outcome.HELD],
            problems=(*found.problems, *self._problems, *self._pictures.problems),
        )

    def store_one(self, post: FetchedPost, keys: tuple[str, ...], *, first: PostState | None = None) -> Outcome | None:
        """Store one item; None if it shows nothing. `first`: the state of a new one, if that is decided."""
        with reading(self._engine) as db:
            known = post_store.find_post_by_keys(db, self._source.id, keys)
            state, stored_hash = post_store.stored_state(db, known) if known else (first or self._first_state(post), "")
        picture = self._pictures.keep(post.picture_url) if state in _SHOWN_STATES else ""
        clean = clean_post(post, keys=keys, source=self._source, rules=self._rules, picture_hash=picture)
        if clean is None:
            self._problems.append(
                f"an item has neither title nor text ({post.guid or post.url or 'without an address'})"
            )
            return None
        if known and (known in self._touched or stored_hash == clean.content_hash):
            self._touched.add(known)
            return Outcome.UNCHANGED
        return self._write(clean, keys, state)

    def _first_state(self, post: FetchedPost) -> PostState:
        return first_state(
            post.published,
            kind=self._source.kind,
            is_first_fetch=self._source.last_good_at is None,
            backfill_days=self._source.backfill_days,
            now=self._now,
        )

    def _write(self, clean: CleanPost, keys: tuple[str, ...], state: PostState) -> Outcome:
        """Store it in one short transaction, having looked again: another process may have been here."""
        with writing(self._engine) as db:
            source_store.lock_source(db, self._source.id)
            known = post_store.find_post_by_keys(db, self._source.id, keys)
            outcome = self._outcome(db, known, clean, state)
            if outcome is Outcome.UPDATED and known is not None:
                self._revise(db, known, clean)
            post_id = known or self._insert(db, clean, state)
            post_store.add_keys(db, self._source.id, post_id, keys)
        self._touched.add(post_id)
        return outcome

    def _outcome(self, db: Connection, known: PostId | None, clean: CleanPost, state: PostState) -> Outcome:
        if known is None:
            return Outcome.HELD if state is PostState.HELD else Outcome.NEW
        is_same = post_store.stored_state(db, known)[1] == clean.content_hash
        return Outcome.UNCHANGED if is_same else Outcome.UPDATED

    def _insert(self, db: Connection, clean: CleanPost, state: PostState) -> PostId:
        story = story_store.story_of(db, clean, now=self._now) or story_store.new_story(db, now=self._now)
        since = story_store.story_since(db, story)
        if never_offered(clean.published_at, self._now):
            self._problems.append(
                f"{clean.title!r} is dated {clean.published_at:%Y-%m-%d}: too far ahead to be offered"
            )
        return post_store.insert_post(
            db,
            self._source.id,
            story,
            clean,
            state=state,
            first_seen_at=self._now,
            visible_from=visible_from(clean.published_at, self._now),
            alive_until=alive_until(first_seen_at=self._now, story_since=since, event=clean.event, call=clean.call),
        )

    def _revise(self, db: Connection, post_id: PostId, clean: CleanPost) -> None:
        old = post_store.post_by_id(db, post_id)
        by_hand = topic_store.topics_of(db, post_id)
        story = story_store.story_of(db, clean, now=self._now, stored_as=post_id) or old.story_id
        since = story_store.story_since(db, story)
        # A date that is corrected moves an embargo, but never takes back what was already visible.
        is_hidden = old.visible_from > self._now
        post_store.revise_post(
            db,
            post_id,
            story,
            clean,
            visible_from=visible_from(clean.published_at, old.first_seen_at) if is_hidden else old.visible_from,
            alive_until=alive_until(
                first_seen_at=old.first_seen_at, story_since=since, event=clean.event, call=clean.call
            ),
            now=self._now,
        )
        topic_store.write_topics(db, post_id, self._rules.with_hand(topic_store.topics_of(db, post_id), by_hand))
