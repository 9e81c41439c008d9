"""Adding sources at a person's word: one address, looked at first, or a whole list of feeds (OPML)."""

import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotAllowedNow, NotFound
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.sources import source_store, topic_store
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.errors import FetchFailed
from newsletter.sources.reading.find_kind import FoundSource, find_kind
from newsletter.sources.reading.opml import OpmlEntry, parse_opml
from newsletter.sources.reading.read_as import read_as
from newsletter.sources.reading.read_source import is_web
from newsletter.sources.reading.site_name import host_of_site, name_at
from newsletter.sources.reading.typed_address import addresses_of
from newsletter.sources.source import Source, SourceKind, Topic

_LONGEST_NAME = 60  # characters of a name that is made from a title


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedEntry:
    """A line of a list of feeds that did not become a source, and why."""

    name: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A source that was there already, and topics that the list would give it: an import changes no source."""

    source: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImport:
    """What became of the lines of a list of feeds."""

    added: tuple[str, ...] = ()  # names
    there: tuple[str, ...] = ()  # addresses that are sources already
    refused: tuple[RefusedEntry, ...] = ()
    without_address: tuple[str, ...] = ()
    unknown_topics: tuple[str, ...] = ()  # folders and categories that are no topics
    left_alone: tuple[LeftAlone, ...] = ()  # sources of `there` that do not have the topics the list gives them


def look_at(app: App, location: str, kind: SourceKind = SourceKind.AUTO) -> FoundSource:
    """Find out what an address or a path is, or read it as the kind that is told; nothing is stored.

    Where nothing that was read tells who publishes it, the site's front page is asked once.
    """
    found = _looked_at(app, location, kind)
    if found.site or not _asks_for_name(found):
        return found
    name = name_at(app.fetcher, found.url)
    return replace(found, site=name, title=found.title or name)


def add_source(
    app: App, found: FoundSource, *, name: str, topics: Sequence[str], language: str, owner: str, by: str
) -> Source:
    """Store what was found; NotAllowedNow when it or its name is there already.

    An address that was removed comes back as the source that it was, with its posts, and what is not told anew as it
    was; what came out since is its back-catalogue.
    """
    now = app.clock.now()
    with writing(app.engine) as db:
        known = source_store.all_sources(db)
        was = source_store.removed_source_at(db, found.url)
        its_name = name or (was.name if was else _name_of(found, taken={source.name for source in known}))
        _refuse_known(found.url, its_name, known)
        _refuse_unknown(topics, topic_store.all_topics(db))
        if was and was.name != its_name:
            source_store.rename_removed(db, was.name, its_name)
        source_id = source_store.put_source(
            db,
            name=its_name,
            url=found.url,
            kind=found.kind,
            topics=topics or (was.topics if was else ()),
            language=language or (was.language if was else ""),
            owner=owner or (was.owner if was else "") or owner_of(found, name=name),
            backfill_days=was.backfill_days if was else source_store.BACKFILL_DAYS,
            now=now,
        )
        if found.link_pattern:
            source_store.keep_link_pattern(db, source_id, found.link_pattern)
        audit.record(db, at=now, who=by, act="source.add", subject=f"source:{its_name}", details=found.url)
        return source_store.source_by_name(db, its_name)


def owner_of(found: FoundSource, *, name: str = "") -> str:
    """Give who publishes a source, as cards name it: its site's name, else the name that a person gave, else its host.

    A page's own title is no publisher.
    """
    return found.site or name or host_of_site(found.url) or one_line(found.title)[:200]


def _looked_at(app: App, location: str, kind: SourceKind) -> FoundSource:
    """Look at what is typed; an address without its scheme is tried by https, then by http."""
    addresses = addresses_of(location)
    for address in addresses[:-1]:
        try:
            return _look(app, address, kind)
        except FetchFailed as error:
            if error.status or not error.temporary:
                raise
    return _look(app, addresses[-1], kind)


def _look(app: App, location: str, kind: SourceKind) -> FoundSource:
    now = app.clock.now()
    if kind is SourceKind.AUTO:
        return find_kind(app.fetcher, location, now=now)
    return read_as(app.fetcher, location, kind, now=now)


def _asks_for_name(found: FoundSource) -> bool:
    """Tell whether the front page of a site can tell more: it was not read just now."""
    return is_web(found.url) and urlsplit(found.url).path.strip("/") != ""


def _refuse_known(url: str, name: str, known: Sequence[Source]) -> None:
    stored = next((one for one in known if url in {one.url, one.moved_to}), None)
    if stored is not None:
        raise NotAllowedNow(f"{url} is stored already: it is the source {stored.name!r}")
    if any(one.name == name for one in known):
        raise NotAllowedNow(
            f"another source is called {name!r} already, as `newsletter source list` shows; "
            "give this one a name of its own: --name"
        )


def import_list(app: App, content: bytes, *, topics: Sequence[str]) -> ListImport:
    """Store each feed of an OPML list that is no source yet; each is found out about at its first reading."""
    with writing(app.engine) as db:
        return _import(db, app, content, topics)


def preview_list(app: App, content: bytes, *, topics: Sequence[str]) -> ListImport:
    """Tell what importing a list would do."""
    with reading(app.engine) as db:
        return _plan(db, content, topics)[0]


def _import(db: Connection, app: App, content: bytes, topics: Sequence[str]) -> ListImport:
    result, new = _plan(db, content, topics)
    for name, entry, its_topics in new:
        source_store.put_source(
            db, name=name, url=entry.url, kind=SourceKind.AUTO, topics=its_topics, now=app.clock.now()
        )
    return result


def _plan(
    db: Connection, content: bytes, topics: Sequence[str]
) -> tuple[ListImport, list[tuple[str, OpmlEntry, list[str]]]]:
    """Decide which lines of a list become sources, under which names and topics."""
    found = parse_opml(content)
    known_topics = topic_store.all_topics(db)
    _refuse_unknown(topics, known_topics)
    slugs = {_folded(word): topic.slug for topic in known_topics for word in _words_of(topic)}
    sources = source_store.all_sources(db)
    there, refused, fresh = _sorted_out(found.entries, sources)
    new: list[tuple[str, OpmlEntry, list[str]]] = []
    for entry in fresh:
        name = _unused(_entry_name(entry), {name for name, _, _ in new})
        new.append((name, entry, _topics_for(entry, topics, slugs)))
    unknown = dict.fromkeys(word for entry in found.entries for word in entry.topics if _folded(word) not in slugs)
    told = {entry.url: _topics_for(entry, topics, slugs) for entry in found.entries}
    result = ListImport(
        added=tuple(name for name, _, _ in new),
        there=tuple(there),
        refused=tuple(refused),
        without_address=found.without_address,
        unknown_topics=tuple(unknown),
        left_alone=tuple(_left_alone(sources, told)),
    )
    return result, new


def _topics_for(entry: OpmlEntry, topics: Sequence[str], slugs: Mapping[str, str]) -> list[str]:
    """Give the topics of an entry: those said for the whole list, and its folders and categories that are topics."""
    mine = [slugs[_folded(word)] for word in entry.topics if _folded(word) in slugs]
    return list(dict.fromkeys([*topics, *mine]))


def _left_alone(sources: Sequence[Source], told: Mapping[str, Sequence[str]]) -> Iterator[LeftAlone]:
    for source in sources:
        wanted = told.get(source.url) or told.get(source.moved_to) or ()
        missing = tuple(topic for topic in wanted if topic not in source.topics)
        if missing:
            yield LeftAlone(source=source.name, topics=missing)


def _sorted_out(
    entries: Iterable[OpmlEntry], sources: Sequence[Source]
) -> tuple[list[str], list[RefusedEntry], list[OpmlEntry]]:
    """Part the addresses that are there, the entries whose name is taken, and those that are new.

    A name that is taken is refused, not numbered: a source that was found out about is read at another address than
    the one its list names, and a second import would add it again.
    """
    addresses = {address for source in sources for address in (source.url, source.moved_to) if address}
    read_at = {source.name: source.moved_to or source.url for source in sources}
    there: list[str] = []
    refused: list[RefusedEntry] = []
    fresh: list[OpmlEntry] = []
    for entry in entries:
        name = _entry_name(entry)
        if entry.url in addresses:
            there.append(entry.url)
        elif name in read_at:
            reason = f"there is a source of this name, read at {read_at[name]}; is it another, add it with --name"
            refused.append(RefusedEntry(name=name, url=entry.url, reason=reason))
        else:
            fresh.append(entry)
    return there, refused, fresh


def _entry_name(entry: OpmlEntry) -> str:
    return _short(entry.name) or _host_of(entry.url)


def _refuse_unknown(topics: Iterable[str], known: Sequence[Topic]) -> None:
    slugs = {topic.slug for topic in known}
    unknown = sorted(set(topics) - slugs)
    if unknown:
        raise NotFound(f"there is no topic {', '.join(unknown)}; there are: {', '.join(sorted(slugs)) or 'none'}")


def _words_of(topic: Topic) -> list[str]:
    return [topic.slug, topic.name, *topic.names.values()]


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _name_of(found: FoundSource, *, taken: Collection[str]) -> str:
    """Call a source as it calls itself, else by its host or the last part of its path."""
    name = _short(found.title)
    return name if name and name not in taken else _host_of(found.url)


def _short(title: str) -> str:
    """Give a title as a name: one line, cut at a word where it is longer than a person would type."""
    return textwrap.shorten(one_line(title), _LONGEST_NAME, placeholder="\u2026").strip("\u2026 ,;:|-\u2013")


def _host_of(url: str) -> str:
    host = urlsplit(url).hostname
    name = host.removeprefix("www.") if host else url.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-") or "source"


def _unused(name: str, taken: Collection[str]) -> str:
    numbered = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
    return next(one for one in numbered if one not in taken)
