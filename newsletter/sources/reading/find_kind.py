"""Finds out what an address or a path is: a feed, a page that leads to one, a sitemap, an index, a page, a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import FetchFailed, NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetcher, shown
from newsletter.sources.reading.announced_feeds import announced_feeds
from newsletter.sources.reading.known_sites import feeds_of, system_of
from newsletter.sources.reading.obstacles import obstacle_of, refuse_obstacles
from newsletter.sources.reading.opml import looks_like_opml
from newsletter.sources.reading.page_head import PageHead, head_of
from newsletter.sources.reading.parse_feed import looks_like_feed, looks_like_page, title_of_feed
from newsletter.sources.reading.parse_index import is_overview, parse_index
from newsletter.sources.reading.parse_json_feed import looks_like_json
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.parse_sitemap import looks_like_sitemap
from newsletter.sources.reading.read_source import (
    SITEMAP,
    Document,
    is_markdown,
    is_web,
    load,
    read_folder,
    understand,
    understand_sitemap,
)
from newsletter.sources.reading.tame import parse_document
from newsletter.sources.source import SourceKind

_MOST_FEEDS = 3  # that a page announces and that are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """What was found: how to read it, and where. The address may be another than the one asked about."""

    kind: SourceKind
    url: str  # an http(s) address or an absolute path
    words: str = ""  # what it is, as a person would say
    title: str = ""  # of the feed or its site
    link_pattern: str = ""  # of an index page
    # What was read there on the way, so that nobody has to ask again; None for a folder.
    document: Document | None = None
    reading: Reading | None = None

    @property
    def samples(self) -> tuple[FetchedPost, ...]:
        """The first posts, for a person to look at."""
        return self.reading.posts[:3] if self.reading is not None else ()


def find_kind(fetcher: Fetcher, location: str) -> FoundSource:
    """Look at an address or a path; SourceError in words if nothing there can be a source."""
    if not is_web(location):
        path = Path(location).expanduser().absolute()
        if path.is_dir() or (is_markdown(path) and path.is_file()):
            reading = read_folder(path, max_bytes=fetcher.max_bytes)
            words = f"a folder of {_count(len(reading.posts), 'Markdown file')}"
            return FoundSource(kind=SourceKind.FOLDER, url=str(path), words=words, title=path.name, reading=reading)
        return _of_document(fetcher, load(fetcher, str(path)), str(path))
    try:
        return _of_document(fetcher, load(fetcher, location), location)
    except FetchFailed as error:
        raise obstacle_of(error, asked=location) from error


def _of_document(fetcher: Fetcher, document: Document, location: str) -> FoundSource:
    if looks_like_feed(document.content) or looks_like_json(document.content):
        return _feed(document, location, system="")
    if looks_like_sitemap(document.content):
        return _sitemap(fetcher, document, location)
    if looks_like_opml(document.content):
        raise NotUnderstood(
            f"{shown(location)} is a list of feeds (OPML): `newsletter source import FILE` adds them all"
        )
    if not looks_like_page(document.content):
        raise NotUnderstood(f"{shown(location)} is neither a feed nor a page")
    markup = page_text(document.content, document.charset)
    page = parse_document(storable(markup))
    if page is None:
        raise NotUnderstood("the page holds no HTML")
    url = document.url or location
    head, system = head_of(page, url=url), system_of(page, markup)
    feed = _announced(fetcher, page, head, system, url) or _guessed(fetcher, markup, system, url)
    return feed or _page_or_index(fetcher, document, page, head, location)


def _announced(fetcher: Fetcher, page: Any, head: PageHead, system: str, url: str) -> FoundSource | None:
    """Give the best feed that a page announces and that can be read: announcements of dead feeds are common."""
    feeds = announced_feeds(page, url=url, language=head.language)
    return _first_readable(fetcher, feeds[:_MOST_FEEDS], system)


def _guessed(fetcher: Fetcher, markup: str, system: str, url: str) -> FoundSource | None:
    """Give the feed that a known system keeps in its usual place."""
    return _first_readable(fetcher, feeds_of(system, url=url, markup=markup) if is_web(url) else [], system)


def _first_readable(fetcher: Fetcher, feeds: list[str], system: str) -> FoundSource | None:
    for url in feeds:
        try:
            return _feed(load(fetcher, url), url, system=system)
        except SourceError:
            continue
    return None


def _feed(document: Document, location: str, *, system: str) -> FoundSource:
    reading = understand(document, SourceKind.FEED)  # says in words what is wrong with it
    format_name = "a JSON feed" if looks_like_json(document.content) else "a feed"
    return FoundSource(
        kind=SourceKind.FEED,
        url=location,
        words=f"{format_name} of {_count(len(reading.posts), 'post')}" + (f", made by {system}" if system else ""),
        title=title_of_feed(document.content),
        document=document,
        reading=reading,
    )


def _sitemap(fetcher: Fetcher, document: Document, location: str) -> FoundSource:
    reading = understand_sitemap(fetcher, document)
    return FoundSource(
        kind=SourceKind.INDEX,
        url=location,
        words=f"a sitemap with {_count(len(reading.posts), 'address', 'addresses')} of posts",
        link_pattern=SITEMAP,
        document=document,
        reading=reading,
    )


def _page_or_index(fetcher: Fetcher, document: Document, page: Any, head: PageHead, location: str) -> FoundSource:
    url = document.url or location
    if is_web(url):
        fetcher.check_robots(url)
        refuse_obstacles(page, asked=location, came=url)
    try:
        listed = parse_index(document.content, url=url, charset=document.charset)
    except NotUnderstood:
        listed = None
    if listed is not None and is_overview(listed, url=url):
        return FoundSource(
            kind=SourceKind.INDEX,
            url=location,
            words=f"a page that lists {_count(len(listed.posts), 'post')}",
            title=one_line(head.site or head.title),
            link_pattern=listed.pattern,
            document=document,
            reading=Reading(posts=listed.posts, link_pattern=listed.pattern),
        )
    reading = understand(document, SourceKind.PAGE)
    return FoundSource(
        kind=SourceKind.PAGE,
        url=location,
        words="a single page",
        title=one_line(head.site or head.title),
        document=document,
        reading=reading,
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
