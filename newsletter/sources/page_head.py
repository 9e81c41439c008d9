"""Reads what a page says about itself: language, title, date, picture, its feed. Nothing is guessed."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from newsletter.sources.clean import web_address
from newsletter.sources.plain_text import one_line

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_DATE_METAS = """
article:published_time og:article:published_time datepublished dc.date.issued dcterms.issued dc.date dcterms.date
dcterms.created citation_publication_date publication_date publish-date date
"""
_AUTHOR_NAMES = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author")
_SPACES = re.compile(r"\s+")
_DEEPEST_JSON = 200_000  # characters of one JSON-LD block that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What a page says about itself, as it says it; empty where it does not."""

    language: str
    title: str
    heading: str
    byline: str
    description: str
    published: datetime | None
    picture_url: str
    picture_alt: str
    canonical: str
    feeds: tuple[str, ...]  # absolute addresses


def read_page_head(text: str, *, url: str) -> PageHead:
    """Read the head of a page that was found at `url`."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    said = reader.said
    base = web_address(said.base, base=url) or url
    return PageHead(
        language=said.language or said.first("og:locale", "content-language", "dc.language"),
        title=one_line(said.first("og:title", "twitter:title") or "".join(said.title)),
        heading=one_line(" ".join(said.headings[0])) if len(said.headings) == 1 else "",
        byline=_byline(said),
        description=one_line(said.first("og:description", "description", "twitter:description")),
        published=_published(said),
        picture_url=web_address(said.first("og:image", "og:image:url", "twitter:image"), base=base),
        picture_alt=said.first("og:image:alt", "twitter:image:alt"),
        canonical=web_address(said.canonical, base=base),
        feeds=tuple(link for feed in said.feeds if (link := web_address(feed, base=base))),
    )


@dataclass(slots=True)
class _Said:
    """What the reader collects."""

    language: str = ""
    base: str = ""
    canonical: str = ""
    title: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    feeds: list[str] = field(default_factory=list)
    headings: list[list[str]] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    linked_data: list[str] = field(default_factory=list)

    def first(self, *names: str) -> str:
        return next((self.metas[name] for name in names if self.metas.get(name)), "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said = _Said()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").strip() for name, value in attrs}
        read = getattr(self, f"_read_{tag}", None)
        if read is not None:
            read(values)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.said.title.append(data)
        elif self._inside == "h1":
            self.said.headings[-1].append(data)
        elif self._inside == "script":
            self.said.linked_data.append(data)

    def _read_html(self, values: dict[str, str]) -> None:
        self.said.language = self.said.language or values.get("lang", "") or values.get("xml:lang", "")

    def _read_base(self, values: dict[str, str]) -> None:
        self.said.base = self.said.base or values.get("href", "")

    def _read_title(self, _: dict[str, str]) -> None:
        self._inside = "" if self.said.title else "title"  # later ones belong to drawings

    def _read_h1(self, _: dict[str, str]) -> None:
        self._inside = "h1"
        self.said.headings.append([])

    def _read_script(self, values: dict[str, str]) -> None:
        self._inside = "script" if values.get("type", "").lower() == "application/ld+json" else ""

    def _read_meta(self, values: dict[str, str]) -> None:
        names = values.get("property") or values.get("name") or values.get("itemprop") or values.get("http-equiv") or ""
        for name in _SPACES.split(names.lower()):
            self.said.metas.setdefault(name, values.get("content", ""))

    def _read_link(self, values: dict[str, str]) -> None:
        relations = values.get("rel", "").lower().split()
        if "canonical" in relations and not self.said.canonical:
            self.said.canonical = values.get("href", "")
        if "alternate" in relations and values.get("type", "").lower() in _FEED_TYPES:
            self.said.feeds.append(values.get("href", ""))

    def _read_time(self, values: dict[str, str]) -> None:
        if "pubdate" in values or values.get("itemprop", "").lower() == "datepublished":
            self.said.times.append(values.get("datetime", ""))


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
