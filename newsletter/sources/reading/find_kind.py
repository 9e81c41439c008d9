"""Finds out what an address or a path is: a feed, a page that names its feed, a single page, a folder of posts."""

from dataclasses import dataclass
from pathlib import Path

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetching.fetch import Fetcher, shown
from newsletter.sources.reading.page_head import read_page_head
from newsletter.sources.reading.parse_feed import looks_like_feed, looks_like_page
from newsletter.sources.reading.parse_index import is_overview, parse_index
from newsletter.sources.reading.parse_json_feed import looks_like_json
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.read_source import Document, is_markdown, is_web, load, understand
from newsletter.sources.source import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """What was found: how to read it, and where. The address may be another than the one asked about."""

    kind: SourceKind
    url: str  # an http(s) address or an absolute path


def find_kind(fetcher: Fetcher, location: str) -> FoundSource:
    """Look at an address or a path; SourceError in words if nothing there can be a source."""
    if is_web(location):
        return _of_document(fetcher, load(fetcher, location), location)
    path = Path(location).expanduser().absolute()
    if path.is_dir() or (is_markdown(path) and path.is_file()):
        return FoundSource(kind=SourceKind.FOLDER, url=str(path))
    return _of_document(fetcher, load(fetcher, str(path)), str(path))


def _of_document(fetcher: Fetcher, document: Document, location: str) -> FoundSource:
    if looks_like_feed(document.content) or looks_like_json(document.content):
        understand(document, SourceKind.FEED)  # says in words what is wrong with it
        return FoundSource(kind=SourceKind.FEED, url=location)
    if not looks_like_page(document.content):
        raise NotUnderstood(f"{shown(location)} is neither a feed nor a page")
    head = read_page_head(page_text(document.content, document.charset), url=document.url or location)
    return _announced_feed(fetcher, head.feeds) or _page_or_index(document, location)


def _page_or_index(document: Document, location: str) -> FoundSource:
    try:
        listed = parse_index(document.content, url=document.url or location, charset=document.charset)
    except NotUnderstood:
        return FoundSource(kind=SourceKind.PAGE, url=location)
    kind = SourceKind.INDEX if is_overview(listed, url=document.url or location) else SourceKind.PAGE
    return FoundSource(kind=kind, url=location)


def _announced_feed(fetcher: Fetcher, feeds: tuple[str, ...]) -> FoundSource | None:
    """Give the first feed that a page announces and that can be read: announcements of dead feeds are common."""
    for url in feeds[:3]:
        try:
            understand(load(fetcher, url), SourceKind.FEED)
        except NotUnderstood:
            continue
        return FoundSource(kind=SourceKind.FEED, url=url)
    return None
