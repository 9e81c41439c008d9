"""Finds out what an address or a path is: a feed, a page that names its feed, a single page, a folder of posts."""

from dataclasses import dataclass
from pathlib import Path

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
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
    if is_web(location):
        return _of_document(fetcher, load(fetcher, location), location)
    path = Path(location).expanduser().absolute()
    if path.is_dir() or (is_markdown(path) and path.is_file()):
        return FoundSource(kind=SourceKind.FOLDER, url=str(path))
    return _of_document(fetcher, load(fetcher, str(path)), str(path))


def _of_document(fetcher: Fetcher, document: Document, location: str) -> FoundSource:
    if looks_like_feed(document.content) or looks_like_json(document.content):
        found = understand(document, SourceKind.FEED)  # says in words what is wrong with it
        return FoundSource(kind=SourceKind.FEED, url=location, document=document, reading=found)
    if not looks_like_page(document.content):
        raise NotUnderstood(f"{shown(location)} is neither a feed nor a page")
    head = read_page_head(page_text(document.content, document.charset), url=document.url or location)
    return _announced_feed(fetcher, head.feeds) or _page_or_index(document, location)


def _page_or_index(document: Document, location: str) -> FoundSource:
    try:
        listed = parse_index(document.content, url=document.url or location, charset=document.charset)
    except NotUnderstood:
        listed = None
    if listed is None or not is_overview(listed, url=document.url or location):
        found = understand(document, SourceKind.PAGE)
        return FoundSource(kind=SourceKind.PAGE, url=location, document=document, reading=found)
    reading = Reading(posts=listed.posts, link_pattern=listed.pattern)
    return FoundSource(
        kind=SourceKind.INDEX, url=location, link_pattern=listed.pattern, document=document, reading=reading
    )


def _announced_feed(fetcher: Fetcher, feeds: tuple[str, ...]) -> FoundSource | None:
    """Give the first feed that a page announces and that can be read: announcements of dead feeds are common."""
    for url in feeds[:3]:
        try:
            document = load(fetcher, url)
            found = understand(document, SourceKind.FEED)
        except NotUnderstood:
            continue
        return FoundSource(kind=SourceKind.FEED, url=url, document=document, reading=found)
    return None
