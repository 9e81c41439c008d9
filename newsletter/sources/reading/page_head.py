"""Reads what a page says about itself: language, title, date, picture, its feed. Nothing is guessed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.tame import parse_document

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_DATE_METAS = """
article:published_time og:article:published_time datepublished dc.date.issued dcterms.issued dc.date dcterms.date
dcterms.created citation_publication_date publication_date publish-date date
"""
_AUTHOR_NAMES = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author")
_MOST_TRANSLATIONS = 40
_CALENDAR = re.compile(r"\.ics(?:\?[^#]*)?(?:#.*)?$|[?&](?:ical|outlook-ical)=1\b", re.IGNORECASE)
_WEBCAL = re.compile(r"^webcal:", re.IGNORECASE)
_DEEPEST_JSON = 200_000  # characters of one JSON-LD block that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What a page says about itself, as it says it; empty where it does not."""

    language: str
    title: str
    is_own_title: bool  # said of this page in particular, not in the title bar, where sites write their own name
    heading: str
    byline: str
    description: str
    published: datetime | None
    picture_url: str
    picture_alt: str
    canonical: str
    feeds: tuple[str, ...]  # absolute addresses
    translations: tuple[str, ...]  # absolute addresses of the same page in other languages
    calendar_url: str  # an iCalendar file that the page names


def read_page_head(text: str, *, url: str) -> PageHead:
    """Read the head of a page that was found at `url`; NotUnderstood if it cannot be parsed at all."""
    page = parse_document(storable(text))
    if page is None:
        raise NotUnderstood("the page holds no HTML")
    said = _Said(
        metas=_metas(page),
        times=_attributes(page, "//time[@pubdate or @itemprop='datePublished']/@datetime"),
        linked_data=[_text(node) for node in page.xpath("//script[@type='application/ld+json']")],
    )
    base = web_address(_first(_attributes(page, "//base/@href")), base=url) or url
    headings = [heading for node in page.xpath("//h1") if (heading := one_line(_text(node)))]
    title = said.first("og:title", "twitter:title")
    return PageHead(
        language=_first(_attributes(page, "/html/@lang")) or said.first("og:locale", "content-language", "dc.language"),
        title=one_line(title or _first([_text(node) for node in page.xpath("//title")])),
        is_own_title=bool(title),
        heading=headings[0] if len(headings) == 1 else "",
        byline=_byline(said),
        description=one_line(said.first("og:description", "description", "twitter:description")),
        published=_published(said),
        picture_url=web_address(said.first("og:image", "og:image:url", "twitter:image"), base=base),
        picture_alt=said.first("og:image:alt", "twitter:image:alt"),
        canonical=web_address(_first(_attributes(page, "//link[@rel='canonical']/@href")), base=base),
        feeds=tuple(link for feed in _feeds(page) if (link := web_address(feed, base=base))),
        translations=_translations(page, base),
        calendar_url=_calendar(page, base),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What several places of a page may say."""

    metas: dict[str, str]
    times: list[str]
    linked_data: list[str]

    def first(self, *names: str) -> str:
        return _first([self.metas.get(name, "") for name in names])


def _metas(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in page.iter("meta"):
        names = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        for name in names.lower().split():
            found.setdefault(name, (meta.get("content") or "").strip())
    return found


def _feeds(page: Any) -> list[str]:
    links = [link for link in page.iter("link") if "alternate" in (link.get("rel") or "").lower().split()]
    return [link.get("href") or "" for link in links if (link.get("type") or "").strip().lower() in _FEED_TYPES]


def _translations(page: Any, base: str) -> tuple[str, ...]:
    """Give the addresses that the page names as itself in another language; "x-default" is none."""
    links = [link for link in page.iter("link") if "alternate" in (link.get("rel") or "").lower().split()]
    spoken = [link.get("href") or "" for link in links if (link.get("hreflang") or "x-default").lower() != "x-default"]
    return tuple(dict.fromkeys(url for href in spoken if (url := web_address(href, base=base))))[:_MOST_TRANSLATIONS]


def _calendar(page: Any, base: str) -> str:
    """Give the iCalendar file that the page links to, if it is one only: a list of events names many."""
    found = [
        node.get("href") or ""
        for node in page.iter("link", "a")
        if (node.get("type") or "").strip().lower() == "text/calendar"
        or _CALENDAR.search((node.get("href") or "").strip())
    ]
    files = dict.fromkeys(url for href in found if (url := web_address(_WEBCAL.sub("https:", href.strip()), base=base)))
    return next(iter(files)) if len(files) == 1 else ""


def _attributes(page: Any, path: str) -> list[str]:
    return [str(value).strip() for value in page.xpath(path)]


def _text(node: Any) -> str:
    return "".join(node.itertext())


def _first(values: Sequence[str]) -> str:
    return next((value for value in values if value), "")


def _published(said: _Said) -> datetime | None:
    """Give the date that the page declares. Dates in running text and addresses are guesses, so they do not count."""
    told = [*(said.metas.get(name, "") for name in _DATE_METAS.split()), *_linked(said, "datePublished"), *said.times]
    return next((date for text in told if (date := _date(text)) is not None), None)


def _byline(said: _Said) -> str:
    name = said.first(*_AUTHOR_NAMES) or next(iter(_linked(said, "author")), "")
    return "" if "://" in name else one_line(name)[:200]


def _linked(said: _Said, key: str) -> list[str]:
    """Give the texts under a key of the page's own JSON-LD items; items of other pages that it lists do not count."""
    found = []
    for block in said.linked_data:
        for item in _items(block[:_DEEPEST_JSON]):
            value = item.get(key)
            value = value[0] if isinstance(value, list) and value else value
            value = value.get("name") if isinstance(value, dict) else value
            found += [value.strip()] if isinstance(value, str) else []
    return found


def _items(block: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(block)
    except (ValueError, RecursionError):
        return []
    graph = data.get("@graph") if isinstance(data, dict) else None
    candidates = [data, *(data if isinstance(data, list) else []), *(graph if isinstance(graph, list) else [])]
    return [item for item in candidates if isinstance(item, dict)]


def _date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text.strip())
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
