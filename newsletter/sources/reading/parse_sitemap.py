"""Reads sitemaps and news sitemaps (sitemaps.org, protocol 0.9): addresses, and what is said of them.

A sitemap tells when a page was changed, not when it was published, so `lastmod` is never a post's date.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.etree

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.unpack import BrokenPacking, TooLarge, unpack
from newsletter.sources.reading.page_links import leads_to_a_post

MOST_CHILDREN = 3  # sitemaps of an index of sitemaps that are read, the newest first
MOST_POSTS = 100
_MOST_ENTRIES = 50_000  # as the protocol allows
_LARGEST = 20_000_000  # bytes, unpacked
_ROOT = re.compile(rb"<(?:[a-z0-9]+:)?(urlset|sitemapindex)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
# What systems call the sitemaps of what is no post ("category-sitemap.xml", "wp-sitemap-users-1.xml").
_OF_NO_POSTS = re.compile(
    r"(?:^|[/_.-])(?:category|categories|tags?|post_tag|taxonom(?:y|ies)|authors?|users?|images?|videos?|products?)[_.-]",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?im)^[^\S\n]*sitemap[^\S\n]*:(.{1,2000})$")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    url: str
    changed: datetime | None
    published: datetime | None
    title: str
    language: str


def looks_like_sitemap(content: bytes) -> bool:
    """Tell whether a document begins like a sitemap, or is one that was packed as a file."""
    try:
        return _ROOT.search(_unpacked(content)[:4_000].replace(b"\0", b"")) is not None
    except NotUnderstood:
        return False  # packed, and broken: whatever it is, it is no sitemap


def parse_sitemap(content: bytes, *, url: str) -> tuple[FetchedPost, ...]:
    """Give the newest posts that a sitemap found at `url` lists; NotUnderstood if it is none.

    Entries without a title are cut posts: their pages tell.
    """
    listed = _entries(content, "url")
    own = url or next((urljoin(entry.url, "/") for entry in listed), "")  # a file is of the site that it lists
    posts = [
        FetchedPost(
            url=entry.url,
            title=html.escape(entry.title, quote=False),
            published=entry.published,
            updated=entry.changed,
            language=entry.language,
            is_cut=True,
        )
        for entry in listed
        if leads_to_a_post(entry.url, own)
    ]
    return tuple(newest_first(posts)[:MOST_POSTS])


def newest_first(posts: Iterable[FetchedPost]) -> list[FetchedPost]:
    """Sort the posts of sitemaps by what these tell of their dates; what has none stays behind, as it was listed."""
    return sorted(posts, key=lambda post: post.published or post.updated or _NEVER, reverse=True)


def sitemaps_of_robots(content: bytes, *, url: str) -> list[str]:
    """Give the sitemaps that a robots.txt names (sitemaps.org, "Specifying the Sitemap location")."""
    named = _NAMED.findall(content.decode("utf-8", errors="replace"))
    return [address for line in named if (address := web_address(line.strip(), base=url))]


def children_of(content: bytes) -> list[str]:
    """Give the sitemaps that an index of sitemaps names, the newest first; none if it is a sitemap itself.

    Those of tags, authors and pictures are left out, unless there are no others.
    """
    listed = _entries(content, "sitemap")
    found = [entry for entry in listed if not _OF_NO_POSTS.search(urlsplit(entry.url).path)] or listed
    # Sites write their newest last, or first; of those without dates both ends are looked at.
    dated = sorted(found, key=lambda entry: entry.changed or _NEVER, reverse=True)
    in_order = dated if any(entry.changed for entry in found) else [*found[-1:], *found[:-1]]
    return [entry.url for entry in in_order[:MOST_CHILDREN]]


_NEVER = datetime.min.replace(tzinfo=UTC)


def _entries(content: bytes, name: str) -> list[_Entry]:
    content = _unpacked(content)
    if _ENTITY.search(content.replace(b"\0", b"")):
        raise NotUnderstood("the sitemap declares XML entities; that is refused, because it is how bombs are built")
    parser = lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = lxml.etree.fromstring(content, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotUnderstood("the sitemap cannot be read: it is no XML") from error
    if root is None or _name(root) not in {"urlset", "sitemapindex"}:
        raise NotUnderstood("this is no sitemap: it holds no <urlset>")
    return list(_read(root, name))


def _read(root: Any, name: str) -> Iterator[_Entry]:
    for node, _ in zip(root, range(_MOST_ENTRIES), strict=False):
        if _name(node) != name:
            continue
        own = _told(node)
        news = _told_of_news(node)
        url = web_address(own.get("loc", ""))
        if url:
            yield _Entry(
                url=url,
                changed=_date(own.get("lastmod", "")),
                published=_date(news.get("publication_date", "")),
                title=news.get("title", ""),
                language=news.get("language", ""),
            )


def _told(node: Any) -> dict[str, str]:
    """Give what the parts of an element say: its own only, for a picture in an entry has an address, too."""
    return {_name(part): one_line(part.text or "") for part in node}


def _told_of_news(node: Any) -> dict[str, str]:
    """Give what a news entry says, the language of its publication included."""
    told: dict[str, str] = {}
    for part in node:
        if _name(part) == "news":
            for inner in (part, *part):
                told |= _told(inner)
    return told


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unpacked(content: bytes) -> bytes:
    """Unpack a sitemap that is kept as a .gz file."""
    if not content.startswith(_GZIP):
        return content
    try:
        return unpack([content], "gzip", _LARGEST)
    except (BrokenPacking, TooLarge) as error:
        raise NotUnderstood("the packed sitemap cannot be unpacked") from error
