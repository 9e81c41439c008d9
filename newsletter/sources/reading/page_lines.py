"""Reads a page as the lines that a person sees, whatever lays them out: paragraphs, tables, line breaks, boxes.

An inline element stands in its line. Where a line is made of inline elements alone ("<span>Office</span> <span>20
November</span>") each of them is one of its pieces; in a sentence none is.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import lxml.etree

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
_SIGN = re.compile(r"[|\u00b7\u2022]")
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

    def add(self, text: str | None, is_inline: bool, is_link: bool, is_heading: bool) -> None:  # noqa: FBT001 - facts
        if not text:
            return
        if text.isspace():
            self.parts.append((" ", True, True))
        else:
            self.is_heading = self.is_heading or is_heading
            self.parts.append((text[:_LONGEST], is_inline, is_link))

    def end_line(self) -> None:
        if not self.parts:
            return
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
    if len(parts) == 1 and _SIGN.search(parts[0][0]) is None:
        return ()
    if all(is_inline or not any(map(str.isalnum, text)) for text, is_inline, _ in parts):
        found = [piece for text, is_inline, _ in parts if is_inline for piece in _SIGNS.split(text)]
    else:
        found = _SIGNS.split("".join(text for text, _, _ in parts))
    pieces = tuple(piece for text in found if (piece := one_line(text)))
    return pieces if len(pieces) > 1 else ()


def _walk(body: Any, reader: _Reader) -> None:
    """Go through the elements without recursion: hostile pages nest them as deep as a parser allows."""
    node_count = 0
    around: list[tuple[bool, bool, bool]] = [(False, False, False)]  # in an inline element, in a link, in a heading
    walk = lxml.etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        tag = node.tag
        if event == "start":
            node_count += 1
            is_block = tag not in _INLINE
            if is_block:
                reader.end_line()
            _, in_link, in_heading = around[-1]
            inside = (not is_block, in_link or tag == "a", in_heading or tag in _HEADINGS)
            around.append(inside)
            if tag in _SILENT or node.get("role") in _SILENT_ROLES:
                walk.skip_subtree()
            else:
                reader.add(node.text, *inside)
        elif event == "end":
            around.pop()
            if tag not in _INLINE:
                reader.end_line()
            if node is not body:
                reader.add(node.tail, *around[-1])
        else:
            reader.add(node.tail, *around[-1])
        if node_count >= _MOST_NODES:
            return
