"""Polls sources: claims those that are due, reads each, and notes its health. A bad source changes nothing else.

The source's ETag is noted last, so that a crash in the middle loses nothing: the same document is read again. Sources
of one server are read one after the other, the servers side by side.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import SourceError
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.sources import source_store
from newsletter.sources.errors import FetchFailed, HostIsTaken, HostRests, NotUnderstood, ProgramEnds
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.hosts import host_of
from newsletter.sources.fetching.moves import Move, asks_own, seen
from newsletter.sources.fetching.pace import next_pause
from newsletter.sources.held_words import tells_of_held
from newsletter.sources.ingest import Ingestion, IngestReport
from newsletter.sources.look_again import look_again, page_failed
from newsletter.sources.reading.find_kind import FoundSource, find_kind
from newsletter.sources.reading.obstacles import words_for_people
from newsletter.sources.reading.read_source import Document, hash_of, is_web, read_source
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.flood import ELSEWHERE
from newsletter.sources.strays import strayed

EVERY = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(days=1)  # a source that fails is asked again at least daily, for ever
_CLAIM = timedelta(minutes=15)  # a process that died over a source holds it up no longer
_THREADS = 8  # sources wait for servers most of the time
ASKED_AT_ONCE = 2 * _THREADS  # before a cutoff, when people wait
# A little before it is due: `tick` comes by the clock, and an hour after 8:00:03 is past the tick of 9:00:00.
_EARLY = 0.9


def fetch_some(
    engine: Engine,
    fetcher: Fetcher,
    media: Path,
    *,
    clock: Clock,
    every: timedelta,
    soon: Collection[str] = (),
    limit: int = 20,
) -> int:
    """Ingest sources that are due, several at a time; gives how many. A portion: call it until it gives 0.

    `soon`: names of sources that an issue of the next hours takes from; those are asked at the shortest pace.
    """
    now = clock.now()
    if soon:
        with writing(engine) as db:
            asked_before = now - every * _EARLY
            source_store.bring_forward(db, soon, now=now, claimed_until=now + _CLAIM, asked_before=asked_before)
    with reading(engine) as db:
        due = source_store.due_sources(db, now=now, limit=limit)
    if not due:
        return 0
    groups = _by_server(due)
    with ThreadPoolExecutor(min(_THREADS, len(groups))) as pool:
        return sum(pool.map(lambda group: _ingest_claimed(engine, fetcher, media, group, clock, every), groups))


def ask_once_more(
    engine: Engine,
    fetcher: Fetcher,
    media: Path,
    names: Collection[str],
    *,
    pool: Executor,
    clock: Clock,
    every: timedelta,
    unless_within: timedelta,
    seconds: float,
) -> list[str]:
    """Ingest these sources now, but for those asked a moment ago or still fresh; gives those not done in time.

    What is under way after that many seconds comes to its end in the pool, for whose end its owner waits; what has not
    begun is left alone.
    """
    now = clock.now()
    with reading(engine) as db:
        wanted = source_store.sources_to_ask(db, names, now=now, asked_before=now - unless_within)
    if not wanted:
        return []
    stop = threading.Event()
    done: set[str] = set()

    def ask(group: Iterable[Source]) -> None:
        _ingest_claimed(engine, fetcher, media, group, clock, every, stop=stop, done=done.add)

    finished, late = wait([pool.submit(ask, group) for group in _by_server(wanted)], timeout=seconds)
    stop.set()
    for future in late:
        future.cancel()
    for future in finished:
        future.result()  # a fault of ours is not swallowed
    return [source.name for source in wanted if source.name not in done]


def ingest_source(
    engine: Engine, fetcher: Fetcher, media: Path, source: Source, *, clock: Clock, every: timedelta = EVERY
) -> IngestReport:
    """Read one source now and store what is new. Never raises for a bad source: its health tells in words.

    What the end of the program breaks off is read again: nothing is noted of the source but that it is due.
    """
    now = clock.now()
    try:
        return _ingest(engine, fetcher, media, source, every=every, now=now)
    except ProgramEnds as error:
        with writing(engine) as db:
            source_store.postpone_source(db, source.id, until=now)
        return IngestReport(source=source.name, error=str(error))


def _ingest(
    engine: Engine, fetcher: Fetcher, media: Path, source: Source, *, every: timedelta, now: datetime
) -> IngestReport:
    log = get_log("sources").bind(source=source.name)
    try:
        read = _read(engine, fetcher, source, now=now)
        with reading(engine) as db:
            _refuse_loss(db, read)
    except ProgramEnds:
        raise
    except HostIsTaken as error:
        with writing(engine) as db:
            source_store.postpone_source(db, source.id, until=now + (error.retry_after or every))
        return IngestReport(source=source.name, error=str(error))
    except HostRests as error:
        with writing(engine) as db:
            source_store.record_waiting(db, source.id, now=now, until=now + (error.retry_after or every))
        return IngestReport(source=source.name, error=str(error))
    except SourceError as error:
        gone = page_failed(engine, source, error, now=now).gone
        with writing(engine) as db:
            pause = _pause_after_error(source.error_count + 1, every, error)
            words = words_for_people(error, asked=source.moved_to or source.url)
            source_store.record_failed_fetch(db, source.id, now=now, next_fetch_at=now + pause, error=words)
        # It is told to people as the source's health; a terminal that shows the outcome needs no line of the log.
        log.info("source_failed", error=str(error), errors_in_a_row=source.error_count + 1)
        return IngestReport(source=source.name, gone=gone, error=words)
    ingestion = Ingestion(engine, fetcher, media, read.source, now=now)
    stray = strayed(engine, read.source, read.document, read.found) if read.document else ""
    report = ingestion.store_all(read.found, held_for=ELSEWHERE if stray else "")
    if stray:
        report = replace(report, problems=(stray, *report.problems))
    elif not read.is_unchanged or read.source.kind is SourceKind.INDEX:  # "not modified": all posts are where they were
        look = look_again(engine, fetcher, read.source, read.found, now=now, on_change=ingestion.store_page)
        report = replace(report, gone=look.gone)
    with writing(engine) as db:
        _record(db, read, report, is_stray=bool(stray), every=every, now=now)
    log.info("source_read", new=report.new, updated=report.updated, problems=len(report.problems))
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a source gave, and the source as it is known by then."""

    source: Source
    found: Reading
    document: Document | None
    has_asked_own: bool = True  # its own address, not the one that it moved to

    @property
    def is_unchanged(self) -> bool:
        return self.document is not None and self.document.is_unchanged


def _by_server(sources: Iterable[Source]) -> list[list[Source]]:
    """Put the source that was asked longest ago first: where a server answers one and then rests, each has its turn."""
    groups: dict[str, list[Source]] = defaultdict(list)
    for source in sorted(sources, key=_asked_at):
        groups[host_of(source.moved_to or source.url) if is_web(source.url) else source.url].append(source)
    return list(groups.values())


def _asked_at(source: Source) -> datetime:
    return source.last_fetch_at or datetime.min.replace(tzinfo=UTC)


def _ingest_claimed(
    engine: Engine,
    fetcher: Fetcher,
    media: Path,
    group: Iterable[Source],
    clock: Clock,
    every: timedelta,
    *,
    stop: threading.Event | None = None,
    done: Callable[[str], None] = lambda _: None,
) -> int:
    """Ingest the sources of one server in turn, each claimed just before: the last must not lose its claim waiting."""
    count = 0
    for source in group:
        if stop is not None and stop.is_set():
            break
        with writing(engine) as db:
            is_mine = source_store.claim_source(db, source, until=clock.now() + _CLAIM)
        if is_mine:
            ingest_source(engine, fetcher, media, source, clock=clock, every=every)
            count += 1
        done(source.name)  # if not ours, then another process has it in hand
    return count


def _read(engine: Engine, fetcher: Fetcher, source: Source, *, now: datetime) -> _Read:
    """Read a source where it is by now: where its address moved for good, else at its own, and there now and then."""
    if source.kind is SourceKind.AUTO:
        found_out = find_kind(fetcher, source.url, now=now)
        source = _settled(engine, source, found_out)
        if found_out.reading is not None:
            doubts = (found_out.warning,) if found_out.warning else ()  # nobody was there to see it
            found = replace(found_out.reading, problems=(*found_out.reading.problems, *doubts))
            return _Read(source=source, found=found, document=found_out.document)
    if source.moved_to and asks_own(_move_of(source), now=now):
        try:
            found, document = read_source(fetcher, source, now=now)
            return _Read(source=source, found=found, document=document)
        except ProgramEnds:
            raise
        except SourceError as error:  # nobody need be at home any more
            get_log("sources").info("own_address_failed", source=source.name, error=str(error))
            source = replace(source, own_asked_at=now)
    if source.moved_to:
        try:
            found, document = read_source(fetcher, replace(source, url=source.moved_to), now=now)
            return _Read(source=source, found=found, document=document, has_asked_own=False)
        except SourceError as error:
            if _may_pass(error):
                raise
            source = _forget_move(engine, source, error)
    found, document = read_source(fetcher, source, now=now)
    return _Read(source=source, found=found, document=document)


def _settled(engine: Engine, source: Source, found: FoundSource) -> Source:
    """Note what a source was found out to be: nobody had, it may have been applied while its server was down."""
    with writing(engine) as db:
        source_store.settle_kind(db, source.id, kind=found.kind, url=found.url, link_pattern=found.link_pattern)
    return replace(source, kind=found.kind, url=found.url, link_pattern=found.link_pattern)


def _may_pass(error: SourceError) -> bool:
    """Tell whether a server is there and may answer later: a reason to wait, none to give its address up."""
    return isinstance(error, HostRests) or (isinstance(error, FetchFailed) and error.temporary and error.status > 0)


def _forget_move(engine: Engine, source: Source, error: SourceError) -> Source:
    with writing(engine) as db:
        source_store.forget_move(db, source.id)
    get_log("sources").info("source_move_forgotten", source=source.name, was=source.moved_to, error=str(error))
    alone = replace(source, moved_to="", moving_to="", moving_polls=0, moving_since=None, own_asked_at=None)
    return replace(alone, etag="", last_modified="", validators_of="", document_hash="", fresh_until=None)


def _move_of(source: Source) -> Move:
    return Move(
        to=source.moved_to,
        coming=source.moving_to,
        since=source.moving_since,
        polls=source.moving_polls,
        own_asked_at=source.own_asked_at,
    )


def _moved(read: _Read, document: Document, *, is_stray: bool, now: datetime) -> Move:
    """Give what is known of a source's move after a good reading."""
    source, move = read.source, _move_of(read.source)
    if read.has_asked_own:
        return seen(move, own=source.url, leads_to=document.moved_to, is_trusted=not is_stray, now=now)
    return Move() if document.url == source.url else move  # one that leads back home is none


def _refuse_loss(db: Connection, read: _Read) -> None:
    """An empty feed after posts is more likely a fault than the truth (a broken query, a maintenance page)."""
    is_empty_feed = read.source.kind is SourceKind.FEED and not read.found.posts and not read.is_unchanged
    if is_empty_feed and source_store.has_posts(db, read.source.id):
        raise NotUnderstood("the feed is empty, though it had posts before; what it gave stays")


def _record(
    db: Connection, read: _Read, report: IngestReport, *, is_stray: bool, every: timedelta, now: datetime
) -> None:
    source, document = read.source, read.document or Document(url="", content=b"")
    fresh_for = document.fresh_for
    if read.is_unchanged and fresh_for is None and source.fresh_until and source.last_good_at:
        fresh_for = source.fresh_until - source.last_good_at  # as the 200 had given it (RFC 9111, section 4.3.4)
    fresh_until = now + fresh_for if fresh_for and not report.postponed else None
    pause = every
    if is_web(source.url) and not report.postponed:
        pause = next_pause(source_store.post_dates(db, source.id), every=every, now=now)
    if read.found.link_pattern:
        source_store.keep_link_pattern(db, source.id, read.found.link_pattern)
    # What was postponed is asked for again, and so is what another's address gave: "not modified" would hide it.
    is_asked_again = bool(report.postponed) or is_stray
    left = source_store.GoodReading(
        etag="" if is_asked_again else document.etag,
        last_modified="" if is_asked_again else document.last_modified,
        validators_of=document.url,
        document_hash="" if is_asked_again else _hash_so_far(source, document, now=now),
        move=_moved(read, document, is_stray=is_stray, now=now),
        fresh_until=fresh_until,
        problems=_problems(read, report),
    )
    next_fetch_at = max(now + pause * _EARLY, fresh_until or now)
    source_store.record_good_fetch(db, source.id, left, now=now, next_fetch_at=next_fetch_at)


def _hash_so_far(source: Source, document: Document, *, now: datetime) -> str:
    """Give the hash of the feed that was read last: this one's, or the one before where "not modified" came."""
    if source.kind is not SourceKind.FEED:
        return ""
    return hash_of(document, now) if document.content else source.document_hash


def _problems(read: _Read, report: IngestReport) -> tuple[str, ...]:
    """Give what is wrong by now: "not modified" says that what was wrong with the document still is."""
    if not read.is_unchanged:
        return report.problems
    still = [line for line in read.source.last_problems.splitlines() if not tells_of_held(line)]
    return tuple(dict.fromkeys([*report.problems, *still]))


def _pause_after_error(errors: int, every: timedelta, error: SourceError) -> timedelta:
    """Decide how long a failing source is left alone: doubling, at most a day, or as long as it asks."""
    asked = error.retry_after if isinstance(error, FetchFailed) and error.retry_after else timedelta()
    return max(min(every * (1 << min(errors - 1, 10)), _LONGEST_PAUSE), asked)
