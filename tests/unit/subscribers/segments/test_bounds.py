"""What lies between the bounds of a rule is exactly what wishes on certain topics decide."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from subscribers.segments.bounds import least, most
from subscribers.segments.rule import FIELDS, Rule
from tests.unit.subscribers.rules import ATTRIBUTES, CELLS, LISTS, MOMENTS, RULES, TOPICS, VALUES, Person, holds

SENSITIVE = {"funding"}
_TOPICS = st.frozensets(st.sampled_from(TOPICS))
PEOPLE = st.builds(
    Person,
    fields=st.fixed_dictionaries({field: st.sampled_from(VALUES[field]) for field in FIELDS}),
    name=st.sampled_from(["", "Anna"]),
    attributes=st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(CELLS)),
    reads=st.lists(st.sampled_from(VALUES["language"]), max_size=2).map(tuple),
    follows=_TOPICS,
    mutes=_TOPICS,
    states=st.dictionaries(st.sampled_from(LISTS), st.sampled_from(["active", "left"])),
    joined=st.sampled_from(MOMENTS),
    confirmed=st.none() | st.sampled_from(MOMENTS),
)


def stands(rule: Rule | bool, person: Person) -> bool:
    return rule if isinstance(rule, bool) else holds(rule, person)


@given(RULES, PEOPLE)
def test_a_rule_lies_between_its_bounds(rule: Rule, person: Person) -> None:
    """Whoever is described at least is described, and whoever is described is described at most."""
    assert stands(least(rule, SENSITIVE), person) <= holds(rule, person) <= stands(most(rule, SENSITIVE), person)


@given(RULES, PEOPLE)
def test_bounds_do_not_look_at_the_wishes(rule: Rule, person: Person) -> None:
    """Another wish on such a topic changes neither."""
    other = replace(person, follows=person.follows ^ SENSITIVE, mutes=person.mutes ^ SENSITIVE)
    for bound in (least(rule, SENSITIVE), most(rule, SENSITIVE)):
        assert stands(bound, person) == stands(bound, other)
