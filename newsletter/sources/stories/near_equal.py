"""Tells whether two posts tell the same news in nearly the same words: title and text together, never a title alone.

Partners publish one press release under slightly other headlines, one as a teaser and one in full. What looks alike and
is not: two calls made from one template, issue 12 and 13 of a letter, this year's meeting and last year's. So numbers
and months in the titles must agree, and a word that only one title has must not be what only that text is about.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from newsletter.sources.reading.release_labels import without_label

WITHIN = timedelta(days=7)
_SHORT_TITLE = 5  # words; shorter ones are false friends unless the texts agree strongly
_TITLES_ALIKE = 85  # of 100
_TEXTS_ALIKE, _TEXTS_EQUAL = 0.5, 0.85  # share of the shorter text's word triples that the longer has too
_LEAST_TRIPLES, _MANY_TRIPLES = 8, 20
_MOST_WORDS = 400  # of a text: the beginning tells
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TEASER = 0.8  # of the longer text; a shorter one leaves out what the other tells
_SMALL_WORD = 3  # letters: "of", "the", "neu"
_NEGATIONS = frozenset({"no", "not", "nie", "ne", "pas", "non", "sin", "nao", "sem"})
_TAIL = re.compile(r"\s+[|\u2013\u2014\u00b7\u00bb-]\s+")  # before a site's name
_ROMAN = re.compile(r"\b[IVX]{2,5}\b")
_MONTHS = re.compile(
    r"^(jan|feb|fev|mar|apr|avr|abr|mai|may|mag|jun|jui|giu|jul|lug|aug|aou|ago|sep|set|oct|okt|ott|out|nov|dec|dez|dic)"
    r"(uar[iy]?|r(uar)?[iy]|ch|z|il|e|y|i|ust|tember|ember|ober|rier|vier|s|t|n|let|llet|bre|tembre|embre|obre|naio|braio"
    r"|zo|rile|gio|gno|lio|osto|ero|rero|yo|nio|embro|ubro|eiro|ereiro|co|ho|iembre|tiembre|br|ier|n[ei])?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is compared of a post."""

    title: str
    text: str  # plain; an excerpt will do
    language: str  # empty: unknown
    at: datetime  # published, else first seen
    day: str = ""  # of its event or deadline, as text; empty: none
    source: int = 0


def tell_the_same(one: Told, other: Told) -> bool:
    """Tell whether two posts are the same news."""
    if one.language and other.language and one.language != other.language:
        return False
    if abs(one.at - other.at) > WITHIN or (one.day and other.day and one.day != other.day):
        return False
    if not titles_alike(one.title, other.title):
        return False
    words, others = _words(one.text), _words(other.text)
    return _texts_agree(one, other, words, others) and not _differ_in_substance(one, other, words, others)


def agree(one: Told, other: Told) -> bool:
    """Tell whether two posts that lead to one page tell the same of it: by their titles, or by their texts.

    One page may hold many things: two calls link to one portal. So titles that tell them apart are no agreement.
    """
    if one.day and other.day and one.day != other.day:
        return False
    words, others = _words(one.text), _words(other.text)
    share, least = _agreement(words, others)
    is_same_text = share >= _TEXTS_EQUAL and least >= _LEAST_TRIPLES
    if not titles_alike(one.title, other.title):
        return is_same_text
    if is_same_text:
        return not _differ_in_substance(one, other, words, others)
    is_short = min(len(_words(one.title)), len(_words(other.title))) < _SHORT_TITLE
    if is_short and fuzz.ratio(folded(one.title), folded(other.title)) < _TITLES_ALIKE:
        return False  # "News" is a part of many titles
    left, right = _told_apart(one, other)
    return not (left and right)


def titles_alike(title: str, other: str) -> bool:
    """Tell whether two titles may head the same news: nearly the same words, and the same numbers and months."""
    return _numbers(title) == _numbers(other) and fuzz.token_set_ratio(folded(title), folded(other)) >= _TITLES_ALIKE


def folded(text: str) -> str:
    """Give the words of a text without accents, case and punctuation."""
    return " ".join(_words(text))


def agreement(text: str, other: str) -> float:
    """Give the share of the shorter text's word triples that the other has too; 0 where there are too few."""
    return _agreement(_words(text), _words(other))[0]


def _agreement(words: list[str], others: list[str]) -> tuple[float, int]:
    triples, more = _triples(words), _triples(others)
    least = min(len(triples), len(more))
    return (len(triples & more) / least, least) if least >= _LEAST_TRIPLES else (0.0, least)


def _texts_agree(one: Told, other: Told, words: list[str], others: list[str]) -> bool:
    share, least = _agreement(words, others)
    if min(len(_words(one.title)), len(_words(other.title))) < _SHORT_TITLE:
        return share >= _TEXTS_EQUAL and least >= _MANY_TRIPLES
    return share >= _TEXTS_ALIKE


def _differ_in_substance(one: Told, other: Told, words: list[str], others: list[str]) -> bool:
    """Tell whether a word that one title has and the other has not says that these are two things.

    Compared is as much of both texts as there is of the shorter one: what a teaser leaves out is no difference.
    """
    reach = min(len(words), len(others))
    text, more = set(words[:reach]), set(others[:reach])
    left, right = _told_apart(one, other)
    if any((word in text) != (word in more) for word in left | right):
        return True
    # Those of a site's name behind a dash do not count, between two sites.
    own = (left | right) - (_tail(one.title) | _tail(other.title) if one.source != other.source else set())
    if left and right:
        return any(word not in text for word in own)
    # One headline says more. What it says is told in the text, or it is news: "...: trial stopped".
    is_teaser = reach < _TEASER * max(len(words), len(others))
    told = set(words) | set(others) if is_teaser else set(words) & set(others)
    return any(word not in told for word in own if len(word) > _SMALL_WORD or word in _NEGATIONS)


def _told_apart(one: Told, other: Told) -> tuple[set[str], set[str]]:
    """Give the words that only one of two titles has; "Press release:" is none."""
    title, more = without_label(one.title), without_label(other.title)
    return _only_in(title, more), _only_in(more, title)


def _only_in(title: str, other: str) -> set[str]:
    others = _words(other)
    return {word for word in _words(title) if not any(_same_word(word, candidate) for candidate in others)}


def _same_word(word: str, other: str) -> bool:
    """Tell whether two words are forms of one: "project" and "projects"; not "hypotension" and "hypertension"."""
    if word == other:
        return True
    short = min(len(word), len(other))
    return short >= 4 and word[:4] == other[:4] and fuzz.ratio(word, other) >= _TITLES_ALIKE


def _tail(title: str) -> set[str]:
    _, *tails = _TAIL.split(title)
    return set(_words(tails[-1])) if tails else set()


def _numbers(title: str) -> set[str]:
    """Give what counts things in a title: numbers, Roman ones too, and months."""
    words = _words(title)
    counting = {word for word in words if any(letter.isdigit() for letter in word)}
    months = {word[:3] for word in words if _MONTHS.match(word)}
    return counting | months | set(_ROMAN.findall(title))


def _triples(words: list[str]) -> set[tuple[str, str, str]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[: 12 * _MOST_WORDS].casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _WORD.findall(bare)[:_MOST_WORDS]
