"""Parses the rule of a segment, by recursive descent. The grammar, where CAPITALS are values:

    rule      = all { "or" all }
    all       = one { "and" one }
    one       = "not" one | "(" rule ")" | condition
    condition = FIELD among | "attribute" NAME among | "has" FIELD | "has" "attribute" NAME
              | ( "follows" | "mutes" ) TOPIC { "," TOPIC } | "reads" LANGUAGE { "," LANGUAGE }
              | ( "on" | "left" ) "list" LIST
              | ( "joined" | "confirmed" ) ( "before" | "after" | "since" | "in" | "on" ) DATE
    among     = "is" [ "not" ] VALUE | [ "not" ] "in" VALUE { "," VALUE }

Every fault says where it stands, what was expected there, and the known word that may have been meant.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from subscribers.address import parse_address
from subscribers.errors import InvalidAddress, InvalidProfile, InvalidRule
from subscribers.segments.rule import (
    FIELDS,
    HELD,
    MOMENTS,
    AllOf,
    AnyOf,
    AttributeIs,
    Condition,
    Field,
    Has,
    HasAttribute,
    How,
    Is,
    Moment,
    Not,
    Period,
    Reads,
    Rule,
    Stands,
    When,
    Wishes,
)
from subscribers.segments.words import Word, nearest, shortened, words_of
from subscribers.wishes.profile import (
    read_country,
    read_frequency,
    read_language,
    read_length,
    read_role,
    read_topics,
    read_zone,
)

_DEEPEST = 20  # parentheses and nots within each other
_MOST_VALUES = 300  # in all of a rule: a query may hold 999 in old SQLites
_STARTS = (*FIELDS, "attribute", "has", "follows", "mutes", "reads", "on", "left", *MOMENTS, "not", "(")
_SIGNS = {"=": "is", "==": "is", "!=": "is not", "<>": "is not", "<": "before", ">": "after", ">=": "since"}
_JOINING = {"&": "and", "&&": "and", "|": "or", "||": "or", "!": "not"}
_HOW: dict[str, How] = {"before": "before", "after": "after", "since": "since", "in": "in", "on": "in"}
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Named:
    """A list or topic that a rule names, and where."""

    kind: Literal["list", "topic"]
    slug: str
    at: int


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A rule, and what it names that must be there."""

    rule: Rule
    names: tuple[Named, ...]


def parse_rule(text: str) -> ParsedRule:
    """Read a rule. Raises InvalidRule."""
    parser = _Parser(words_of(text))
    rule = parser.rule()
    parser.close()
    return ParsedRule(rule, tuple(parser.names))


def missing_names(parsed: ParsedRule, lists: tuple[str, ...], topics: tuple[str, ...]) -> list[InvalidRule]:
    """Give a fault for each list and topic that a rule names and that is not there."""
    known = {"list": lists, "topic": topics}
    return [
        InvalidRule(
            f"there is no {name.kind} {shortened(name.slug)}", name.at, meant=nearest(name.slug, known[name.kind])
        )
        for name in parsed.names
        if name.slug not in known[name.kind]
    ]


@dataclass(slots=True)
class _Parser:
    """Goes through the words once, from left to right."""

    words: list[Word]
    place: int = 0
    depth: int = 0
    values: int = 0
    names: list[Named] = field(default_factory=list)

    @property
    def word(self) -> Word:
        return self.words[self.place]

    def rule(self) -> Rule:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def close(self) -> None:
        word = self.word
        if word.kind == "end":
            return
        if word.says(","):
            raise self._fault("and", "or", "its end", hint="several values follow `in`: country in DE, AT")
        if word.text in _JOINING:
            raise self._fault("and", "or", "its end", meant=_JOINING[word.text])
        raise self._fault("and", "or", "its end", hint="a value of several words stands in quotes")

    def _all(self) -> Rule:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Rule:
        opening = self.word
        if not opening.says("not", "("):
            return self._condition()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InvalidRule(f"more than {_DEEPEST} parentheses stand within each other: make it flatter", opening.at)
        self.place += 1
        inner: Rule = Not(self._one()) if opening.says("not") else self._closed(opening)
        self.depth -= 1
        return inner

    def _closed(self, opening: Word) -> Rule:
        inner = self.rule()
        if not self._take(")"):
            raise self._fault("and", "or", ")", hint=f"the parenthesis of column {opening.at + 1} is open")
        return inner

    def _condition(self) -> Rule:
        word = self.word
        key = word.text.lower() if word.kind == "bare" else ""
        if key in FIELDS:
            self.place += 1
            return self._among(partial(Is, key), _READERS[key])
        if key in MOMENTS:
            self.place += 1
            return self._when(key)
        reads: dict[str, Callable[[], Rule]] = {
            "attribute": self._attribute,
            "has": self._has,
            "follows": lambda: Wishes("follow", self._named_topics()),
            "mutes": lambda: Wishes("mute", self._named_topics()),
            "reads": lambda: Reads(self._several(read_language)),
            "on": lambda: Stands("active", self._list()),
            "left": lambda: Stands("left", self._list()),
        }
        if key not in reads:
            raise self._fault(*_STARTS, hint="put spaces around `is`" if "=" in word.text else "")
        self.place += 1
        return reads[key]()

    def _attribute(self) -> Rule:
        name = self._value("the name of an attribute, in quotes")
        return self._among(partial(AttributeIs, name), str)

    def _has(self) -> Condition:
        if self._take("attribute"):
            return HasAttribute(self._value("the name of an attribute, in quotes"))
        held = self.word.text.lower()
        if self.word.kind != "bare" or held not in HELD:
            raise self._fault(*HELD, "attribute")
        self.place += 1
        return Has(held)

    def _among(self, make: Callable[[tuple[str, ...]], Condition], read: Callable[[str], str]) -> Rule:
        if self._take("is"):
            negated = self._take("not")
            found: Rule = make((self._read(read),))
        else:
            negated = self._take("not")
            if not self._take("in"):
                raise self._fault(
                    *(("in",) if negated else ("is", "in", "not in")), meant=_SIGNS.get(self.word.text, "")
                )
            found = make(self._several(read))
        return Not(found) if negated else found

    def _several(self, read: Callable[[str], str]) -> tuple[str, ...]:
        values = [self._read(read)]
        while self._take(","):
            values.append(self._read(read))
        return tuple(dict.fromkeys(values))

    def _named_topics(self) -> tuple[str, ...]:
        return self._several(lambda text: self._named("topic", text))

    def _list(self) -> str:
        if not self._take("list"):
            raise self._fault("list")
        return self._read(lambda text: self._named("list", text))

    def _named(self, kind: Literal["list", "topic"], text: str) -> str:
        """Take a slug; this is called with the parser behind the value."""
        slug = read_topics(text)[0].removeprefix("topic:") if kind == "topic" and ";" not in text else text.lower()
        if not _SLUG.fullmatch(slug):
            raise InvalidProfile(f"{shortened(text)} is no short name of a {kind}")
        self.names.append(Named(kind, slug, self.words[self.place - 1].at))
        return slug

    def _when(self, moment: Moment) -> When:
        said = self.word.text.lower()
        if self.word.kind != "bare" or said not in _HOW:
            raise self._fault(*_HOW, meant=_SIGNS.get(said, ""))
        self.place += 1
        return When(moment, _HOW[said], Period(self._read(_read_date)))

    def _read(self, read: Callable[[str], str]) -> str:
        at = self.word.at
        text = self._value("a value")
        try:
            return read(text)
        except (InvalidProfile, InvalidAddress) as error:
            raise InvalidRule(str(error), at) from error

    def _value(self, expected: str) -> str:
        word = self.word
        if word.kind in {"mark", "end"}:
            raise self._fault(expected)
        if word.says("and", "or", "not"):
            raise self._fault(expected, hint="as a value it stands in quotes")
        if not word.text.strip():
            raise InvalidRule("the quotes are empty", word.at, expected=(expected,))
        self.values += 1
        if self.values > _MOST_VALUES:
            raise InvalidRule(f"there are more than {_MOST_VALUES} values: make several segments of it", word.at)
        self.place += 1
        return word.text

    def _take(self, word: str) -> bool:
        if not self.word.says(word):
            return False
        self.place += 1
        return True

    def _fault(self, *expected: str, meant: str = "", hint: str = "") -> InvalidRule:
        word = self.word
        near = meant or (nearest(word.text, expected) if word.kind == "bare" else "")
        return InvalidRule(word.told, word.at, expected=expected, meant=near, hint=hint)


def _read_date(text: str) -> str:
    fault = InvalidProfile(f"{shortened(text)} is no date such as 2026, 2026-05 or 2026-05-31")
    if not _DATE.fullmatch(text):
        raise fault
    try:
        Period(text).end  # noqa: B018 - the calendar says whether there is such a day
    except (ValueError, OverflowError) as error:
        raise fault from error
    return text


def _read_domain(text: str) -> str:
    """Take a domain as addresses have it: in A-labels, lower case."""
    return parse_address(f"somebody@{text.removeprefix('@')}").domain


_READERS: dict[Field, Callable[[str], str]] = {
    "country": read_country,
    "language": read_language,
    "role": read_role,
    "frequency": read_frequency,
    "length": read_length,
    "zone": read_zone,
    "domain": _read_domain,
}
