"""Tells a page's title from what it and its site write around it. Pure: texts in, a text out.

A heading that stands in the title is the title; what equals the site's name, or labels it a press release, is none of
it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.sources.cleaning.chrome import is_chrome
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.reading.release_labels import is_label, without_label

_LONGEST = 1_000  # characters of a title that are looked at
_SIGN = r"[|\u2013\u2014\u00b7\u2022»\u203a:/\\<>\u2212-]"
_SEPARATOR = re.compile(rf"\s+{_SIGN}{{1,2}}\s+|\s*(?:\|\||::)\s*|:\s+|\s+\|\s*|\s*\|\s+")
_SITE_SIGN = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022»\u203a-]\s+|\s*\|\|?\s*|\s+::\s+")
_BRACKETED = re.compile(r"\s*[\[(]([^\[\]()]{2,60})[\])]\s*$")
_LONGEST_NAME = 60  # characters of a site's name
_TELLING_WORDS = 4  # a heading of fewer may be that of a section
_FEWEST_WORDS = 3  # a title of fewer, cut out of a longer one, has lost something
_CUT = re.compile(r"(?:…|\.\.\.)$")
_LETTERS = re.compile(r"[^\W_]+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What a page calls itself."""

    declared: tuple[str, ...]  # said of this page in particular, the surest first
    bar: str  # of the title bar, where sites write their own name
    headings: tuple[str, ...]  # the largest on the page
    sites: tuple[str, ...]  # names of the site
    hints: tuple[str, ...] = ()  # what may be its name: only behind a title
    lines: tuple[str, ...] = ()  # smaller headings and lines of the page: the title where another text agrees


class _Names(NamedTuple):
    """Names of the site, folded: those it gives itself, and those that may be meant."""

    sure: set[str]
    hints: set[str]

    @property
    def all(self) -> set[str]:
        return self.sure | self.hints


def title_of(titles: Titles) -> str:
    """Give the title of a page, empty if it has none."""
    names = _Names(*({folded(name) for name in some if folded(name)} for some in (titles.sites, titles.hints)))
    all_own = [heading for heading in titles.headings if folded(heading) not in names.sure and not is_chrome(heading)]
    own = [told for heading in all_own if (told := without_label(heading)) and not is_label(told)]
    longest = max(map(len, (titles.bar, *titles.declared)))  # of what a line may be found in
    short = [line for line in titles.lines if len(line) <= longest]
    lines = [line for line in short if folded(line) not in names.all and not is_label(line)]
    declared = [text for title in titles.declared if (text := _without_site(title[:_LONGEST], names, own, lines))]
    if not declared:
        told = _of_bar(titles.bar[:_LONGEST], names, own, lines)
        return without_label(told if told and not is_label(told) else next(iter([*own, told, *all_own]), ""))
    telling = [text for text in declared if not is_label(text)] or declared
    return without_label(_whole(telling[0], [*telling[1:], _without_site(titles.bar, names, own, lines), *own]))


def folded(text: str) -> str:
    """Give the letters and digits by which two titles are compared."""
    return " ".join(_LETTERS.findall(one_line(text[:_LONGEST]).casefold()))


def _of_bar(bar: str, names: _Names, headings: Sequence[str], lines: Sequence[str]) -> str:
    """Give the title in the title bar; the one telling heading, where the bar says nothing of this page."""
    title = _without_site(bar, names, headings, lines)
    if title != bar.strip() or not title:
        return title or next(iter(headings), "")
    if any(folded(heading) == folded(title) for heading in headings):
        return title
    only = headings[0] if len(headings) == 1 else ""
    shorter = _without_last(title)
    # Many sites write the same few words into every title bar.
    says_little = len(shorter.split()) < _TELLING_WORDS and not _UNSPACED.search(shorter)
    return only if says_little and len(only.split()) >= _TELLING_WORDS else shorter


def _without_site(title: str, names: _Names, headings: Sequence[str], lines: Sequence[str]) -> str:
    """Take the site's name away, in front or behind; empty if nothing else is said."""
    title = title.strip()
    if folded(title) in names.all:
        return ""
    if told := _told_by_heading(title, headings) or _told_by_line(title, lines):
        return told
    bracket = _BRACKETED.search(title)
    if bracket and folded(bracket[1]) in names.all:
        title = title[: bracket.start()]
    marks = list(_SEPARATOR.finditer(title))[:30]
    for mark in marks:
        if folded(title[mark.end() :]) in names.all:
            return title[: mark.start()].strip()
    for mark in reversed(marks):
        if folded(title[: mark.start()]) in names.sure:
            return title[mark.end() :].strip()
    return title


def _told_by_heading(title: str, headings: Sequence[str]) -> str:
    """Give what stands between separators of a title and is a heading, too: the first such, the longest of it."""
    wanted = {folded(heading) for heading in headings} - {""}
    pieces = (title[start:end].strip() for start, end in _pieces(title))
    return next((piece for piece in pieces if folded(piece) in wanted), "") if wanted else ""


def _told_by_line(title: str, lines: Sequence[str]) -> str:
    """Give what stands beside a label in a title and has a line to itself, the longest; a short one may be a menu's.

    Without a label the other parts may belong to it: "Evolve: shared history".
    """
    wanted = {folded(line) for line in lines if len(line) <= len(title)} - {""}
    found = [
        title[start:end].strip()
        for start, end in _pieces(title)
        if folded(title[start:end]) in wanted and (_holds_label(title[:start]) or _holds_label(title[end:]))
    ]
    telling = [told for told in found if len(told.split()) >= _FEWEST_WORDS or _UNSPACED.search(told)]
    return max(telling, key=len, default="")


def _holds_label(rest: str) -> bool:
    return any(is_label(part) for part in _SEPARATOR.split(rest) if part)


def _pieces(title: str) -> list[tuple[int, int]]:
    """Give where a part between two separators of a title begins and ends; the first and longest first."""
    edges = [0, *(edge for mark in list(_SEPARATOR.finditer(title))[:12] for edge in mark.span()), len(title)]
    return [(start, end) for start in edges[::2] for end in reversed(edges[1::2]) if end > start]


def _without_last(title: str) -> str:
    """Leave out a last part that can be a site's name, if enough is left."""
    marks = list(_SITE_SIGN.finditer(title))
    if not marks:
        return title
    shorter, last = title[: marks[-1].start()].strip(), title[marks[-1].end() :]
    is_enough = len(shorter.split()) >= _FEWEST_WORDS or len(shorter) * 3 >= len(title) or _UNSPACED.search(shorter)
    return shorter if shorter and is_enough and len(last) <= _LONGEST_NAME else title


def _whole(title: str, others: Sequence[str]) -> str:
    """Give the title; where it was cut off, another that goes on as it begins."""
    if not _CUT.search(title) and len(title) != 110:  # 110: what search engines once took of a headline
        return title
    start = _CUT.sub("", title).strip()
    return next((one for one in others if one.startswith(start) and not _CUT.search(one)), title)
