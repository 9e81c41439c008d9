"""Polls sources: claims those that are due, reads each, and notes its health. A bad source changes nothing else.

The source's ETag is noted last, so that a crash in the middle loses nothing: the same document is read again.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import SourceError
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.sources import source_store
from newsletter.sources.errors import FetchFailed, NotUnderstood
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import Ingestion, IngestReport
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.read_source import read_source
from newsletter.sources.source import Source, SourceKind

EVERY = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(days=1)  # a source that fails is asked again at least daily, for ever
_CLAIM = timedelta(minutes=15)  # a process that died over a source holds it up no longer
_THREADS = 8  # sources wait for servers most of the time


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
