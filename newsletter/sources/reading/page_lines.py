"""Reads a page as the lines that a person sees, whatever lays them out: paragraphs, tables, line breaks, boxes.

An inline element stands in its line. Where a line is made of inline elements alone ("<span>Office</span> <span>20
November</span>") each of them is one of its pieces; in a sentence none is.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from newsletter.sources.cleaning.plain_text import one_line

_INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "big", "cite", "code", "em", "font", "i", "ins", "label", "mark", "q", "s",
        "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "wbr",
    }
)  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "head", "nav", "footer", "select", "button"})
_SILENT_ROLES = frozenset({"navigation", "search"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SIGNS = re.compile(r"\s*[|\u00b7\u2022]\s*")
_MOST_LINES = 2_000
_MOST_NODES = 30_000
_LONGEST = 1_000  # characters of a line that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page. `pieces`: its inline elements, where nothing stands between them but signs."""

    text: str
    pieces: tuple[str, ...]
    is_heading: bool
    is_link: bool  # all of it


def lines_of(page: Any) -> list[Line]:  # lxml has no types
    """Give the lines of a page in the order of its markup, without menus and what nobody sees."""
    body = page.find("body")
    reader = _Reader()
    _walk(page if body is None else body, reader)
    reader.end_line()
    return reader.lines


@dataclass(slots=True)
class _Reader:
    lines: list[Line] = field(default_factory=list)
    parts: list[tuple[str, bool, bool]] = field(default_factory=list)  # text, in an inline element, in a link
    is_heading: bool = False
    node_count: int = 0

    def add(self, text: str | None, *, is_inline: bool, is_link: bool, is_heading: bool) -> None:
        if text and not text.isspace():
            self.is_heading = self.is_heading or is_heading
            self.parts.append((text[:_LONGEST], is_inline, is_link))
        elif text:
            self.parts.append((" ", True, True))

    def end_line(self) -> None:
        text = one_line("".join(text for text, _, _ in self.parts)[:_LONGEST])
        if text and len(self.lines) < _MOST_LINES:
            told = [part for part in self.parts if part[0].strip()]
            self.lines.append(
                Line(
                    text=text,
                    pieces=_pieces(told),
                    is_heading=self.is_heading,
                    is_link=all(is_link for _, _, is_link in told),
                )
            )
        self.parts, self.is_heading = [], False


def _pieces(parts: list[tuple[str, bool, bool]]) -> tuple[str, ...]:
    if all(is_inline or not any(map(str.isalnum, text)) for text, is_inline, _ in parts):
        found = [piece for text, is_inline, _ in parts if is_inline for piece in _SIGNS.split(text)]
    else:
        found = _SIGNS.split("".join(text for text, _, _ in parts))
    pieces = tuple(piece for text in found if (piece := one_line(text)))
    return pieces if len(pieces) > 1 else ()


def _walk(body: Any, reader: _Reader) -> None:
    """Go through the elements without recursion: hostile pages nest them as deep as a parser allows."""
    stack: list[tuple[Any, bool, bool, bool, bool]] = [(body, False, False, False, False)]  # the last: it ends here
    while stack and reader.node_count < _MOST_NODES:
        node, in_inline, in_link, in_heading, is_end = stack.pop()
        is_block = isinstance(node.tag, str) and node.tag not in _INLINE
        if is_end:
            if is_block:
                reader.end_line()
            if node is not body:
                reader.add(node.tail, is_inline=in_inline, is_link=in_link, is_heading=in_heading)
            continue
        reader.node_count += 1
        stack.append((node, in_inline, in_link, in_heading, True))
        if is_block:
            reader.end_line()
        if not isinstance(node.tag, str) or node.tag in _SILENT or node.get("role") in _SILENT_ROLES:
            continue
        inside = (not is_block, in_link or node.tag == "a", in_heading or node.tag in _HEADINGS)
        is_inline, is_link, is_heading = inside[0] or (in_inline and not is_block), inside[1], inside[2]
        reader.add(node.text, is_inline=is_inline, is_link=is_link, is_heading=is_heading)
        stack.extend((child, is_inline, is_link, is_heading, False) for child in reversed(list(node)))
