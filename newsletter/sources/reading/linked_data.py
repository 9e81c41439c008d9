"""Reads the JSON-LD of a page: what its own items say. Items of other pages that it lists do not count.

Each block is parsed once: who asks for its items is given what was parsed.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from newsletter.sources.cleaning.plain_text import one_line

_LONGEST_BLOCK = 200_000  # characters of one block that are read
_MOST_ITEMS = 200
_ARTICLE_TYPES = ("article", "posting", "report", "webpage", "event", "creativework")


def linked_values(page: Any) -> list[object]:  # lxml has no types
    """Give the JSON of each block of a parsed page; what cannot be read is left out."""
    blocks = (node for node in page.iter("script") if _media_type(node) == "application/ld+json")
    values = (_value("".join(block.itertext())[:_LONGEST_BLOCK]) for block in itertools.islice(blocks, _MOST_ITEMS))
    return [value for value in values if value is not None]


def linked_items(values: Sequence[object]) -> list[dict[str, Any]]:
    """Give the items at the top of each block and of its graph."""
    return [item for value in values for item in _items(value)][:_MOST_ITEMS]


def linked_text(items: Sequence[dict[str, Any]], key: str) -> list[str]:
    """Give the texts under a key, those of articles first."""
    ordered = sorted(items, key=lambda item: not is_article(item))
    return [text for item in ordered if (text := _text(item.get(key)))]


def linked_people(items: Sequence[dict[str, Any]]) -> str:
    """Give the names of the first article's authors."""
    for item in items:
        authors = item.get("author")
        names = [_text(one) for one in authors[:10]] if isinstance(authors, list) else [_text(authors)]
        if line := ", ".join(dict.fromkeys(name for name in names if name and "://" not in name)):
            return line
    return ""


def linked_pictures(items: Sequence[dict[str, Any]]) -> list[str]:
    """Give the addresses of articles' pictures."""
    return [link for item in items if is_article(item) and (link := _text(item.get("image"), "url"))]


def linked_names(items: Sequence[dict[str, Any]]) -> list[str]:
    """Give the names of the site and of who publishes it."""
    sites = [item for item in items if not is_article(item) and _types(item) & {"website", "organization"}]
    return [
        name for item in items for name in (_text(item.get("publisher")), _text(item.get("isPartOf"))) if name
    ] + linked_text(sites, "name")


def is_article(item: dict[str, Any]) -> bool:
    """Tell an item that is told on a page from one that stands behind it (a site, a person, a trail of links)."""
    return any(kind.endswith(_ARTICLE_TYPES) for kind in _types(item))


def _types(item: dict[str, Any]) -> set[str]:
    kinds = item.get("@type")
    return {kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def _text(value: object, key: str = "name") -> str:
    value = value[0] if isinstance(value, list) and value else value
    value = value.get(key) if isinstance(value, dict) else value
    return one_line(value) if isinstance(value, str) else ""


def _media_type(script: Any) -> str:
    return str(script.get("type") or "").split(";")[0].strip().lower()


def _value(block: str) -> object:
    try:
        # Many systems write line breaks into texts, which strict JSON forbids.
        value: object = json.loads(block.strip().removeprefix("<!--").removesuffix("-->").strip(" \n;"), strict=False)
    except (ValueError, RecursionError):
        return None
    return value


def _items(data: object) -> Iterator[dict[str, Any]]:
    graph = data.get("@graph") if isinstance(data, dict) else None
    for one in (data, *(data if isinstance(data, list) else []), *(graph if isinstance(graph, list) else [])):
        if isinstance(one, dict):
            yield one
