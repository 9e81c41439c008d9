"""Reads what a page says about itself: language, title, date, picture, translations, its feeds. Nothing is guessed."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from newsletter.sources.cleaning.byline import byline_of
from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.linked_data import (
    linked_items,
    linked_names,
    linked_people,
    linked_pictures,
    linked_text,
    linked_values,
)
from newsletter.sources.reading.page_beside import byline_beside, date_beside
from newsletter.sources.reading.page_date import declared_date, names_other_day
from newsletter.sources.reading.page_lines import lines_of
from newsletter.sources.reading.page_title import Titles, title_of
from newsletter.sources.reading.tame import parse_document

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_DATE_METAS = """
article:published_time og:article:published_time datepublished dc.date.issued dcterms.issued
citation_publication_date publication_date publish-date publish_date pubdate parsely-pub-date
"""
_DAY_METAS = "dc.date dcterms.date dcterms.created dc:date sailthru.date date"  # some systems write an event's day here
_TITLE_METAS = """
dc:title dc.title dcterms.title dcterm:title citation_title og:title weibo:article:title twitter:title parsely-title
"""
_AUTHOR_METAS = (
    "dc:creator dc.creator dcterms.creator dcterm:creator author article:author citation_author parsely-author"
)
_TEXT_METAS = "dc:description dc.description dcterms.description og:description description twitter:description"
_PICTURE_METAS = "og:image og:image:url og:image:secure_url twitter:image twitter:image:src"
_LONGEST_NAME = 100  # characters of a byline in the page; a longer one is a text about its author
_MOST_LINKS = 50
_NO_LEAD = re.compile(r"logo|avatar|icon|sprite|pixel|badge|spacer|emoji|gravatar|\.svg|\.gif", re.IGNORECASE)
_CALENDAR = re.compile(r"^webcals?:|\.ics(?:\?[^#]*)?(?:#.*)?$|[?&](?:ical|outlook-ical)=1\b", re.IGNORECASE)
_WEBCAL = re.compile(r"^webcals?:", re.IGNORECASE)
_AUTHORS = "//*[@rel='author' or @itemprop='author' or contains(concat(' ', @class, ' '), ' byline ')]"
_BY = re.compile(r"(?:written\s+)?(?:by|von|par|di|por|de)[\s:]+(?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What a page says about itself, as it says it; empty where it does not."""

    language: str
    title: str  # without the name of its site
    site: str
    byline: str
    description: str
    published: datetime | None
    picture_url: str
    picture_alt: str
    canonical: str
    translations: tuple[str, ...]  # absolute addresses of the same page in other languages
    calendar_url: str  # the one iCalendar file that it names
    feeds: tuple[str, ...]  # absolute addresses


def read_page_head(text: str, *, url: str, now: datetime | None = None) -> PageHead:
    """Read the head of a page that was found at `url`; NotUnderstood if it cannot be parsed at all."""
    page = parse_document(storable(text))
    if page is None:
        raise NotUnderstood("the page holds no HTML")
    return head_of(page, url=url, now=now)


def head_of(
    page: Any,  # lxml has no types
    *,
    url: str,
    now: datetime | None = None,
    linked: Sequence[object] | None = None,
) -> PageHead:
    """Read the head of a parsed page, which stays as it is.

    `now`: no day beside the title lies after it; `linked`: the page's JSON-LD, if that was parsed already.
    """
    said = _Said(page, url, linked_values(page) if linked is None else linked)
    sites = _site_names(said)
    title = _title(said, sites)
    picture_url, picture_alt = _picture(said)
    return PageHead(
        language=_first(_attributes(page, "/html/@lang")) or said.meta("og:locale content-language dc.language"),
        title=title,
        site=_first(sites),
        byline=_byline(said, title),
        description=one_line(said.meta(_TEXT_METAS)),
        published=_declared_day(said) or _named_day(said, now) or _day_beside(said, title, now),
        picture_url=picture_url,
        picture_alt=picture_alt,
        canonical=_canonical(said),
        translations=_translations(said),
        calendar_url=_calendar(said),
        feeds=tuple(said.absolute(_feeds(page))),
    )


class _Said:
    """What several places of a page say, each read once."""

    def __init__(self, page: Any, url: str, linked: Sequence[object]) -> None:
        self.page = page
        self.url = url
        self.base = web_address(_first(_attributes(page, "//base/@href")), base=url) or url
        self.metas = _metas(page)
        self.items = linked_items(linked)
        self.headings = [node for node in page.iter("h1") if one_line(_text(node))][:20]
        bars = page.xpath("//head/title | /html/title | /html/body/title")
        self.bar = _first([one_line(_text(node)) for node in bars])
        self.lines = lines_of(page)

    @property
    def headings_of_text(self) -> list[str]:
        return [one_line(_text(node)) for node in self.headings if not _leads_home(node, self)]

    def meta(self, names: str) -> str:
        return _first([self.metas.get(name, "") for name in names.split()])

    def absolute(self, links: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(link for one in links if (link := web_address(one, base=self.base))))


def _metas(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in page.iter("meta"):
        names = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        value = (meta.get("content") or "").strip()
        for name in names.lower().split():
            if value:
                found.setdefault(name, value)
    return found


def _feeds(page: Any) -> list[str]:
    links = [link for link in page.iter("link") if "alternate" in (link.get("rel") or "").lower().split()]
    return [link.get("href") or "" for link in links if (link.get("type") or "").strip().lower() in _FEED_TYPES]


def _attributes(page: Any, path: str) -> list[str]:
    return [str(value).strip() for value in page.xpath(path)]


def _text(node: Any) -> str:
    return "".join(node.itertext())


def _first(values: Sequence[str]) -> str:
    return next((value for value in values if value), "")


def _title(said: _Said, sites: Sequence[str]) -> str:
    declared = [*linked_text(said.items, "headline"), *(said.metas.get(name, "") for name in _TITLE_METAS.split())]
    host = (urlsplit(said.url).hostname or "").removeprefix("www.") if said.url else ""
    return title_of(
        Titles(
            declared=tuple(one_line(title) for title in declared if title),
            bar=said.bar,
            headings=tuple(said.headings_of_text) or _lesser_headings(said),
            sites=tuple(sites),
            hints=(said.meta("twitter:site").lstrip("@"), host),
            lines=tuple(line.text for line in said.lines if not line.is_link),
        )
    )


def _lesser_headings(said: _Said) -> tuple[str, ...]:
    """Give the one smaller heading of a page without a large one; several are those of sections."""
    found = [line.text for line in said.lines if line.is_heading and not line.is_link]
    return tuple(found) if len(found) == 1 else ()


def _site_names(said: _Said) -> list[str]:
    """Give the names of the page's site: as declared, and what a heading says that leads to the front page."""
    logos = [one_line(_text(node)) for node in said.headings if _leads_home(node, said)]
    names = [said.meta("og:site_name"), said.meta("application-name"), *linked_names(said.items)]
    names += [logo for logo in logos if logo not in said.headings_of_text]
    return [one_line(name) for name in dict.fromkeys(names) if name]


def _leads_home(node: Any, said: _Said) -> bool:
    links = [*node.iter("a"), *([node.getparent()] if node.getparent() is not None else [])]
    homes = [web_address(link.get("href") or "", base=said.base) for link in links if link.get("href")]
    return any(_is_front(home) for home in homes) and not _is_front(said.url)


def _is_front(address: str) -> bool:
    """A front page's path is empty, or names a language only."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return re.fullmatch(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:index\.\w+)?", parts.path, re.IGNORECASE) is not None


def _canonical(said: _Said) -> str:
    """Give the page's canonical address; systems set up badly name their front page in all pages, which is none."""
    links = [link.get("href") or "" for link in said.page.iter("link") if "canonical" in _relations(link)]
    address = _first(said.absolute(links))
    return "" if _is_front(address) and not _is_front(said.url) else address


def _translations(said: _Said) -> tuple[str, ...]:
    """Give the other languages' addresses; a site's front pages are no translations of an article."""
    links = [
        link.get("href") or ""
        for link in said.page.iter("link")
        if "alternate" in _relations(link) and (link.get("hreflang") or "x-default").lower() != "x-default"
    ]
    own = {said.url, _canonical(said)}
    others = [link for link in said.absolute(links) if link not in own and (_is_front(said.url) or not _is_front(link))]
    return tuple(others[:_MOST_LINKS])


def _relations(link: Any) -> list[str]:
    return (link.get("rel") or "").lower().split()


def _calendar(said: _Said) -> str:
    """Give the iCalendar file that the page links to, if it is one only: a list of events names many."""
    found = [
        _WEBCAL.sub("https:", (link.get("href") or "").strip())
        for link in said.page.iter("a", "link")
        if (link.get("type") or "").strip().lower() == "text/calendar"
        or _CALENDAR.search((link.get("href") or "").strip())
    ]
    files = said.absolute(found)
    return files[0] if len(files) == 1 else ""


def _declared_day(said: _Said) -> datetime | None:
    declared = [
        *(said.metas.get(name, "") for name in _DATE_METAS.split()),
        *linked_text(said.items, "datePublished"),
        *_attributes(said.page, "//*[@itemprop='datePublished']/@content"),
        *_attributes(said.page, "//time[@pubdate or @itemprop='datePublished']/@datetime"),
        *_attributes(said.page, "//time[contains(@class, 'dt-published')]/@datetime"),
    ]
    return next((date for text in declared if (date := declared_date(text)) is not None), None)


def _named_day(said: _Said, now: datetime | None) -> datetime | None:
    """Give a day that is declared without saying that it is of publication: what lies after `now` is another."""
    named = [*(said.metas.get(name, "") for name in _DAY_METAS.split()), *_only_time(said.page)]
    dates = [date for text in named if (date := declared_date(text)) is not None]
    return next((date for date in dates if now is None or date <= now), None)


def _day_beside(said: _Said, title: str, now: datetime | None) -> datetime | None:
    """Give the day that stands alone next to the title; on an event's page it tells another day."""
    if any("event" in str(item.get("@type", "")).lower() for item in said.items):
        return None
    language = _first(_attributes(said.page, "/html/@lang"))
    return date_beside(said.lines, title, bar=said.bar, language=language, now=now)


def _only_time(page: Any) -> list[str]:
    """Give the time in the header of an article, where it is the only one there; on a list of articles it is none."""
    found = page.xpath("//article//header//time[@datetime] | //header[.//h1]//time[@datetime]")
    times = {time.get("datetime").strip() for time in found if not names_other_day(_before(time))}
    return list(times) if len(times) == 1 else []


def _before(node: Any) -> str:
    """Give what stands right before an element, in its line or in the one before."""
    previous = node.getprevious()
    if previous is None:
        above = node.getparent()
        return one_line(above.text or "") or (_before(above) if above.tag in {"p", "span", "div", "dd"} else "")
    is_heading = previous.tag in {"h1", "h2", "h3"} or not isinstance(previous.tag, str)
    return one_line(previous.tail or "") or ("" if is_heading else one_line(_text(previous)[:_LONGEST_NAME]))


def _byline(said: _Said, title: str) -> str:
    """Give who wrote the page: as declared, as marked, or in a line "By ..." under the title. An account is nobody."""
    names = [*(said.metas.get(name, "") for name in _AUTHOR_METAS.split()), linked_people(said.items)]
    declared = [one_line(name)[:200] for name in names if name and "://" not in name]
    told = itertools.chain(
        declared, _marked_names(said)
    )  # to look for marks takes time: only where nothing is declared
    return next(filter(None, (byline_of(name, url=said.url) for name in told)), "") or byline_beside(said.lines, title)


def _marked_names(said: _Said) -> Iterator[str]:
    marked = (one_line(_text(node)[: 3 * _LONGEST_NAME]) for node in said.page.xpath(_AUTHORS)[:3])
    yield from (_BY.sub("", name, count=1) for name in marked if _is_name(name))


def _is_name(text: str) -> bool:
    """A marked author may hold a date, or a text about the author; those are no name."""
    return len(text) <= _LONGEST_NAME and not any(letter.isdigit() for letter in text)


def _picture(said: _Said) -> tuple[str, str]:
    """Give the address and alt of the page's picture: as declared, else the first large one of its article."""
    named = [*(said.metas.get(name, "") for name in _PICTURE_METAS.split()), *linked_pictures(said.items)]
    linked = [link.get("href") or "" for link in said.page.iter("link") if "image_src" in _relations(link)]
    declared = _first(said.absolute([*named, *linked]))
    if declared:
        return declared, one_line(said.meta("og:image:alt twitter:image:alt"))
    for picture in said.page.xpath("//article//img | //main//img | //*[@itemprop='articleBody']//img")[:_MOST_LINKS]:
        address = web_address(picture.get("data-src") or picture.get("src") or "", base=said.base)
        if address and not _NO_LEAD.search(f"{address} {picture.get('class') or ''}") and _is_large(picture):
            return address, one_line(picture.get("alt") or "")
    return "", ""


def _is_large(picture: Any) -> bool:
    sizes = [picture.get(side) or "" for side in ("width", "height")]
    return all(not size.isdigit() or int(size[:5]) >= 200 for size in sizes)
