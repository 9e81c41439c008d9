"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): bytes in, fetched posts out.

Lenient about single items, as the specification asks of readers: a broken one is left out with a word about it.
"""

import html
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.pictures.pictured import first_picture
from newsletter.sources.reading.teasers import read_teaser

# The address is what the specification asks for; some systems write the bare number.
_VERSION = re.compile(r"jsonfeed\.org/version/|^1(?:\.[01])?$")


def parse_json_feed(content: bytes, *, url: str) -> Reading:
    """Give the posts of a JSON Feed that was found at `url`; NotUnderstood if it is none."""
    try:
        feed = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"this is no JSON: {str(error)[:100]}") from error
    if not isinstance(feed, dict) or not _VERSION.search(str(feed.get("version", ""))):
        raise NotUnderstood('this JSON is no feed: it has no "version" of jsonfeed.org')
    if not isinstance(feed.get("items"), list):
        raise NotUnderstood('this JSON Feed has no list of "items"')
    items = [item for item in feed["items"] if isinstance(item, dict)]
    posts = tuple(_post(item, feed, url) for item in items)
    left_out = len(feed["items"]) - len(items)
    return Reading(posts=posts, problems=(f"{left_out} items are no JSON objects",) if left_out else ())


def looks_like_json(content: bytes) -> bool:
    """Tell whether a document begins like a JSON object."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _post(item: Mapping[str, Any], feed: Mapping[str, Any], base: str) -> FetchedPost:
    whole = read_teaser(_text(item, "content_html") or _paragraphs(_text(item, "content_text")))
    summary = read_teaser(html.escape(_text(item, "summary"), quote=False))
    markup = whole.markup
    link = web_address(_text(item, "url") or _text(item, "external_url"), base=base)
    picture = web_address(_text(item, "image") or _text(item, "banner_image"), base=base)
    in_text = ("", "") if picture else first_picture(markup, link or base)
    return FetchedPost(
        guid=_identifier(item.get("id")),
        url=link,
        title=_text(item, "title"),
        byline=one_line(", ".join(_authors(item) or _authors(feed)))[:200],
        html=markup,
        summary=summary.markup,
        published=_date(_text(item, "date_published")),
        updated=_date(_text(item, "date_modified")),
        language=_text(item, "language"),
        document_language=_text(feed, "language"),
        categories=tuple(storable(tag) for tag in _list(item, "tags") if isinstance(tag, str)),
        picture_url=picture or in_text[0],
        picture_alt=in_text[1],
        is_cut=whole.is_cut if markup else summary.is_cut or not summary.markup,
    )


def _identifier(value: object) -> str:
    """Ids should be texts, but readers must take numbers for them (section "Items"); what counts as endless is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return storable(str(value)) if isinstance(value, str) or math.isfinite(value) else ""


def _authors(owner: Mapping[str, Any]) -> list[str]:
    """Version 1.1 has `authors`, version 1.0 one `author`."""
    people = [*_list(owner, "authors"), owner.get("author")]
    return list(
        dict.fromkeys(name for person in people if isinstance(person, dict) and (name := _text(person, "name")))
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def _date(text: str) -> datetime | None:
    """Read an RFC 3339 date; one without a zone is taken as UTC, anything else is missing."""
    try:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _list(owner: Mapping[str, Any], name: str) -> list[Any]:
    value = owner.get(name)
    return value if isinstance(value, list) else []


def _text(owner: Mapping[str, Any], name: str) -> str:
    """Give a text: what an escape may write and no text can hold (half a surrogate pair) is left out."""
    value = owner.get(name)
    return storable(value).strip() if isinstance(value, str) else ""
