"""Sources at a person's word: reading them now, adding one, and checking what they would give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.app.app import App
from newsletter.app.source_health import healths
from newsletter.base.errors import SourceError
from newsletter.db.engine import reading
from newsletter.sources import source_store
from newsletter.sources.fetched_post import Reading
from newsletter.sources.health import Health, newest_of
from newsletter.sources.ingest import IngestReport
from newsletter.sources.poll import ingest_source
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.obstacles import words_for_people
from newsletter.sources.reading.read_source import read_source
from newsletter.sources.source import EDITORS, Source, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What reading a source would give now."""

    source: str
    posts: int
    newest: datetime | None  # of what it gives now and what it gave before, by the rule of `newest_of`
    problems: tuple[str, ...]  # items that could not be used
    error: str
    health: Health  # as polling left it


def ingest_now(app: App, names: Sequence[str]) -> Iterator[IngestReport]:
    """Read sources now, one after the other; all of them without a name."""
    for source in _named(app, names):
        yield ingest_source(app.engine, app.fetcher, app.media, source, clock=app.clock)


def check_sources(app: App, names: Sequence[str]) -> Iterator[SourceCheck]:
    """Read sources without storing anything."""
    for health in healths(app, names):
        if health.source.name != EDITORS or names:
            yield _check(app, health)


def _check(app: App, health: Health) -> SourceCheck:
    source = health.source
    try:
        # Without what the last fetch left: a check wants to see the posts, not that nothing has changed.
        afresh = replace(source, etag="", last_modified="", document_hash="")
        found = _reading(app, replace(afresh, url=source.moved_to or source.url))
    except SourceError as error:
        words = words_for_people(error, asked=source.moved_to or source.url)
        return SourceCheck(source=source.name, posts=0, newest=health.newest, problems=(), error=words, health=health)
    dates = [post.published for post in found.posts if post.published is not None]
    return SourceCheck(
        source=source.name,
        posts=len(found.posts),
        newest=newest_of([*dates, *([health.newest] if health.newest else [])], now=app.clock.now()),
        problems=tuple(found.problems),
        error="",
        health=health,
    )


def _reading(app: App, source: Source) -> Reading:
    now = app.clock.now()
    if source.kind is SourceKind.AUTO:
        found = find_kind(app.fetcher, source.url, now=now)
        if found.reading is not None:
            return found.reading
        source = replace(source, kind=found.kind, url=found.url)
    return read_source(app.fetcher, source, now=now)[0]


def _named(app: App, names: Sequence[str]) -> list[Source]:
    with reading(app.engine) as db:
        if names:
            return [source_store.source_by_name(db, name) for name in names]
        return [source for source in source_store.all_sources(db) if source.name != EDITORS]
