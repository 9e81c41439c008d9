"""Compares the article of a page with the one that others take out of it: its title, and its words as F1.

F1 is the harmonic mean of precision and recall over words, counted as often as they stand there; in scripts without
spaces a word is a character.
"""

import json
import re
from collections import Counter

from newsletter.sources.cleaning.plain_text import one_line, plain_text, plain_title
from newsletter.sources.conformance.case import Case, Outcome
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.parse_page import page_text, parse_page

_PLACE = "http://fakehost/test/page.html"  # where the material says its pages were found
_WORD = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\\W_]+")
_ENOUGH = 0.9  # of F1: a page that comes as near agrees
_ALIKE = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u2010", "''\"\"---")


def run_page_case(case: Case) -> Outcome:
    """Read the page and compare; a page in which nothing is found has an empty article."""
    assert case.expected is not None
    said = json.loads((case.expected / "expected-metadata.json").read_text(encoding="utf-8"))
    wanted = plain_text(page_text((case.expected / "expected.html").read_bytes(), ""))
    try:
        post = parse_page(case.given.read_bytes(), url=_PLACE)
    except NotUnderstood:
        post = FetchedPost()
    score = f1(wanted, plain_text(post.html))
    theirs, ours = one_line(said.get("title") or ""), plain_title(post.title)
    is_titled = _folded(theirs) == _folded(ours)
    differences = [] if score >= _ENOUGH else [f"text: F1 {score:.3f}"]
    differences += [] if is_titled else [f"title: expected {theirs!r}, read {ours!r}"]
    return Outcome(
        name=case.name,
        agrees=not differences,
        differences=tuple(differences),
        asked={"f1": 1, "titles": 1},
        right={"f1": score, "titles": is_titled},
    )


def f1(expected: str, found: str) -> float:
    """Give how well two texts agree in their words: 1 is all, 0 is none."""
    theirs, ours = _words(expected), _words(found)
    if not theirs or not ours:
        return float(theirs == ours)
    return 2 * sum((theirs & ours).values()) / (sum(theirs.values()) + sum(ours.values()))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _folded(title: str) -> str:
    return title.translate(_ALIKE).casefold()
