"""Reads sitemaps and news sitemaps (sitemaps.org, protocol 0.9): addresses, and what is said of them.

A sitemap tells when a page was changed, not when it was published, so `lastmod` is never a post's date.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import lxml.etree

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.unpack import BrokenPacking, TooLarge, unpack
from newsletter.sources.reading.page_links import leads_to_a_post

MOST_CHILDREN = 3  # sitemaps of an index of sitemaps that are read, the newest first
_MOST_POSTS = 100
_MOST_ENTRIES = 50_000  # as the protocol allows
_LARGEST = 20_000_000  # bytes, unpacked
_ROOT = re.compile(rb"<(?:[a-z0-9]+:)?(urlset|sitemapindex)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
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
    return _ROOT.search(_unpacked(content)[:4_000].replace(b"\0", b"")) is not None


def parse_sitemap(content: bytes, *, url: str) -> tuple[FetchedPost, ...]:
    """Give the newest posts that a sitemap found at `url` lists; NotUnderstood if it is none.

    Entries without a title are cut posts: their pages tell.
    """
    entries = [entry for entry in _entries(content, "url") if leads_to_a_post(entry.url, url)]
    entries.sort(key=lambda entry: entry.published or entry.changed or _NEVER, reverse=True)
    return tuple(
        FetchedPost(
            url=entry.url,
            title=html.escape(entry.title, quote=False),
            published=entry.published,
            updated=entry.changed,
            language=entry.language,
            is_cut=True,
        )
        for entry in entries[:_MOST_POSTS]
    )


def children_of(content: bytes) -> list[str]:
    """Give the sitemaps that an index of sitemaps names, the newest first; none if it is a sitemap itself."""
    found = _entries(content, "sitemap")
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
        said = {_name(part): one_line(part.text or "") for part in node.iter() if isinstance(part.tag, str)}
        url = web_address(said.get("loc", ""))
        if url:
            yield _Entry(
                url=url,
                changed=_date(said.get("lastmod", "")),
                published=_date(said.get("publication_date", "")),
                title=said.get("title", "") if "news" in said else "",
                language=said.get("language", "") if "news" in said else "",
            )


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
