"""Reads one Markdown file with front matter: bytes in, one fetched post out; NotUnderstood names the fault.

Front matter is YAML between lines of `---`: title, url, date, language, topics, kind, picture, picture_alt, byline,
summary, story, event {start, end, zone, place, livestream, register_by}, call {deadline, zone, countries, page}. Other
keys are somebody else's (site generators have many) and are left alone.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.pictures.pictured import first_picture
from newsletter.sources.post import CallDetails, EventDetails, PostKind

_LONGEST_HEAD = 20_000  # characters of front matter; more is an attack on the YAML parser, not a post
_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_COUNTRY = re.compile(r"^[A-Z]{2}$")


def parse_markdown(content: bytes, *, name: str) -> FetchedPost:
    """Give the post that a Markdown file holds. `name` is its place in the folder, and its id if it has no url."""
    head, text = _split(content)
    title = _line(head, "title") or _first_heading(text)
    if not title:
        raise NotUnderstood('it has no title: write `title: "..."` between two lines of ---')
    markup = _rendered(_HEADING.sub("", text, count=1) if _first_heading(text) == title else text)
    url = _web_link(head, "url")
    zone = _zone(_mapping(head, "event"))
    picture, alt = (_line(head, "picture"), _line(head, "picture_alt"))
    if not picture:
        picture, alt = first_picture(markup, url)
    return FetchedPost(
        guid=_line(head, "guid") or ("" if url else name),
        url=url,
        title=title,
        byline=_line(head, "byline") or _line(head, "author"),
        html=markup,
        summary=_line(head, "summary") or _line(head, "description"),
        published=_moment(head, "date", UTC),
        updated=_moment(head, "updated", UTC),
        language=_line(head, "language") or _line(head, "lang"),
        own_topics=tuple(_words(head, "topics")),
        categories=tuple(_words(head, "categories") + _words(head, "tags")),
        picture_url=picture,
        picture_alt=alt,
        kind=_kind(head),
        event=_event(_mapping(head, "event"), zone),
        call=_call(_mapping(head, "call")),
        story_key=_line(head, "story"),
    )


def is_draft(content: bytes) -> bool:
    """Tell whether the file says `draft: true`, as site generators write it."""
    return _split(content)[0].get("draft") is True


def _split(content: bytes) -> tuple[Mapping[str, Any], str]:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotUnderstood("it is not written in UTF-8") from error
    handler = YAMLHandler()
    if not text.startswith("---\n"):
        return {}, text
    try:
        head, body = handler.split(text)
    except ValueError as error:
        raise NotUnderstood("its front matter begins with --- and never ends") from error
    return _loaded(handler, head), body


def _loaded(handler: Any, head: str) -> Mapping[str, Any]:
    if len(head) > _LONGEST_HEAD:
        raise NotUnderstood(f"its front matter is longer than {_LONGEST_HEAD:,} characters")
    try:
        # Not the C loader that is the default: deep nesting makes it overrun the stack, which ends the process.
        loaded = handler.load(head, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        reason = one_line(str(error)) or type(error).__name__
        raise NotUnderstood(f"its front matter cannot be read: {reason[:200]}") from error
    if loaded is not None and not isinstance(loaded, dict):
        raise NotUnderstood("its front matter has no `key: value` lines")
    return loaded or {}


def _first_heading(text: str) -> str:
    found = _HEADING.match(text)
    return found[1] if found else ""


def _rendered(text: str) -> str:
    """Render Markdown; HTML in it stays text, so that nothing comes in by a side door."""
    try:
        return str(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text))
    except RecursionError as error:
        raise NotUnderstood("its text is nested too deeply") from error


def _kind(head: Mapping[str, Any]) -> PostKind | None:
    kind = _line(head, "kind")
    if kind and kind not in set(PostKind):
        raise NotUnderstood(f"kind is {kind!r}; known are {', '.join(PostKind)}")
    return PostKind(kind) if kind else None


def _event(event: Mapping[str, Any], zone: tzinfo) -> EventDetails | None:
    starts_at = _moment(event, "start", zone)
    if not event:
        return None
    if starts_at is None:
        raise NotUnderstood("its event has no start")
    ends_at = _moment(event, "end", zone)
    if ends_at is not None and ends_at < starts_at:
        raise NotUnderstood("its event ends before it starts")
    return EventDetails(
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=_is_day(event.get("start")),
        zone=_line(event, "zone"),
        place=_line(event, "place"),
        livestream_url=_web_link(event, "livestream"),
        register_by=_moment(event, "register_by", zone, of_day=time.max),
    )


def _call(call: Mapping[str, Any]) -> CallDetails | None:
    if not call:
        return None
    countries = tuple(country.upper() for country in _words(call, "countries"))
    wrong = [country for country in countries if not _COUNTRY.match(country)]
    if wrong:
        raise NotUnderstood(f"countries has {wrong[0]!r}; write codes of two letters like DE or FR")
    return CallDetails(
        deadline=_moment(call, "deadline", _zone(call), of_day=time.max),
        all_day=_is_day(call.get("deadline")),
        zone=_line(call, "zone"),
        countries=countries,
        page_url=_web_link(call, "page"),
    )


def _zone(event: Mapping[str, Any]) -> tzinfo:
    name = _line(event, "zone")
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError, see below
        raise NotUnderstood(f"zone {name!r} is none; write one like Europe/Berlin") from error
    except KeyError as error:
        raise NotUnderstood(f"zone {name!r} is unknown; write one like Europe/Berlin") from error


def _moment(owner: Mapping[str, Any], key: str, zone: tzinfo, of_day: time = time.min) -> datetime | None:
    """Give a date of the front matter as an instant. A day without an hour is its beginning, or what `of_day` says."""
    value = owner.get(key)
    try:
        value = _from_text(value.strip()) if isinstance(value, str) and value.strip() else value
    except ValueError as error:
        raise NotUnderstood(f"{key} is {value!r}; write it like 2026-11-23 or 2026-11-23 09:00") from error
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, of_day.replace(microsecond=0), zone)
    raise NotUnderstood(f"{key} is {value!r}; write it like 2026-11-23 or 2026-11-23 09:00")


def _from_text(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) <= len("2026-11-23") else datetime.fromisoformat(text)


def _is_day(value: object) -> bool:
    is_short = isinstance(value, str) and len(value.strip()) <= len("2026-11-23")
    return is_short or (isinstance(value, date) and not isinstance(value, datetime))


def _web_link(owner: Mapping[str, Any], key: str) -> str:
    link = _line(owner, key)
    if link and not web_address(link):
        raise NotUnderstood(f"{key} is {link[:100]!r}; write a whole address that begins with https://")
    return web_address(link)


def _mapping(owner: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = owner.get(key)
    if value is not None and not isinstance(value, dict):
        raise NotUnderstood(f"{key} needs lines of its own below it, indented")
    return value or {}


def _words(owner: Mapping[str, Any], key: str) -> list[str]:
    """Give a list of words, written as a YAML list or with commas between them."""
    value = owner.get(key)
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    # YAML 1.1 reads the country NO as "false"; Norway must not vanish.
    words = ["NO" if part is False else str(part) for part in parts if isinstance(part, str | int)]
    return [word for part in words if (word := one_line(part))]


def _line(owner: Mapping[str, Any], key: str) -> str:
    value = owner.get(key)
    return one_line(str(value)) if isinstance(value, str | int | float | date) and not isinstance(value, bool) else ""
