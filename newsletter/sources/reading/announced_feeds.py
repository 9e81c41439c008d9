"""Chooses among the feeds that a page announces: the site's posts, in the page's language, before all else."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.language import language_code
from newsletter.sources.cleaning.plain_text import one_line

_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_COMMENTS = re.compile(r"\b(?:comments?|kommentare?|commentaires?|commenti|comentarios?|comentários)\b", re.IGNORECASE)
_SOUNDS = re.compile(r"podcast|audio|episodes?", re.IGNORECASE)
_PARTS = re.compile(r"/(?:category|categories|kategorie|tags?|author|autor|topics?|thema)/|[?&](?:cat|tag|author)=")
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Announced:
    url: str
    title: str
    language: str
    place: int


def announced_feeds(page: Any, *, url: str, language: str) -> list[str]:
    """Give the addresses of the feeds that a parsed page announces, the best first; those of comments are left out."""
    base = web_address(next((str(href) for href in page.xpath("//base/@href")), ""), base=url) or url
    found = [
        _Announced(
            url=address,
            title=one_line(link.get("title") or ""),
            language=language_code(link.get("hreflang") or ""),
            place=place,
        )
        for place, link in enumerate(_links(page))
        if (address := web_address(link.get("href") or "", base=base))
    ]
    posts = [feed for feed in found if not _is_of_comments(feed)]
    ranked = sorted(posts, key=lambda feed: _rank(feed, url, language_code(language)))
    return list(dict.fromkeys(feed.url for feed in ranked))


def _links(page: Any) -> list[Any]:
    links = [link for link in page.iter("link") if "alternate" in (link.get("rel") or "").lower().split()]
    return [link for link in links if (link.get("type") or "").strip().lower() in _TYPES][:_MOST]


def _is_of_comments(feed: _Announced) -> bool:
    path = urlsplit(feed.url).path
    return bool(_COMMENTS.search(path.replace("-", " ").replace("_", " ")) or _COMMENTS.search(feed.title))


def _rank(feed: _Announced, url: str, language: str) -> tuple[bool, bool, bool, bool, int]:
    """Order: in the page's language, of posts and not of sounds, of the page's own part of the site, as announced."""
    is_other_language = bool(feed.language and language and feed.language != language)
    own = urlsplit(url).path.rstrip("/")
    is_of_page = own != "" and urlsplit(feed.url).path.startswith(f"{own}/")
    is_part = bool(_PARTS.search(feed.url)) and not is_of_page
    is_sound = bool(_SOUNDS.search(f"{feed.url} {feed.title}"))
    return is_other_language, is_sound, is_part, not is_of_page, feed.place
