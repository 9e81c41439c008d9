"""Reads an address or a path as the kind of source that a person told, without guessing another."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from newsletter.base.errors import UsageError
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import FetchFailed
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.find_kind import FoundSource
from newsletter.sources.reading.obstacles import obstacle_of, refuse_obstacles
from newsletter.sources.reading.page_head import head_of
from newsletter.sources.reading.parse_feed import title_of_feed
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.parse_sitemap import looks_like_sitemap
from newsletter.sources.reading.read_source import (
    Document,
    is_web,
    load,
    load_page,
    read_folder,
    understand,
    understand_sitemap,
)
from newsletter.sources.reading.site_name import host_of_site, is_generic, publisher_name, site_of_page
from newsletter.sources.reading.tame import parse_document
from newsletter.sources.source import SourceKind


def read_as(fetcher: Fetcher, location: str, kind: SourceKind, *, now: datetime) -> FoundSource:
    """Read what stands there as this kind; SourceError in words if it cannot be."""
    url = location if is_web(location) else str(Path(location).expanduser().absolute())
    if kind is SourceKind.FOLDER:
        if is_web(location):
            raise UsageError(f"{location} is an address; a folder is a path on this machine")
        return _found(kind, url, Path(url).name, read_folder(Path(url), max_bytes=fetcher.max_bytes), None)
    try:
        document = (load if kind is SourceKind.FEED else load_page)(fetcher, url)
    except FetchFailed as error:
        raise obstacle_of(error, asked=location) from error
    if kind is SourceKind.FEED:
        title = title_of_feed(document.content)
        site = "" if is_generic(title) else publisher_name(title, host=host_of_site(url))
        return replace(_found(kind, url, title, understand(document, kind, now=now), document), site=site)
    if kind is SourceKind.INDEX and looks_like_sitemap(document.content):
        return _found(kind, url, "", understand_sitemap(fetcher, document), document)
    title, site = _names_of_page(document, url)
    return replace(_found(kind, url, title, understand(document, kind, now=now), document), site=site)


def _names_of_page(document: Document, url: str) -> tuple[str, str]:
    """Give what a page calls itself, and its site; Obstacle if programs cannot read the page."""
    page = parse_document(storable(page_text(document.content, document.charset)))
    if page is None:
        return "", ""
    came = document.url or url
    if is_web(url):
        refuse_obstacles(page, asked=url, came=came)
    head = head_of(page, url=came)
    return one_line(head.site or head.title), site_of_page(page, head, url=came)


def _found(kind: SourceKind, url: str, title: str, reading: Reading, document: Document | None) -> FoundSource:
    count = len(reading.posts)
    return FoundSource(
        kind=kind,
        url=url,
        words=f"read as {'an' if kind is SourceKind.INDEX else 'a'} {kind.value} of {count} post{'s' * (count != 1)}",
        title=title,
        link_pattern=reading.link_pattern,
        document=document,
        reading=reading,
    )
