"""Finds out what an address or a path is: a feed, a page that leads to one, a sitemap, an index, a page, a folder."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.plain_text import one_line, plain_text, storable
from newsletter.sources.errors import FetchFailed, NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetcher, shown
from newsletter.sources.reading.announced_feeds import announced_feeds
from newsletter.sources.reading.known_sites import feeds_of, system_of
from newsletter.sources.reading.obstacles import obstacle_of, refuse_obstacles
from newsletter.sources.reading.opml import looks_like_opml
from newsletter.sources.reading.overview import is_mostly_a_list, is_overview
from newsletter.sources.reading.page_head import PageHead, head_of
from newsletter.sources.reading.page_links import documents_text, is_front_page
from newsletter.sources.reading.parse_feed import looks_like_feed, looks_like_page, title_of_feed
from newsletter.sources.reading.parse_index import ONLY_DOCUMENTS, IndexReading, parse_index
from newsletter.sources.reading.parse_json_feed import looks_like_json
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.parse_sitemap import MOST_CHILDREN, looks_like_sitemap, sitemaps_of_robots
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
from newsletter.sources.reading.site_name import (
    host_of_site,
    is_generic,
    name_of_front,
    publisher_name,
    site_of_page,
)
from newsletter.sources.reading.tame import parse_document
from newsletter.sources.source import SourceKind

LOOKS_LIKE_A_LIST = "this looks like a list of articles; use --kind index if it is"
_MOSTLY = 0.5  # of a page's text in links to files
_LATER = frozenset({429, 502, 503, 504})  # other answers are those of feeds that nobody has mended for years
_MOST_FEEDS = 3  # that a page announces and that are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """What was found: how to read it, and where. The address may be another than the one asked about."""

    kind: SourceKind
    url: str  # an http(s) address or an absolute path
    words: str = ""  # what it is, as a person would say
    title: str = ""  # of the feed or its site
    site: str = ""  # what its publisher is called; empty where nothing that was read tells
    warning: str = ""  # what a person should look at before it is stored
    link_pattern: str = ""  # of an index page
    # What was read there on the way, so that nobody has to ask again; None for a folder.
    document: Document | None = None
    reading: Reading | None = None

    @property
    def samples(self) -> tuple[FetchedPost, ...]:
        """The first posts, for a person to look at."""
        return self.reading.posts[:3] if self.reading is not None else ()


def find_kind(fetcher: Fetcher, location: str, *, now: datetime | None = None) -> FoundSource:
    """Look at an address or a path; SourceError in words if nothing there can be a source.

    `now` tells dates of publication from those of coming events on a page that lists both.
    """
    if not is_web(location):
        path = Path(location).expanduser().absolute()
        if path.is_dir() or (is_markdown(path) and path.is_file()):
            reading = read_folder(path, max_bytes=fetcher.max_bytes)
            words = f"a folder of {_count(len(reading.posts), 'Markdown file')}"
            return FoundSource(kind=SourceKind.FOLDER, url=str(path), words=words, title=path.name, reading=reading)
        return _of_document(fetcher, load(fetcher, str(path)), str(path), now)
    try:
        return _of_document(fetcher, load(fetcher, location), location, now)
    except FetchFailed as error:
        raise obstacle_of(error, asked=location) from error


def _of_document(fetcher: Fetcher, document: Document, location: str, now: datetime | None) -> FoundSource:
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
    head, system = head_of(page, url=url, now=now), system_of(page, markup)
    feed = _announced(fetcher, page, head, system, url) or _guessed(fetcher, markup, system, url)
    if feed is not None:
        return feed if feed.site else replace(feed, site=site_of_page(page, head, url=url))
    return _page_or_index(fetcher, document, page, head, location, now)


def _announced(fetcher: Fetcher, page: Any, head: PageHead, system: str, url: str) -> FoundSource | None:
    """Give the best feed that a page announces and that can be read: announcements of dead feeds are common."""
    feeds = announced_feeds(page, url=url, language=head.language)
    return _first_readable(fetcher, feeds[:_MOST_FEEDS], system)


def _guessed(fetcher: Fetcher, markup: str, system: str, url: str) -> FoundSource | None:
    """Give the feed that a known system keeps in its usual place."""
    return _first_readable(fetcher, feeds_of(system, url=url, markup=markup) if is_web(url) else [], system)


def _first_readable(fetcher: Fetcher, feeds: list[str], system: str) -> FoundSource | None:
    """Give the first feed with posts; one without only if there is no other. FetchFailed if one is there, but not now.

    To take the page itself for the source then would be for good.
    """
    empty: FoundSource | None = None
    later: FetchFailed | None = None
    for url in feeds:
        try:
            feed = _feed(load(fetcher, url), url, system=system)
        except SourceError as error:
            later = later or _comes_later(error)
            continue
        if feed.samples:
            return feed
        empty = empty or feed
    if empty is None and later is not None:
        raise later
    return empty


def _comes_later(error: SourceError) -> FetchFailed | None:
    """Give what is to be told of a feed whose server asks for patience; None for one that is dead, or none."""
    if not (isinstance(error, FetchFailed) and error.status in _LATER):
        return None
    words = (
        f"{error}; a feed should be there: try again later, or give the page itself with --kind page or --kind index"
    )
    return FetchFailed(words, temporary=True, retry_after=error.retry_after, status=error.status)


def _feed(document: Document, location: str, *, system: str) -> FoundSource:
    reading = understand(document, SourceKind.FEED)  # says in words what is wrong with it
    title = title_of_feed(document.content)
    format_name = "JSON feed" if looks_like_json(document.content) else "feed"
    return FoundSource(
        kind=SourceKind.FEED,
        url=location,
        words=f"a {system} {format_name}".replace("  ", " ") + f" of {_count(len(reading.posts), 'post')}",
        title=title,
        site="" if is_generic(title) else publisher_name(title, host=host_of_site(location)),
        document=document,
        reading=reading,
    )


def _sitemap(fetcher: Fetcher, document: Document, location: str) -> FoundSource:
    reading = understand_sitemap(fetcher, document)
    name = "news sitemap" if any(post.published for post in reading.posts) else "sitemap"
    return FoundSource(
        kind=SourceKind.INDEX,
        url=location,
        words=f"a {name} with {_count(len(reading.posts), 'address', 'addresses')} of posts",
        link_pattern=SITEMAP,
        document=document,
        reading=reading,
    )


def _page_or_index(
    fetcher: Fetcher, document: Document, page: Any, head: PageHead, location: str, now: datetime | None
) -> FoundSource:
    url = document.url or location
    if is_web(url):
        fetcher.check_robots(url)
        refuse_obstacles(page, asked=location, came=url)
    site = site_of_page(page, head, url=url)
    listed = _listed(document, url, now)
    if listed is not None and is_overview(listed, url=url):
        return replace(_index(document, head, location, listed), site=site)
    if is_web(url) and is_front_page(url) and head.published is None:
        kept = _kept_sitemap(fetcher, url)
        if kept is not None:
            name = site or name_of_front(head, url=url)
            return replace(kept, title=name, site=name)
    in_files = documents_text(page) if listed is None else 0
    try:
        found = _page(document, head, location, now)
    except NotUnderstood as error:
        if in_files:
            raise NotUnderstood(f"{shown(location)}: {ONLY_DOCUMENTS}") from error
        raise
    warning = LOOKS_LIKE_A_LIST if listed is not None and is_mostly_a_list(listed) else ""
    if in_files >= _MOSTLY * sum(len(plain_text(post.html)) for post in found.samples):
        warning = ONLY_DOCUMENTS if in_files else warning
    return replace(found, site=site, warning=warning)


def _listed(document: Document, url: str, now: datetime | None) -> IndexReading | None:
    try:
        return parse_index(document.content, url=url, charset=document.charset, now=now)
    except NotUnderstood:
        return None


def _index(document: Document, head: PageHead, location: str, listed: IndexReading) -> FoundSource:
    return FoundSource(
        kind=SourceKind.INDEX,
        url=location,
        words=f"a page that lists {_count(len(listed.posts), 'post')}",
        title=one_line(head.site or head.title),
        link_pattern=listed.pattern,
        document=document,
        reading=Reading(posts=listed.posts, link_pattern=listed.pattern),
    )


def _kept_sitemap(fetcher: Fetcher, url: str) -> FoundSource | None:
    """Give the sitemap of a site whose front page tells of no posts: at its usual place, or where robots.txt says."""
    usual = urljoin(url, "/sitemap.xml")
    found = _read_sitemap(fetcher, usual)
    if found is not None:
        return found
    try:
        robots = load(fetcher, urljoin(url, "/robots.txt"))
    except SourceError:
        return None
    named = dict.fromkeys(sitemaps_of_robots(robots.content, url=url))
    found_there = (_read_sitemap(fetcher, one) for one in list(named)[:MOST_CHILDREN] if one != usual)
    return next((one for one in found_there if one is not None), None)


def _read_sitemap(fetcher: Fetcher, url: str) -> FoundSource | None:
    try:
        document = load(fetcher, url)
        return _sitemap(fetcher, document, url) if looks_like_sitemap(document.content) else None
    except SourceError:
        return None


def _page(document: Document, head: PageHead, location: str, now: datetime | None) -> FoundSource:
    return FoundSource(
        kind=SourceKind.PAGE,
        url=location,
        words="a single page",
        title=one_line(head.site or head.title),
        document=document,
        reading=understand(document, SourceKind.PAGE, now=now),
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
