"""Finds for each link of a list what belongs to it: an element of its own, or its neighbours on a flat page.

Flat pages put headings, dates and texts of all items side by side in one element. What stands between two links belongs
to the one before it, but for what plainly begins the next: a heading, a rule, a line break, a date in front of each.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import lxml.etree

from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.reading.link_words import is_title
from newsletter.sources.reading.page_date import looks_like_date
from newsletter.sources.reading.page_links import PageLink

_MOST_IN_ITEM = 400  # elements of one item that are looked at
_MOST_NEIGHBOURS = 8  # elements beside a link that may belong to it
_MOST_CHILDREN = 10_000
_MOST_PIECES = 20  # of text, in a line
_WHOLE_PAGE = frozenset({"html", "body", "main"})
_WHOLE_ITEMS = frozenset({"article", "li", "section", "td", "th", "tr"})  # hold all that belongs to them
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "sup", "time", "u"})
_OWN_LINE = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|time|published|posted|created|title|titel|titre|titolo|titulo|headline"
    r"|category|kategorie|label)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NUMBERS_FIRST = re.compile(
    r"(\(?(?:\d{1,2}([./])\d{1,2}\2|\d{4}-\d\d-)\d\d(?:\d\d)?\)?)\s*[-\u2013\u2014:|]?\s+(?=\S)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The elements of a list's item, in their order; `lead` is text before the first. Of a flat one, text behind each
    element counts, too.
    """

    nodes: tuple[Any, ...]  # lxml has no types
    lead: str = ""
    is_flat: bool = False


def items_of(links: Sequence[PageLink]) -> dict[str, Item]:
    """Give for each address the largest element that holds links to it and to no other of these, or its neighbours."""
    held: dict[Any, set[str]] = defaultdict(set)
    for link in links:
        for above in (link.node, *link.node.iterancestors()):
            held[above].add(link.url)
    own: dict[str, Any] = {}
    beside: dict[Any, dict[Any, str]] = defaultdict(dict)
    for link in links:
        if link.url not in own:
            node = link.node
            while (above := node.getparent()) is not None and len(held[above]) == 1 and above.tag not in _WHOLE_PAGE:
                node = above
            own[link.url] = node
            beside[node.getparent()][node] = link.url
    titled = {link.url for link in links if is_title(link.text)}
    items = {url: Item(nodes=(node,)) for url, node in own.items()}
    for parent, nodes in beside.items():
        if parent is not None and not any(node.tag in _WHOLE_ITEMS for node in nodes):
            runs = _runs(parent, list(nodes), titled={node for node, url in nodes.items() if url in titled})
            items |= {nodes[node]: run for node, run in runs.items()}
    return items


def within(item: Item) -> list[Any]:
    """Give the elements of an item."""
    walk = (node for top in item.nodes for node in top.iter())
    return [node for node, _ in zip(walk, range(_MOST_IN_ITEM), strict=False) if isinstance(node.tag, str)]


def text_of(item: Item) -> str:
    """Give all text of an item as one line."""
    return " ".join(lines_of(item))


def lines_of(item: Item) -> list[str]:
    """Give the lines of an item as a person sees them; a title's link and a marked date have lines of their own."""
    parts = [item.lead]
    for top in item.nodes:
        parts += _pieces(top)
        parts.append((top.tail or "") if item.is_flat else "\n")
    joined = "".join(parts)
    lines = [one_line(line) for line in re.split(r"[\n|\u00b7\u2022]", joined)]
    return [line.strip(" \u2013\u2014-") for whole in lines for line in _parted(whole) if line.strip(" \u2013\u2014-")]


def _parted(line: str) -> list[str]:
    """Take a date of numbers off the beginning of a line."""
    found = _NUMBERS_FIRST.match(line)
    return [found[1].strip("()"), line[found.end() :]] if found else [line.strip("()") if len(line) < 20 else line]


def _pieces(top: Any) -> Iterator[str]:
    if not isinstance(top.tag, str):  # a comment among a flat item's elements
        return
    walk = lxml.etree.iterwalk(top, events=("start", "end"))
    for (event, node), _ in zip(walk, range(2 * _MOST_IN_ITEM), strict=False):
        if not isinstance(node.tag, str):
            yield (node.tail or "") if event == "end" and node is not top else ""
            continue
        yield "\n" if _is_own_line(node) else " "
        yield (node.text if event == "start" else node.tail if node is not top else "") or ""


def _is_own_line(node: Any) -> bool:
    if node.tag not in _INLINE or _OWN_LINE.search((node.get("class") or "")[:200]):
        return True
    return node.tag == "a" and is_title(_beginning(node))


def _runs(parent: Any, nodes: list[Any], *, titled: set[Any]) -> dict[Any, Item]:
    """Part the children of an element that holds several items between these."""
    children = [child for child, _ in zip(parent, range(_MOST_CHILDREN), strict=False)]
    places = {child: place for place, child in enumerate(children)}
    known = sorted((node for node in nodes if node in places), key=lambda node: places[node])
    if len(known) < 2 and not (known and known[0].tag in _HEADINGS | {"dd", "dt"}):
        return {}
    bounds = [-1, *(places[node] for node in known), len(children)]
    gaps = [children[one + 1 : other] for one, other in pairwise(bounds)]
    has_dates_first = bool(gaps[0]) and _is_date(gaps[0][-1])
    has_rules = any(child.tag == "hr" for gap in gaps[1:-1] for child in gap)
    longest = max((len(gap) for gap in gaps[1:-1]), default=_MOST_NEIGHBOURS)
    gaps[-1] = gaps[-1][:longest]
    fronts = [_front(gap, node, node in titled, has_dates_first) for gap, node in zip(gaps, known, strict=False)]
    if has_rules and known[0] in titled:  # no rule stands before the first
        fronts[0] = _inline_end(gaps[0])
    runs = {}
    for number, node in enumerate(known):
        behind = gaps[number + 1]
        if number + 1 < len(known):
            behind = behind[: len(behind) - len(fronts[number + 1])]
        tail = _until_another(behind, node) if node in titled or _holds_heading(node) else []
        run = (*fronts[number], node, *tail)
        lead = (parent.text or "") if run[0] is children[0] and number == 0 else ""
        runs[node] = Item(nodes=run, lead=lead, is_flat=True)
    return runs


def _front(gap: list[Any], node: Any, is_titled: bool, has_dates_first: bool) -> list[Any]:  # noqa: FBT001 - facts
    """Give the end of what stands before an item that plainly belongs to it."""
    near = gap[-_MOST_NEIGHBOURS:]
    tags = [child.tag for child in near]
    start = len(near)
    if not is_titled and not _holds_heading(node):
        start = max((place for place, tag in enumerate(tags) if tag in _HEADINGS), default=start)
    elif "hr" in tags:
        start = len(tags) - tags[::-1].index("hr")
    elif node.tag in _INLINE and "br" in tags:
        start = _after_breaks(near)
    while start and (
        near[start - 1].tag == "dt" if node.tag == "dd" else has_dates_first and _is_date(near[start - 1])
    ):
        start -= 1
    return near[start:]


def _inline_end(gap: list[Any]) -> list[Any]:
    near = gap[-_MOST_NEIGHBOURS:]
    others = [place for place, child in enumerate(near) if child.tag not in _INLINE | {"br"} and not _is_date(child)]
    return near[max(others, default=-1) + 1 :]


def _after_breaks(near: list[Any]) -> int:
    """Give the place of the break that parts two items: an empty line, else the last."""
    breaks = [place for place, child in enumerate(near) if child.tag == "br"]
    empty = [two for one, two in pairwise(breaks) if two == one + 1 and not (near[one].tail or "").strip()]
    return empty[-1] if empty else breaks[-1]


def _until_another(behind: list[Any], node: Any) -> list[Any]:
    """Give what follows an item up to a heading, a rule, or an item without a link."""
    kept = []
    for child in behind[:_MOST_NEIGHBOURS]:
        is_alike = child.tag == node.tag and child.get("class") == node.get("class") and node.tag != "p"
        if is_alike or child.tag in _HEADINGS | {"hr", "table", "ul", "ol", "nav", "form"}:
            break
        kept.append(child)
    return kept


def _holds_heading(node: Any) -> bool:
    return any(child.tag in _HEADINGS for child, _ in zip(node.iter(), range(_MOST_IN_ITEM), strict=False))


def _is_date(node: Any) -> bool:
    if not isinstance(node.tag, str):
        return False
    return looks_like_date(_beginning(node))


def _beginning(node: Any) -> str:
    """Give the first words of an element: what holds a whole page is neither a date nor a title."""
    texts = [text for text, _ in zip(node.itertext(), range(_MOST_PIECES), strict=False)]
    return one_line(" ".join(texts)[:1_000])
