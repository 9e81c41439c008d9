"""Reads what a source holds, wherever it is: an address, a file, a folder. Thin: the parsers do the understanding."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from newsletter import __version__
from newsletter.base.errors import SourceError
from newsletter.sources.errors import HostRests, NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.answers import Fetched
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.most_items import at_most
from newsletter.sources.reading.parked import refuse_parked
from newsletter.sources.reading.parse_feed import read_feed
from newsletter.sources.reading.parse_index import parse_index
from newsletter.sources.reading.parse_json_feed import looks_like_json, parse_json_feed
from newsletter.sources.reading.parse_markdown import is_draft, parse_markdown
from newsletter.sources.reading.parse_page import read_post_page
from newsletter.sources.reading.parse_sitemap import (
    MOST_POSTS,
    children_of,
    looks_like_sitemap,
    newest_first,
    parse_sitemap,
)
from newsletter.sources.source import Source, SourceKind

SITEMAP = "sitemap"  # the link pattern of an index that is a sitemap
_MARKDOWN = (".md", ".markdown")
_MOST_FILES = 5_000  # a folder with more is a whole disk, named by mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes with their address; `is_unchanged` if the server says that nothing is new, or if they are the same."""

    url: str
    content: bytes
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False
    moved_to: str = ""  # as Fetched has it
    fresh_for: timedelta | None = None  # as Fetched has it


def read_source(fetcher: Fetcher, source: Source, *, now: datetime | None = None) -> tuple[Reading, Document | None]:
    """Give what the source holds now, and the document it came from (None for a folder); SourceError in words.

    `now` tells dates of publication from those of coming events on a page that lists both.
    """
    if source.kind is SourceKind.FOLDER:
        return read_folder(Path(source.url), max_bytes=fetcher.max_bytes), None
    is_for_people = source.kind in {SourceKind.PAGE, SourceKind.INDEX} and source.link_pattern != SITEMAP
    load_it = load_page if is_for_people else load
    left = {"etag": source.etag, "last_modified": source.last_modified, "validators_of": source.validators_of}
    document = load_it(fetcher, source.url, **left)
    if document.is_unchanged:
        return Reading(), document
    if source.kind is SourceKind.FEED and now is not None and source.document_hash == hash_of(document, now):
        # An answer in full: where it does not say how long it stays good, it no longer counts what an older one said.
        return Reading(), replace(document, is_unchanged=True, fresh_for=document.fresh_for or timedelta())
    if source.kind is SourceKind.INDEX and looks_like_sitemap(document.content):
        return understand_sitemap(fetcher, document), document
    return understand(document, source.kind, pattern=source.link_pattern, now=now), document


def hash_of(document: Document, now: datetime) -> str:
    """Hash what a feed's posts are made of: its bytes, and how to read them. Many servers have no ETag for theirs.

    The day is a part of it, because posts that a feed no longer lists are looked at daily, and so is our version,
    because another may read more of the same bytes.
    """
    read_as = f"{__version__}\n{now.date()}\n{document.url}\n{document.charset}"
    return hashlib.sha256(read_as.encode(errors="replace") + b"\0" + document.content).hexdigest()


def load(
    fetcher: Fetcher, location: str, *, etag: str = "", last_modified: str = "", validators_of: str = ""
) -> Document:
    """Load an http(s) address or a file."""
    if is_web(location):
        found = fetcher.get(location, etag=etag, last_modified=last_modified, validators_of=validators_of)
        return _document_of(found, etag, last_modified)
    return Document(url="", content=read_file(Path(location), max_bytes=fetcher.max_bytes))


def load_page(
    fetcher: Fetcher, location: str, *, etag: str = "", last_modified: str = "", validators_of: str = ""
) -> Document:
    """Load a page that people read, if its server's robots.txt lets programs; or a file."""
    if is_web(location):
        found = fetcher.get_page(location, etag=etag, last_modified=last_modified, validators_of=validators_of)
        return _document_of(found, etag, last_modified)
    return load(fetcher, location)


def _document_of(fetched: Fetched, etag: str, last_modified: str) -> Document:
    is_unchanged = fetched.status == 304
    return Document(
        url=fetched.url,
        content=fetched.content,
        charset=fetched.charset,
        etag=fetched.etag or (etag if is_unchanged else ""),
        last_modified=fetched.last_modified or (last_modified if is_unchanged else ""),
        is_unchanged=is_unchanged,
        moved_to=fetched.moved_to,
        fresh_for=fetched.fresh_for,
    )


def understand_sitemap(fetcher: Fetcher, document: Document) -> Reading:
    """Parse a sitemap; of an index of sitemaps, the newest few that it names. One that fails leaves the others."""
    children = children_of(document.content)
    if not children:
        return _of_sitemaps(parse_sitemap(document.content, url=document.url), ())
    posts: list[FetchedPost] = []
    problems: list[str] = []
    for url in children:
        try:
            child = load(fetcher, url)
            posts += parse_sitemap(child.content, url=child.url)
        except HostRests:
            raise
        except SourceError as error:
            problems.append(str(error))
    if not posts and problems:
        raise NotUnderstood(f"no sitemap of the index could be read; the first says: {problems[0]}")
    return _of_sitemaps(newest_first(posts), tuple(problems))


def _of_sitemaps(posts: Sequence[FetchedPost], problems: tuple[str, ...]) -> Reading:
    if not posts:
        raise NotUnderstood("the sitemap lists no address that could be a post's")
    return Reading(posts=tuple(posts[:MOST_POSTS]), problems=problems, link_pattern=SITEMAP)


def understand(document: Document, kind: SourceKind, *, pattern: str = "", now: datetime | None = None) -> Reading:
    """Parse a feed, a page, or an index page, whose links to posts `pattern` tells."""
    if kind is SourceKind.INDEX:
        found = parse_index(document.content, url=document.url, charset=document.charset, pattern=pattern, now=now)
        return Reading(posts=found.posts, link_pattern=found.pattern)
    if kind is SourceKind.PAGE:
        read = read_post_page(document.content, url=document.url, charset=document.charset, now=now)
        refuse_parked(read.post)
        return Reading(posts=(read.post,), page=read.page)
    if looks_like_json(document.content):
        told = parse_json_feed(document.content, url=document.url)
        bounded = at_most(told.posts)
        return replace(bounded, problems=(*bounded.problems, *told.problems))
    return read_feed(document.content, url=document.url, charset=document.charset)


def read_folder(folder: Path, *, max_bytes: int) -> Reading:
    """Read the Markdown files of a folder and of those in it; a file with a fault is told and the others go on."""
    if not folder.exists():
        raise NotUnderstood(f"there is no folder {folder}")
    files = _markdown_files(folder)
    if len(files) > _MOST_FILES:
        raise NotUnderstood(f"{folder} holds {len(files)} Markdown files; name the folder of the posts")
    posts, problems = [], []
    for file in files:
        name = file.relative_to(folder if folder.is_dir() else folder.parent).as_posix()
        try:
            content = read_file(file, max_bytes=max_bytes)
            if not is_draft(content):
                posts.append(with_local_picture(parse_markdown(content, name=name), file, folder))
        except SourceError as error:
            problems.append(f"{name}: {error}")
    if problems and not posts:
        raise NotUnderstood(f"no file of {folder} could be read; the first says: {problems[0]}")
    return Reading(posts=tuple(posts), problems=tuple(problems))


def with_local_picture(post: FetchedPost, file: Path, folder: Path) -> FetchedPost:
    """Make the path of a picture beside the file absolute; it must lie within the folder."""
    if not post.picture_url or is_web(post.picture_url):
        return post
    root = (folder if folder.is_dir() else folder.parent).resolve()
    try:
        path = (file.parent / post.picture_url).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise NotUnderstood(f"picture {post.picture_url!r} is no file name") from error
    if not path.is_relative_to(root):
        raise NotUnderstood(f"picture {post.picture_url!r} lies outside the folder")
    return replace(post, picture_url=str(path))


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """Read a file up to the cap."""
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise NotUnderstood(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > max_bytes:
        raise NotUnderstood(f"{path} is larger than {max_bytes:,} bytes (fetch.max_bytes)")
    return content


def is_web(location: str) -> bool:
    """Tell an address from a path."""
    return re.match(r"https?://", location, re.IGNORECASE) is not None


def is_markdown(path: Path) -> bool:
    """Tell a Markdown file by its name."""
    return path.suffix.lower() in _MARKDOWN


def _markdown_files(folder: Path) -> list[Path]:
    """Give the files in a steady order, without hidden ones and without links that lead out of the folder."""
    if not folder.is_dir():
        return [folder]
    root = folder.resolve()
    files = [path for path in folder.rglob("*") if is_markdown(path) and path.is_file()]
    inside = [path for path in files if path.resolve().is_relative_to(root)]
    return sorted(path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts))
