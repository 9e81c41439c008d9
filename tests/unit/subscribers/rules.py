"""Random rules, and a plain evaluation of a rule over a plain person: what the SQL is held to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

from subscribers.segments.rule import (
    FIELDS,
    HELD,
    AllOf,
    AnyOf,
    AttributeIs,
    Has,
    HasAttribute,
    Is,
    Not,
    Period,
    Reads,
    Rule,
    Stands,
    When,
    Wishes,
)

# Few values, so that rules and people meet.
VALUES = {
    "country": ("DE", "AT", "IN", "NO"),
    "language": ("de", "fr", "en"),
    "role": ("policy maker", "Researcher", 'a "quoted" \\ one', "\u00c4rztin", "and"),
    "frequency": ("every", "weekly", "monthly"),
    "length": ("short", "normal", "full"),
    "zone": ("Europe/Lisbon", "UTC"),
    "domain": ("hospital.example", "xn--bcher-kva.example"),
}
ATTRIBUTES = ("Member type", "years", 'odd "name"')
CELLS = ("full", "Gold", "50% _off_", "\u00c4rztin", "', --")
TOPICS = ("funding", "events")
LISTS = ("members", "press")
PERIODS = ("2024", "2025", "2025-06", "2025-12", "2025-06-30", "2024-02-29", "2026-12-31")
MOMENTS = tuple(
    datetime(year, month, day, hour, tzinfo=UTC)
    for year, month, day, hour in (
        (2024, 2, 29, 12),
        (2024, 12, 31, 23),
        (2025, 1, 1, 0),
        (2025, 6, 30, 0),
        (2025, 7, 1, 0),
        (2026, 1, 1, 0),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody active on the list `members`, as a rule sees them in one scope."""

    fields: dict[str, str]
    name: str
    attributes: dict[str, str]
    reads: tuple[str, ...]
    follows: frozenset[str]
    mutes: frozenset[str]
    states: dict[str, str]  # by list
    joined: datetime
    confirmed: datetime | None


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


CONDITIONS: st.SearchStrategy[Rule] = st.one_of(
    st.sampled_from(FIELDS).flatmap(lambda field: st.builds(Is, st.just(field), _some(VALUES[field]))),
    st.builds(AttributeIs, st.sampled_from(ATTRIBUTES), _some(CELLS)),
    st.builds(Has, st.sampled_from(HELD)),
    st.builds(HasAttribute, st.sampled_from(ATTRIBUTES)),
    st.builds(Wishes, st.sampled_from(["follow", "mute"]), _some(TOPICS)),
    st.builds(Reads, _some(VALUES["language"])),
    st.builds(Stands, st.sampled_from(["active", "left"]), st.sampled_from(LISTS)),
    st.builds(
        When,
        st.sampled_from(["joined", "confirmed"]),
        st.sampled_from(["before", "after", "since", "in"]),
        st.sampled_from(PERIODS).map(Period),
    ),
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)


def holds(rule: Rule, person: Person) -> bool:
    """Say whether a rule describes a person, without a database."""
    match rule:
        case AnyOf(parts):
            return any(holds(part, person) for part in parts)
        case AllOf(parts):
            return all(holds(part, person) for part in parts)
        case Not(part):
            return not holds(part, person)
        case Is() | AttributeIs() | Has() | HasAttribute():
            return _has_value(rule, person)
    return _has_said(rule, person)


def _has_value(rule: Is | AttributeIs | Has | HasAttribute, person: Person) -> bool:
    match rule:
        case Is("role", values):
            found = _small(person.fields["role"]) in map(_small, values)
        case Is(field, values):
            found = person.fields[field] in values
        case AttributeIs(name, values):
            found = _small(_cell(person, name)) in map(_small, values)
        case Has(field):
            found = bool(person.name if field == "name" else person.fields[field])
        case HasAttribute(name):
            found = bool(_cell(person, name))
    return found


def _has_said(rule: Wishes | Reads | Stands | When, person: Person) -> bool:
    match rule:
        case Wishes(kind, topics):
            found = bool((person.follows if kind == "follow" else person.mutes) & set(topics))
        case Reads(languages):
            found = bool(set(person.reads or (person.fields["language"],)) & set(languages))
        case Stands(state, list_slug):
            found = person.states.get(list_slug) == state
        case When(moment, how, period):
            found = _at(person.joined if moment == "joined" else person.confirmed, how, period.text)
    return found


def _at(at: datetime | None, how: str, period: str) -> bool:
    """Compare by the text of a date, as a person would."""
    if at is None:
        return False
    day = at.date().isoformat()[: len(period)]
    return {"before": day < period, "after": day > period, "since": day >= period, "in": day == period}[how]


def _cell(person: Person, name: str) -> str:
    return next((cell for key, cell in person.attributes.items() if _small(key) == _small(name)), "")


def _small(text: str) -> str:
    return "".join(one.lower() if one.isascii() else one for one in text)
