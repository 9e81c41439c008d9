"""Reads what a page says in a form for machines: JSON-LD, microdata, RDFa Lite and h-event, all as the same mappings.

Keys are schema.org's, "@type" a list of short names. Hostile pages cost no more than their length: depth and number
of items have ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.reading.linked_data import linked_values
from newsletter.sources.reading.tame import parse_document

Item = Mapping[str, Any]  # from outside: values may be anything that JSON has

_MOST_ITEMS = 200
_DEEPEST = 12
_LONGEST_TEXT = 500
# What schema.org's vocabulary and the h-event class names call the same.
_H_EVENT = {
    "p-name": "name", "dt-start": "startDate", "dt-end": "endDate", "p-location": "location", "u-url": "url",
}  # fmt: skip
_SIGNS = ("ld+json", "schema.org", "h-event")


def may_hold_items(page: str) -> bool:
    """Tell quickly whether a page may say anything in these forms."""
    return any(sign in page for sign in _SIGNS)


def items_of(page: str) -> list[Item]:
    """Give the items of a page: JSON-LD's first, then those of its markup; broken ones are left out."""
    document = parse_document(storable(page)) if may_hold_items(page) else None
    return [] if document is None else items_of_document(document, linked_values(document))


def items_of_document(document: Any, linked: Sequence[object]) -> list[Item]:
    """Give the items of a parsed page, whose JSON-LD was parsed, too."""
    found = [item for value in linked for item in _top_items(value, 0)]
    found += _marked(document, "itemscope", "itemtype", "itemprop")
    found += _marked(document, "typeof", "typeof", "property")
    found += _classed(document)
    return found[:_MOST_ITEMS]


def _top_items(data: object, depth: int) -> Iterator[Item]:
    """Give what the page itself is about: top items, graphs, and what an article has for its main subject."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        for one in data[:_MOST_ITEMS]:
            yield from _top_items(one, depth + 1)
    if isinstance(data, dict):
        yield {**data, "@type": types_of(data)}
        for key in ("@graph", "mainEntity", "about"):
            yield from _top_items(data.get(key), depth + 1)


def types_of(item: Mapping[str, Any]) -> list[str]:
    """Give the short names of an item's types."""
    types = item.get("@type")
    names = types if isinstance(types, list) else [types]
    return [name.rstrip("/").rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]


def _marked(document: Any, scope: str, kind: str, prop: str) -> Sequence[Item]:
    tops = document.xpath(f"//*[@{scope}][not(ancestor::*[@{scope}]) or not(@{prop})]")
    return [_item(node, scope, kind, prop, 0) for node in tops[:_MOST_ITEMS]]


def _item(node: Any, scope: str, kind: str, prop: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": types_of({"@type": (node.get(kind) or "").split()})}
    left = [*reversed(list(node))]
    while left:
        child = left.pop()
        if not isinstance(child.tag, str):
            continue
        is_item = child.get(scope) is not None
        names = (child.get(prop) or "").split()
        if names:
            value = _item(child, scope, kind, prop, depth + 1) if is_item and depth < _DEEPEST else _value(child)
            for name in names:
                _add(found, name.rpartition(":")[2], value)
        if not is_item:
            left.extend(reversed(list(child)))
    return found


def _add(item: dict[str, Any], name: str, value: Any) -> None:
    """Put a value beside those that are there."""
    if name in item and name != "@type":
        there = item[name] if isinstance(item[name], list) else [item[name]]
        item[name] = [*there, value][:_MOST_ITEMS]
    else:
        item[name] = value


def _value(node: Any) -> str:
    for attribute in ("content", "datetime", "href", "src"):
        if node.get(attribute):
            return str(node.get(attribute))
    return one_line("".join(node.itertext())[: 4 * _LONGEST_TEXT])[:_LONGEST_TEXT]


def _classed(document: Any) -> Sequence[Item]:
    """Read h-event microformats."""
    found = []
    for node in document.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' h-event ')]")[:_MOST_ITEMS]:
        item: dict[str, Any] = {"@type": ["Event"]}
        for child in node.iter():
            for name in (child.get("class") or "").split() if isinstance(child.tag, str) else ():
                if name in _H_EVENT and _H_EVENT[name] not in item:
                    item[_H_EVENT[name]] = _value(child)
        found.append(item)
    return found
