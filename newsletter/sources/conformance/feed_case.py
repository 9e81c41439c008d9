"""Compares a feed with the normalised form that others give of it: titles, links and dates of its items.

The form: `items[]` with `title`, `link`, `published`, `publishedParsed`, `updated`, `updatedParsed`, `guid`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any
from urllib.parse import urljoin

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.plain_text import plain_title
from newsletter.sources.conformance.case import Case, Outcome
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_json_feed import looks_like_json, parse_json_feed

_PLACE = "https://feed.example/feed"  # where the document is said to have been found


def run_feed_case(case: Case) -> Outcome:
    """Read the feed and compare each item with the one expected at its place."""
    try:
        posts = _posts(case.given.read_bytes())
    except SourceError as error:
        return Outcome(name=case.name, differences=(f"not read: {error}",), asked=asked_of_feed(case))
    if case.expected is None:
        return Outcome(name=case.name, agrees=True)
    return _outcome(case, _expected(case), posts)


def asked_of_feed(case: Case) -> Counter[str]:
    """Count all that is expected of a feed, as if nothing of it had been read."""
    return _asked(_expected(case))


def _outcome(case: Case, expected: list[dict[str, Any]], posts: Sequence[FetchedPost]) -> Outcome:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    differences = []
    for number, (wanted, post) in enumerate(zip_longest(expected, posts), start=1):
        if wanted is None or post is None:
            differences.append(f"item {number} is {'too many' if wanted is None else 'missing'}")
            asked += _asked([wanted]) if wanted else _asked_of_extra(post or FetchedPost())
            continue
        asked["items"] += 1
        for field, theirs, ours in _compared(wanted, post):
            asked[field] += 1
            right[field] += theirs == ours
            differences += [] if theirs == ours else [f"item {number}, {field}: expected {theirs!r}, read {ours!r}"]
    return Outcome(
        name=case.name,
        agrees=not differences,
        differences=tuple(differences),
        asked=asked,
        right=right,
    )


def _posts(content: bytes) -> Sequence[FetchedPost]:
    if looks_like_json(content):
        return parse_json_feed(content, url=_PLACE).posts
    return parse_feed(content, url=_PLACE)


def _expected(case: Case) -> list[dict[str, Any]]:
    told = json.loads(case.expected.read_text(encoding="utf-8")) if case.expected else {}
    return told.get("items") or []


def _asked(items: Sequence[dict[str, Any]]) -> Counter[str]:
    """Count what would have been compared of items that were not read."""
    nothing = FetchedPost()
    return Counter([field for item in items for field, *_ in _compared(item, nothing)]) + Counter(items=len(items))


def _asked_of_extra(post: FetchedPost) -> Counter[str]:
    """Count what an item that nobody expects tells: each field of it is one too many, and none is right."""
    return Counter(field for field, *_ in _compared({}, post))


def _compared(wanted: dict[str, Any], post: FetchedPost) -> Iterator[tuple[str, str, str]]:
    """Give field, their value and ours, where either has one."""
    told = [
        ("titles", plain_title(_text(wanted, "title")), plain_title(post.title)),
        ("links", *_links(wanted, post)),
        ("dates", *_dates(wanted, post)),
    ]
    yield from (one for one in told if one[1] or one[2])


def _links(wanted: dict[str, Any], post: FetchedPost) -> tuple[str, str]:
    """An id that is an address is a link where the item has no other (RSS 2.0, `guid`); their form leaves it out."""
    link = _text(wanted, "link")
    is_id = not link and post.url == urljoin(_PLACE, _text(wanted, "guid"))
    return (urljoin(_PLACE, link) if link else "", "" if is_id else post.url)


def _dates(wanted: dict[str, Any], post: FetchedPost) -> tuple[str, str]:
    """Their date of publication; of an item that has none, that of its last change."""
    published, updated = _moment(_text(wanted, "publishedParsed")), _moment(_text(wanted, "updatedParsed"))
    if published is None and updated is not None:
        return _shown(updated), _shown(post.updated or post.published)
    return _shown(published), _shown(post.published)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def _shown(date: datetime | None) -> str:
    return date.replace(microsecond=0).isoformat() if date else ""


def _text(owner: dict[str, Any], name: str) -> str:
    value = owner.get(name)
    return value.strip() if isinstance(value, str) else ""
