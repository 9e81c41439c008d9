"""Assigns topics, each with why: what the source is about, what its publisher says, the words of the text, a person.

A why is a short code that stands beside the post and is worded where people read it: "source", "post" (it names the
topic itself), "category:NAME", "keyword:KEYWORD", "sender", "editor". What an editor took off stands there too, as
"removed": it must not come back.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from newsletter.sources.cleaning.word_forms import CHANGES_BEGINNINGS, stemmer_of, words_of
from newsletter.sources.source import Topic

SOURCE, POST, CATEGORY, KEYWORD, SENDER = "source", "post", "category", "keyword", "sender"
EDITOR, REMOVED = "editor", "removed"
WHOLE = "*"  # in place of a slug: the editor has set all topics of the post
# Scripts written without spaces have no word boundary to look for.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SIGNS = re.compile(r"[!-&(-,./:-@\[-^`{-~]")  # ASCII signs that belong to a keyword: "C++"; hyphens part words
_SHORTEST_BEGINNING = 3  # letters before a star; two begin half the dictionary


@dataclass(frozen=True, slots=True)
class Assigned:
    """The topics of a post in the order of sections, and why it has each."""

    topics: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Keyword:
    """A keyword as it was written, and what it looks for."""

    slug: str
    written: str
    parts: tuple[str, ...]  # words or a literal, all case-folded but for an exact one

    @property
    def why(self) -> str:
        return f"{KEYWORD}:{self.written}"


def keyword_fault(keyword: str) -> str:
    """Tell in words why a keyword can never be found; empty for a good one."""
    exact = keyword.strip().startswith("=")
    words = keyword.strip().removeprefix("=").strip()
    if not any(one.isalnum() for one in words):
        return f"{keyword!r} has no letter: it would be found in no text"
    last = words_of(words)[-1:]
    if not exact and words.endswith("*") and len(last[0]) < _SHORTEST_BEGINNING and not _UNSPACED.search(words):
        return f"{keyword!r} is too short for a star: write at least {_SHORTEST_BEGINNING} letters before it"
    return ""


class TopicRules:
    """The topics of a home made ready to look at many posts. Not to be shared between threads."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._order = {topic.slug: place for place, topic in enumerate(_in_order(topics))}
        self._names = {name: topic.slug for topic in reversed(_in_order(topics)) for name in _names(topic)}
        self._exact: list[_Keyword] = []
        self._literal: list[_Keyword] = []
        self._worded: list[_Keyword] = []
        for topic in _in_order(topics):
            for keyword in topic.keywords:
                if not keyword_fault(keyword):
                    self._take(topic.slug, keyword)
        self._by_language: dict[str, _Forms] = {}

    def assign(
        self,
        text: str,
        *,
        language: str,
        categories: Sequence[str],
        mapped: Mapping[str, str],
        defaults: Sequence[str],
        sent_in: bool,
        own: Sequence[str] = (),
        given: Sequence[str] = (),
    ) -> Assigned:
        """Give a post's topics; of several reasons for one, the first of editor, source, post, category or sender,
        keyword.

        `mapped`: the publisher's categories and the topics that the operator took them for. `own`: what the post itself
        says that it is on, by slug or name; `given`: what an editor says, by slug.
        """
        reasons = dict.fromkeys(given, EDITOR)
        reasons.update((slug, SOURCE) for slug in defaults if slug not in reasons)
        for _, slug in self._known(own, mapped):
            reasons.setdefault(slug, POST)
        for word, slug in self._known(categories, mapped):
            reasons.setdefault(slug, SENDER if sent_in else f"{CATEGORY}:{word}")
        for keyword in self._found(text, language):
            reasons.setdefault(keyword.slug, keyword.why)
        return Assigned(self.ordered(reasons), reasons)

    def with_hand(self, found: Assigned, stored: Assigned) -> Assigned:
        """Give what was found now with what an editor's hand has changed of the stored topics."""
        if WHOLE in stored.reasons:
            return stored
        by_hand = {slug: why for slug, why in stored.reasons.items() if why in {EDITOR, REMOVED}}
        reasons = {**found.reasons, **by_hand}
        return Assigned(self.ordered(slug for slug, why in reasons.items() if why != REMOVED), reasons)

    def _known(self, words: Sequence[str], mapped: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Give those of the words that mean a topic, each with the topic's slug."""
        taken_for = {_folded(category): slug for category, slug in mapped.items()}
        for word in words:
            name = _folded(word)
            for slug in (taken_for.get(name), self._names.get(name)):
                if slug is not None:
                    yield word, slug

    def _found(self, text: str, language: str) -> Iterator[_Keyword]:
        normal = " ".join(unicodedata.normalize("NFKC", text).split())
        folded = normal.casefold()
        yield from (one for one in self._exact if _stands_in(normal, one.parts[0]))
        yield from (one for one in self._literal if _stands_in(folded, one.parts[0]))
        if language not in self._by_language:
            self._by_language[language] = _Forms(self._worded, language)
        yield from self._by_language[language].found_in(words_of(folded))

    def _take(self, slug: str, keyword: str) -> None:
        written = " ".join(unicodedata.normalize("NFKC", keyword).split())
        folded = _folded(written)
        if written.startswith("="):
            self._exact.append(_Keyword(slug, written, (written[1:].strip(),)))
        elif _UNSPACED.search(folded) or _SIGNS.search(folded.removesuffix("*")):
            self._literal.append(_Keyword(slug, written, (folded.removesuffix("*"),)))
        else:
            self._worded.append(_Keyword(slug, written, (*words_of(folded), *("*" if folded.endswith("*") else ""))))

    def ordered(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """Sort by sections; one that is not set up yet comes last, in the order given."""
        return tuple(sorted(slugs, key=lambda slug: self._order.get(slug, len(self._order))))


class _Forms:
    """Keywords by the forms that their words have in one language."""

    def __init__(self, keywords: Sequence[_Keyword], language: str) -> None:
        self._stem = stemmer_of(language)
        self._changes_beginnings = language in CHANGES_BEGINNINGS
        self._by_stem: dict[str, list[tuple[_Keyword, tuple[str, ...], str]]] = defaultdict(list)
        self._by_beginning: dict[str, list[_Keyword]] = defaultdict(list)
        self._stemmed_beginnings: set[str] = set()
        self._beginnings: set[str] = set()  # of every keyword
        for keyword in keywords:
            self._take(keyword)

    def found_in(self, words: Sequence[str]) -> Iterator[_Keyword]:
        """Give the keywords that a text's words have, each word stemmed only if a keyword begins like it."""
        for place, word in enumerate(words):
            beginning = word[:2]
            if beginning not in self._beginnings and not self._changes_beginnings:
                continue
            if self._changes_beginnings or beginning in self._stemmed_beginnings:
                for keyword, rest, open_end in self._by_stem.get(self._stem(word), ()):
                    if self._goes_on(words, place + 1, rest, open_end):
                        yield keyword
            for keyword in self._by_beginning.get(beginning, ()):
                if word.startswith(keyword.parts[0]):
                    yield keyword

    def _take(self, keyword: _Keyword) -> None:
        is_open = keyword.parts[-1] == "*"
        words = keyword.parts[:-1] if is_open else keyword.parts
        self._beginnings.add(words[0][:2])
        if is_open and len(words) == 1:
            self._by_beginning[words[0][:2]].append(keyword)
            return
        closed = words[:-1] if is_open else words
        stems = tuple(self._stem(word) for word in closed)
        self._by_stem[stems[0]].append((keyword, stems[1:], words[-1] if is_open else ""))
        self._stemmed_beginnings.add(words[0][:2])

    def _goes_on(self, words: Sequence[str], place: int, stems: tuple[str, ...], open_end: str) -> bool:
        end = place + len(stems)
        if len(words) < end + bool(open_end):
            return False
        is_same = all(self._stem(word) == stem for word, stem in zip(words[place:end], stems, strict=True))
        return is_same and (not open_end or words[end].startswith(open_end))


def _names(topic: Topic) -> set[str]:
    return {_folded(name) for name in (topic.slug, topic.name, *topic.names.values())}


def _in_order(topics: Sequence[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: (topic.position, topic.id))


def _stands_in(text: str, literal: str) -> bool:
    """A literal is found as a whole word: "AI" stands in "AI: a guide", not in "RAIN"."""
    return literal in text and bool(_whole(literal).search(text))


@cache
def _whole(literal: str) -> re.Pattern[str]:
    escaped = re.escape(literal)
    return re.compile(escaped if _UNSPACED.search(literal) else rf"(?<!\w){escaped}(?!\w)")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
