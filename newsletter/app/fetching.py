"""Sources at a person's word: reading them now, adding one, and checking what they would give."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from newsletter.app.app import App
from newsletter.app.source_health import healths
from newsletter.base.errors import NotFound, SourceError, UsageError
from newsletter.db.engine import reading, writing
from newsletter.sources import source_store, topic_store
from newsletter.sources.add_post import EDITORS
from newsletter.sources.health import Health
from newsletter.sources.ingest import IngestReport
from newsletter.sources.poll import ingest_source
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.read_source import read_source
from newsletter.sources.source import Source, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What reading a source would give now."""

    source: str
    posts: int
    newest: datetime | None
    problems: tuple[str, ...]  # items that could not be used
    error: str
    health: Health  # as polling left it


def ingest_now(app: App, names: Sequence[str]) -> Iterator[IngestReport]:
    """Read sources now, one after the other; all of them without a name."""
    for source in _named(app, names):
        yield ingest_source(app.engine, app.fetcher, app.media, source, clock=app.clock)


def add_source(app: App, location: str, *, name: str, topics: tuple[str, ...], language: str, owner: str) -> Source:
    """Find out what an address is and store it; UsageError when it or its name is there already."""
    found = find_kind(app.fetcher, location)
    name = name or _name_of(found.url)
    with writing(app.engine) as db:
        sources = source_store.all_sources(db)
        same = next((one.name for one in sources if one.url == found.url or one.name == name), None)
        if same is not None:
            raise UsageError(f"there is a source {same!r} already; give another with --name, or change it with apply")
        known = {topic.slug for topic in topic_store.all_topics(db)}
        unknown = sorted(set(topics) - known)
        if unknown:
            raise NotFound(f"there is no topic {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}")
        source_store.put_source(
            db,
            name=name,
            url=found.url,
            kind=found.kind,
            topics=topics,
            language=language,
            owner=owner,
            now=app.clock.now(),
        )
        return source_store.source_by_name(db, name)


def check_sources(app: App, names: Sequence[str]) -> Iterator[SourceCheck]:
    """Read sources without storing anything."""
    for health in healths(app, names):
        if health.source.name != EDITORS or names:
            yield _check(app, health)


def _check(app: App, health: Health) -> SourceCheck:
    source = health.source
    try:
        # Without what the last fetch left: a check wants to see the posts, not that nothing has changed.
        kind = find_kind(app.fetcher, source.url).kind if source.kind is SourceKind.AUTO else source.kind
        where = source.moved_to or source.url
        found, _ = read_source(app.fetcher, replace(source, kind=kind, url=where, etag="", last_modified=""))
    except SourceError as error:
        return SourceCheck(source=source.name, posts=0, newest=None, problems=(), error=str(error), health=health)
    dates = [post.published for post in found.posts if post.published is not None]
    return SourceCheck(
        source=source.name,
        posts=len(found.posts),
        newest=max(dates, default=None),
        problems=tuple(found.problems),
        error="",
        health=health,
    )


def _named(app: App, names: Sequence[str]) -> list[Source]:
    with reading(app.engine) as db:
        if names:
            return [source_store.source_by_name(db, name) for name in names]
        return [source for source in source_store.all_sources(db) if source.name != EDITORS]


def _name_of(url: str) -> str:
    """Make a name from an address: its host, or the last part of a path."""
    host = urlsplit(url).hostname
    name = host.removeprefix("www.") if host else url.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-") or "source"
