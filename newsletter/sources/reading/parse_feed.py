"""Reads RSS, Atom and RDF: bytes in, posts out. feedparser knows the dialects; what must not reach it stops here.

Refused: pages, entity declarations (1 KB of them unpacks to megabytes), more tags than a feed has, encodings that hide
markup, and anything in which no feed can be found. A date is what the item says or None.
"""

import calendar
import codecs
import html
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, plain_title
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.pictures.pictured import first_picture
from newsletter.sources.post import PostKind
from newsletter.sources.reading.feed_dates import Order, is_misread, order_of, read_date
from newsletter.sources.reading.feed_limits import refuse_bombs
from newsletter.sources.reading.most_items import left_out, newest
from newsletter.sources.reading.teasers import read_teaser

_HEAD = 4_000  # bytes in which a document shows what it is
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:[a-z0-9]+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_XML_TITLE = re.compile(rb"<(?:[a-z]{1,10}:)?title[^>]{0,100}>(.{1,500}?)</(?:[a-z]{1,10}:)?title>", re.DOTALL)
_JSON_TITLE = re.compile(rb'^\s*\{.{0,2000}?"title"\s*:\s*"((?:[^"\\]|\\.){1,500})"', re.DOTALL)
_FIRST_POST = re.compile(rb"<(?:[a-z]{1,10}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ITEM_END = re.compile(rb"</(?:[a-z]{1,10}:)?(?:item|entry)\s*>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_END = re.compile(
    rb"</(?:[a-z0-9]+:)?(?:rss|feed|rdf)\s*>|<(?:[a-z0-9]+:)?(?:rss|feed|rdf)(?:\s[^<>]*)?/>", re.IGNORECASE
)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MAIL = re.compile(r"[^\s()<>@]{1,100}@[^\s()<>@]{1,200}")
_FIELD_LINE = re.compile(
    r"\s*<span\b[^<>]{0,300}>\s*(?:<(?:span|time|a)\b[^<>]{0,400}>)?([^<>]{0,500})(?:</(?:span|time|a)>)?\s*</span>"
)
_LONGEST_NAME = 1_000  # characters that are looked at
_MOST_FIELD_LINES = 3
_SMALL = 200  # pixels; a card shows a picture wider
# A year that cannot be meant is no date; calendars of broken systems begin in 1970 and end in 9999.
_FIRST_YEAR, _LAST_YEAR = 1971, 2200
Entry = Mapping[str, Any]  # as feedparser gives it
_DATES = ("published", "created", "updated")  # the first that an item has is its date


def parse_feed(content: bytes, *, url: str, charset: str = "") -> list[FetchedPost]:
    """Give the posts of a feed document that was found at `url`, as read_feed does."""
    return list(read_feed(content, url=url, charset=charset).posts)


def read_feed(content: bytes, *, url: str, charset: str = "") -> Reading:
    """Give the newest posts of a feed document, and what is wrong with it; NotUnderstood if it is none.

    An item in which the document breaks off is left out: its address, too, may be half of one.
    """
    _refuse_what_is_no_feed(content, charset)
    headers = {
        "content-location": url,
        "content-type": f"application/xml; charset={charset}" if charset else "application/xml",
    }
    try:
        found = feedparser.parse(content, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise NotUnderstood(f"the feed cannot be read ({type(error).__name__})") from error
    if not found.entries and not found.get("version"):
        raise NotUnderstood("this is no RSS, Atom or RDF feed")
    whole, broken = _whole_entries(found.entries, content)
    language = _text(found.feed, "language")
    is_atom = str(found.get("version", "")).startswith("atom")
    order = order_of(_text(entry, name) for entry in whole for name in _DATES if name in entry)
    kept = newest([_published(entry, order) for entry in whole])  # before the rest of an item is read: that takes time
    posts = [_post(whole[place], url, language, is_atom, order) for place in kept]
    return Reading(posts=tuple(posts), problems=(*broken, *left_out(len(whole))))


def title_of_feed(content: bytes) -> str:
    """Give what a feed calls itself, JSON Feed included; empty where it does not say, whatever its posts are called."""
    start = _FIRST_POST.split(content[:_HEAD], maxsplit=1)[0]
    found = _JSON_TITLE.search(content[:_HEAD]) or _XML_TITLE.search(start)
    if found is None:
        return ""
    text = _decoded(found[1], start)
    return plain_title(_CDATA.sub(r"\1", text)) if found.re is _XML_TITLE else plain_title(_json_text(text))


def _decoded(title: bytes, start: bytes) -> str:
    """Decode a title as its document declares; what says nothing, or something unknown, is UTF-8."""
    declared = _DECLARED_ENCODING.search(start)
    try:
        return title.decode(declared[1].decode("ascii") if declared else "utf-8")
    except (LookupError, UnicodeError):
        return title.decode("utf-8", errors="replace")


def _json_text(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return ""


def looks_like_page(content: bytes) -> bool:
    """Tell whether a document says that it is an HTML page."""
    head = content[:_HEAD].replace(b"\0", b"")
    page, feed = _PAGE.search(head), _FEED.search(head)
    return page is not None and (feed is None or page.start() < feed.start())


def looks_like_feed(content: bytes) -> bool:
    """Tell whether a document begins like RSS, Atom or RDF."""
    return not looks_like_page(content) and _FEED.search(content[:_HEAD].replace(b"\0", b"")) is not None


def _refuse_what_is_no_feed(content: bytes, charset: str) -> None:
    if not content.strip():
        raise NotUnderstood("the feed is an empty document")
    if looks_like_page(content):
        raise NotUnderstood("this is an HTML page where a feed should be")
    declared = _DECLARED_ENCODING.search(content[:_HEAD].replace(b"\0", b""))
    for encoding in (charset, declared[1].decode() if declared else ""):
        if encoding and _hides_markup(encoding):
            raise NotUnderstood(f"the feed's encoding {encoding!r} is not accepted")
    bare = content.replace(b"\0", b"")  # UTF-16 and UTF-32 put zeroes between the letters
    if _ENTITY.search(bare):
        raise NotUnderstood("the feed declares XML entities; that is refused, because it is how bombs are built")
    if not _FEED.search(bare):
        raise NotUnderstood("this is no feed: it holds no <rss>, <feed> or <rdf:RDF>")
    refuse_bombs(bare)


def _hides_markup(encoding: str) -> bool:
    """Tell whether bytes that look harmless could decode to markup (UTF-7, EBCDIC)."""
    try:
        name = codecs.lookup(encoding).name
        return (
            name == "utf-7"
            or "<!ENTITY".encode(name).replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf") != b"<!ENTITY"
        )
    except (LookupError, ValueError):
        return False  # unknown here, so feedparser guesses without it


def _whole_entries(entries: Sequence[Entry], content: bytes) -> tuple[Sequence[Entry], list[str]]:
    """Give the entries that were sent to their ends, and in words that the feed breaks off, if it does."""
    if _has_end(content):
        return entries, []
    bare = content.replace(b"\0", b"")
    end = max((item.end() for item in _ITEM_END.finditer(bare)), default=0)
    is_open = end > 0 and _FIRST_POST.search(bare, end) is not None
    whole = [entry for entry in (entries[:-1] if is_open else entries) if _says_something(entry)]
    if not whole:
        raise NotUnderstood("the feed breaks off before its first item: its server sends only a part of it")
    number = f"{len(whole):,} item{'' if len(whole) == 1 else 's'}"
    return whole, [f"the feed breaks off after {number}: its server sends only a part of it"]


def _says_something(entry: Mapping[str, Any]) -> bool:
    return any(_text(entry, name) for name in ("id", "link", "title", "summary")) or bool(entry.get("content"))


def _has_end(content: bytes) -> bool:
    """Tell whether a feed without items is whole: a new blog's has its end tag, one that was cut off has none."""
    return _END.search(content.replace(b"\0", b"")) is not None


def _post(
    entry: Mapping[str, Any],
    base: str,
    language: str,
    is_atom: bool,  # noqa: FBT001 - a fact
    order: Order,
) -> FetchedPost:
    title = entry.get("title_detail") or {}
    body = _longest([part for part in entry.get("content", []) if isinstance(part, Mapping)])
    summary = read_teaser(_without_field_lines(_text(entry, "summary"), _text(entry, "title")))
    whole = read_teaser(_text(body, "value"))
    markup = whole.markup
    base = web_address(_text(body, "base") or _text(entry.get("summary_detail") or {}, "base"), base=base) or base
    picture_url, alt = _picture(entry, markup or summary.markup, base)
    # In Atom "1 < 2" is a title of plain text (RFC 4287 section 3.1.1.1); in RSS nobody can tell.
    is_plain = is_atom and _text(title, "type") == "text/plain"
    return FetchedPost(
        guid=_text(entry, "id"),
        url=web_address(_own_link(entry), base=base),
        title=html.escape(_text(entry, "title"), quote=False) if is_plain else _text(entry, "title"),
        byline=_byline(entry),
        html=markup,
        summary=summary.markup,
        published=_published(entry, order),
        updated=_date(entry, "updated", order),
        language=_text(entry, "language") or _text(body, "language") or _text(title, "language"),
        document_language=language,
        categories=tuple(plain_title(_text(tag, "label") or _text(tag, "term")) for tag in entry.get("tags", [])),
        picture_url=picture_url,
        picture_alt=alt,
        kind=PostKind.VIDEO if _text(entry, "yt_videoid") else None,
        translations=_translations(entry, base),
        calendar_url=_calendar(entry, base),
        is_cut=whole.is_cut if markup else summary.is_cut or not summary.markup,
    )


def _byline(entry: Mapping[str, Any]) -> str:
    """Give the author's name; an address for mail ("office@x.example (Name)", as RSS has it) is none."""
    name = (_text(entry.get("author_detail") or {}, "name") or _text(entry, "author"))[:_LONGEST_NAME]
    return one_line(_MAIL.sub(" ", name)).strip(" ()<>")[:200]


def _without_field_lines(markup: str, title: str) -> str:
    """Take off the title, author and date that Drupal writes before a text, each in a <span>."""
    place = 0
    for number in range(_MOST_FIELD_LINES):
        line = _FIELD_LINE.match(markup, place)
        if line is None or (number == 0 and plain_title(line[1]) != plain_title(title)):
            break
        place = line.end()
    return markup[place:].lstrip() if markup[place:].strip() else markup


def _own_link(entry: Mapping[str, Any]) -> str:
    """Give the item's address. Of several alternates feedparser takes the last, which may be in another language."""
    alternates = [link for link in entry.get("links", []) if link.get("rel") == "alternate"]
    own = [link for link in alternates if not _text(link, "hreflang")]
    return _text(own[0], "href") if own and len(alternates) > len(own) else _text(entry, "link")


def _translations(entry: Mapping[str, Any], base: str) -> tuple[str, ...]:
    """Give the addresses of the same post in other languages (RFC 4287 section 4.2.7.4)."""
    links = [link for link in entry.get("links", []) if link.get("rel") == "alternate" and _text(link, "hreflang")]
    found = dict.fromkeys(web_address(_text(link, "href"), base=base) for link in links)
    own = web_address(_own_link(entry), base=base)
    return tuple(address for address in found if address and address != own)


def _calendar(entry: Mapping[str, Any], base: str) -> str:
    """Give the iCalendar file that an item links or encloses."""
    for link in entry.get("links", []):
        address = web_address(_text(link, "href"), base=base)
        if address and (_text(link, "type") == "text/calendar" or address.partition("?")[0].lower().endswith(".ics")):
            return address
    return ""


def _longest(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    readable = [
        part for part in parts if _text(part, "type") in {"", "text/html", "application/xhtml+xml", "text/plain"}
    ]
    return max(readable, key=lambda part: len(_text(part, "value")), default={})


def _picture(entry: Mapping[str, Any], markup: str, base: str) -> tuple[str, str]:
    """Give the address and alt of the item's picture: what it names as such, else the first in its text.

    A thumbnail that is known to be small counts only where the text shows none.
    """
    media = [item for item in entry.get("media_content", []) if _is_picture(item)]
    enclosures = [link for link in entry.get("links", []) if link.get("rel") == "enclosure" and _is_picture(link)]
    widest = sorted(media, key=lambda item: -_number(_text(item, "width")))
    thumbnails = entry.get("media_thumbnail", [])
    large = [item for item in thumbnails if not 0 < _number(_text(item, "width")) < _SMALL]
    named = _first_address([*widest, *enclosures, *large], base)
    if not named:
        in_text = first_picture(markup, base)
        return in_text if in_text[0] else (_first_address(thumbnails, base), "")
    file = named.partition("?")[0]
    in_text = first_picture(markup, base) if html.escape(file) in markup else ("", "")
    return named, in_text[1] if in_text[0].partition("?")[0] == file else ""


def _first_address(items: Sequence[Mapping[str, Any]], base: str) -> str:
    addresses = (web_address(_text(item, "url") or _text(item, "href"), base=base) for item in items)
    return next((address for address in addresses if address), "")


def _is_picture(item: Mapping[str, Any]) -> bool:
    path = (_text(item, "url") or _text(item, "href")).partition("?")[0].lower()
    return (
        _text(item, "medium") == "image"
        or _text(item, "type").startswith("image/")
        or (not _text(item, "type") and path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif")))
    )


def _published(entry: Mapping[str, Any], order: Order) -> datetime | None:
    return next((date for name in _DATES if (date := _date(entry, name, order))), None)


def _date(entry: Mapping[str, Any], name: str, order: Order) -> datetime | None:
    """Give a date of the item itself: `in`, because feedparser's `get` answers with another date for a missing one."""
    if name not in entry:
        return None
    text, parts = _text(entry, name), entry.get(f"{name}_parsed")
    if is_misread(text) or not isinstance(parts, time.struct_time):
        date = read_date(text, order)
        return date if date is not None and _FIRST_YEAR <= date.year <= _LAST_YEAR else None
    return datetime.fromtimestamp(calendar.timegm(parts), UTC) if _FIRST_YEAR <= parts.tm_year <= _LAST_YEAR else None


def _text(item: object, name: str) -> str:
    # `dict.get`, because feedparser's own looks names up in a table of synonyms, none of which we use.
    value = dict.get(item, name) if isinstance(item, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
