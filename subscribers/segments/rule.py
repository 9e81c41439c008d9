"""The rule of a segment as a value, and its one way back to text: printed and parsed again it is the same rule.

Nothing here knows of SQL or of people. Each value in it has been read already as profiles read it (`segment_parse.py`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Field = Literal["country", "language", "role", "frequency", "length", "zone", "domain"]
FIELDS: tuple[Field, ...] = ("country", "language", "role", "frequency", "length", "zone", "domain")
Held = Literal["name", "language", "country", "role", "zone"]
HELD: tuple[Held, ...] = ("name", "language", "country", "role", "zone")  # what somebody may not have said
Moment = Literal["joined", "confirmed"]
MOMENTS: tuple[Moment, ...] = ("joined", "confirmed")
How = Literal["before", "after", "since", "in"]

_BARE = re.compile(r'[^\s(),"\u201c\u201d\u201e\\]+')
_BINDING = frozenset({"and", "or", "not"})  # words that are never a value unless they are quoted
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month or a day, as it was written; in UTC."""

    text: str  # 2026, 2026-05 or 2026-05-31

    @property
    def start(self) -> datetime:
        """The first moment of it."""
        numbers = [int(one) for one in self.text.split("-")]
        year, month, day = (*numbers, 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        start, parts = self.start, self.text.count("-")
        if parts == 0:
            return start.replace(year=start.year + 1)
        if parts == 1:
            over = start.month == _DECEMBER
            return start.replace(year=start.year + over, month=1 if over else start.month + 1)
        return start + timedelta(days=1)

    @property
    def is_day(self) -> bool:
        return len(self.text.split("-")) == 3  # year, month, day


@dataclass(frozen=True, slots=True)
class Is:
    """One of these values stands in a field."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """One of these values stands in an attribute: a column of an import."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Something stands in a field."""

    field: Held


@dataclass(frozen=True, slots=True)
class HasAttribute:
    """Something stands in an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """One of these topics is followed, or muted."""

    kind: Literal["follow", "mute"]
    topics: tuple[str, ...]  # slugs


@dataclass(frozen=True, slots=True)
class Reads:
    """One of these languages is read: of those that the person named, else of their mail."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stands:
    """How somebody stands on a list, which may be another than the segment's own."""

    state: Literal["active", "left"]
    list_slug: str


@dataclass(frozen=True, slots=True)
class When:
    """When somebody joined the segment's list, or confirmed that by their own click. Never: no period is right."""

    moment: Moment
    how: How
    period: Period


@dataclass(frozen=True, slots=True)
class Not:
    """The rule does not hold."""

    part: "Rule"


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these rules hold: two at least."""

    parts: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these rules holds: two at least."""

    parts: "tuple[Rule, ...]"


Condition = Is | AttributeIs | Has | HasAttribute | Wishes | Reads | Stands | When
Rule = Condition | Not | AllOf | AnyOf


def rule_text(rule: Rule) -> str:
    """Write a rule as people write it."""
    match rule:
        case AnyOf(parts):
            return " or ".join(_inside(part, AnyOf) for part in parts)
        case AllOf(parts):
            return " and ".join(_inside(part, AnyOf, AllOf) for part in parts)
        case Not(part):
            return f"not {_inside(part, AnyOf, AllOf)}"
    return _condition_text(rule)


def _inside(part: Rule, *weaker: type) -> str:
    return f"({rule_text(part)})" if isinstance(part, weaker) else rule_text(part)


def _condition_text(rule: Condition) -> str:
    match rule:
        case Is(field, values):
            text = f"{field} {_among(values)}"
        case AttributeIs(name, values):
            text = f"attribute {_quoted(name)} {_among(values)}"
        case Has(field):
            text = f"has {field}"
        case HasAttribute(name):
            text = f"has attribute {_quoted(name)}"
        case Wishes(kind, topics):
            text = f"{kind}s {_listed(topics)}"
        case Reads(languages):
            text = f"reads {_listed(languages)}"
        case Stands(state, list_slug):
            text = f"{'left' if state == 'left' else 'on'} list {_quoted(list_slug)}"
        case When(moment, how, period):
            text = f"{moment} {'on' if how == 'in' and period.is_day else how} {period.text}"
    return text


def _among(values: tuple[str, ...]) -> str:
    return f"is {_quoted(values[0])}" if len(values) == 1 else f"in {_listed(values)}"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(_quoted(value) for value in values)


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value) and value.lower() not in _BINDING:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
