"""Ingests sources: read, identify, clean, store each post once. A bad source is reported and changes nothing else.

Nothing of the network happens inside a transaction: a post's picture is fetched before its one short transaction. What
was stored before a crash is found again by its keys, and the source's ETag is noted last, so a crash loses nothing.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import SourceError
from newsletter.base.ids import PostId
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.cleaning.clean_post import CleanPost, clean_post
from newsletter.sources.errors import FetchFailed, NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.life import alive_until, first_state, never_offered, visible_from
from newsletter.sources.pictures.keep_pictures import PictureKeeper
from newsletter.sources.post import PostState
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.read_source import read_source
from newsletter.sources.source import Source, SourceKind, Topic
from newsletter.sources.stories.identity import distinct, identify

EVERY = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(days=1)  # a source that fails is asked again at least daily, for ever
_CLAIM = timedelta(minutes=15)  # a process that died over a source holds it up no longer
_THREADS = 8  # sources wait for servers most of the time
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


def fetch_some(
    engine: Engine, fetcher: Fetcher, media: Path, *, clock: Clock, every: timedelta, limit: int = 20
) -> int:
    """Ingest sources that are due, several at a time; gives how many. A portion: call it until it gives 0."""
    now = clock.now()
    with writing(engine) as db:
        due = source_store.due_sources(db, now=now, limit=limit)
        mine = [source for source in due if source_store.claim_source(db, source, until=now + _CLAIM)]
    if not mine:
        return 0
    with ThreadPoolExecutor(min(_THREADS, len(mine))) as pool:
        reports = pool.map(lambda source: ingest_source(engine, fetcher, media, source, clock=clock, every=every), mine)
        return len(list(reports))


def ingest_source(
    engine: Engine, fetcher: Fetcher, media: Path, source: Source, *, clock: Clock, every: timedelta = EVERY
) -> IngestReport:
    """Read one source now and store what is new. Never raises for a bad source: its health tells in words."""
    log = get_log("sources").bind(source=source.name)
    now = clock.now()
    try:
        source = _found_out(engine, fetcher, source)
        found, document = read_source(fetcher, source)
        with reading(engine) as db:
            _refuse_loss(db, source, found, is_unchanged=document is not None and document.is_unchanged)
    except SourceError as error:
        with writing(engine) as db:
            pause = _pause(source.error_count + 1, every, error)
            source_store.record_failed_fetch(db, source.id, now=now, next_fetch_at=now + pause, error=str(error))
        log.warning("source_failed", error=str(error), errors_in_a_row=source.error_count + 1)
        return IngestReport(source=source.name, error=str(error))
    report = Ingestion(engine, fetcher, media, source, now=now).store_all(found)
    with writing(engine) as db:
        # A little before it is due: `tick` comes by the clock, and an hour after 8:00:03 is past the tick of 9:00:00.
        source_store.record_good_fetch(
            db,
            source.id,
            now=now,
            next_fetch_at=now + every * 0.9,
            etag=document.etag if document else "",
            last_modified=document.last_modified if document else "",
            problems=report.problems,
        )
    log.info("source_read", new=report.new, updated=report.updated, problems=len(report.problems))
    return report


def _found_out(engine: Engine, fetcher: Fetcher, source: Source) -> Source:
    """Find out what a source is, if nobody has yet: it may have been applied while its server was down."""
    if source.kind is not SourceKind.AUTO:
        return source
    found = find_kind(fetcher, source.url)
    with writing(engine) as db:
        source_store.settle_kind(db, source.id, kind=found.kind, url=found.url)
    return replace(source, kind=found.kind, url=found.url)


def _refuse_loss(db: Connection, source: Source, found: Reading, *, is_unchanged: bool) -> None:
    if (
        source.kind is SourceKind.FEED
        and not found.posts
        and not is_unchanged
        and source_store.has_posts(db, source.id)
    ):
        raise NotUnderstood("the feed is empty, though it had posts before; what it gave stays")


def _pause(errors: int, every: timedelta, error: SourceError) -> timedelta:
    """Decide how long a failing source is left alone: doubling, at most a day, or as long as it asks."""
    asked = error.retry_after if isinstance(error, FetchFailed) and error.retry_after else timedelta()
    return max(min(every * (1 << min(errors - 1, 10)), _LONGEST_PAUSE), asked)


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
            self._topics: Sequence[Topic] = topic_store.all_topics(db)

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

    def store_one(self, post: FetchedPost, keys: tuple[str, ...]) -> Outcome | None:
        """Store one item; None if there is nothing in it to show."""
        with reading(self._engine) as db:
            known = post_store.find_post_by_keys(db, self._source.id, keys)
            state, stored_hash = post_store.stored_state(db, known) if known else (self._first_state(post), "")
        picture = self._pictures.keep(post.picture_url) if state in _SHOWN_STATES else ""
        clean = clean_post(post, keys=keys, source=self._source, topics=self._topics, picture_hash=picture)
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
