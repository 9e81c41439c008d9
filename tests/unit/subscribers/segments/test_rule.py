"""The grammar of rules: what it takes, what it says of what it cannot take, and that printing loses nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import InvalidRule
from subscribers.segments.parse import missing_names, parse_rule
from subscribers.segments.rule import (
    AllOf,
    AnyOf,
    AttributeIs,
    Is,
    Not,
    Period,
    Reads,
    Rule,
    Stands,
    When,
    Wishes,
    rule_text,
)
from subscribers.segments.words import LONGEST_RULE
from tests.unit.subscribers.rules import RULES

GERMANY = Is("country", ("DE",))
FUNDING = Wishes("follow", ("funding",))


@given(RULES)
@settings(max_examples=150)
def test_a_rule_printed_and_parsed_again_is_the_same(rule: Rule) -> None:
    """No rule changes by being written down."""
    assert parse_rule(rule_text(rule)).rule == rule


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["country", "in", "is", "not", "and", "or", "(", ")", ",", '"', "DE", "list", "on", "2026"])
    ).map(" ".join)
)
@settings(max_examples=300)
def test_any_text_is_a_rule_or_told_what_is_wrong(text: str) -> None:
    """Nothing that somebody types ends in anything but a rule or an InvalidRule with a place inside the text."""
    fault = _fault(text)
    if fault is None:
        rule = parse_rule(text).rule
        assert parse_rule(rule_text(rule)).rule == rule
    else:
        assert 0 <= fault.position <= len(text)
        assert f"column {fault.position + 1}" in str(fault)


def _fault(text: str) -> InvalidRule | None:
    try:
        parse_rule(text)
    except InvalidRule as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "country in DE, AT and follows funding and joined before 2026",
            AllOf((Is("country", ("DE", "AT")), FUNDING, When("joined", "before", Period("2026")))),
        ),
        (
            'role is "policy maker" or role is researcher',
            AnyOf((Is("role", ("policy maker",)), Is("role", ("researcher",)))),
        ),
        ("country is de or country is not DE and follows funding", AnyOf((GERMANY, AllOf((Not(GERMANY), FUNDING))))),
        ("(country is de or follows FUNDING) and reads fr", AllOf((AnyOf((GERMANY, FUNDING)), Reads(("fr",))))),
        ("not mutes events", Not(Wishes("mute", ("events",)))),
        (
            "NOT (ON LIST press OR left list members)",
            Not(AnyOf((Stands("active", "press"), Stands("left", "members")))),
        ),
        ('attribute "Member type" is full', AttributeIs("Member type", ("full",))),
        ("confirmed on 2025-06-30", When("confirmed", "in", Period("2025-06-30"))),
        ("country in IN, NO", Is("country", ("IN", "NO"))),
        ("country is IN", Is("country", ("IN",))),
        ("domain is B\u00fccher.example", Is("domain", ("xn--bcher-kva.example",))),
        ("role is \u201cpolicy maker\u201d", Is("role", ("policy maker",))),
        ("country not in\n DE", Not(GERMANY)),
    ],
)
def test_a_rule_says_what_a_person_would_read(text: str, rule: Rule) -> None:
    """`and` binds before `or`, words count in any case, and a country may be called like a word of the grammar."""
    assert parse_rule(text).rule == rule


@pytest.mark.parametrize(
    ("text", "column", "expected", "meant"),
    [
        ("contry in DE", 1, "country", "country"),
        ("country is DE and joind before 2026", 19, "joined", "joined"),
        ("joined befor 2026", 8, "before", "before"),
        ("country = DE", 9, "is", "is"),
        ("joined < 2026", 8, "before", "before"),
        ("on press", 4, "list", ""),
        ("(country is DE", 15, ")", ""),
        ("country is DE)", 14, "and", ""),
        ("follows funding or", 19, "country", ""),
        ('role is "x', 9, '"', ""),
        ("role is policy maker", 16, "or", ""),
        ("country is DE && follows x", 15, "and", "and"),
        ("role is not", 12, "a value", ""),
        ("country is", 11, "a value", ""),
        ("", 1, "country", ""),
    ],
)
def test_a_fault_says_where_what_was_expected_and_what_may_be_meant(
    text: str, column: int, expected: str, meant: str
) -> None:
    """The message has the column, the words that could stand there, and the nearest known one."""
    with pytest.raises(InvalidRule, match=f"^column {column}: ") as caught:
        parse_rule(text)
    assert expected in caught.value.expected
    assert caught.value.meant == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("country is Germany", "column 12: country: 'Germany' is no country of two letters"),
        ("frequency is daily", "column 14: frequency: 'daily' is none of every, weekly, monthly"),
        ("joined before 2026-13", "column 15: .* is no date"),
        ("joined in 9999", "column 11: .* is no date"),
        ("follows a;b", "column 9: .* is no short name of a topic"),
        ("domain is a_b", "column 11: "),
        ("(" * 30 + "has name" + ")" * 30, "flatter"),
        ("not " * 300 + "has name", "flatter"),
        ("country in " + ", ".join(["DE"] * 301), "several segments"),
        ("has name or " * 300 + "has name", str(LONGEST_RULE)),
        ("role is a\x00b", "control character"),
        ("role is '\ud800'", "control character"),
    ],
)
def test_a_value_that_no_profile_can_hold_is_a_fault(text: str, words: str) -> None:
    """Values are read as profiles read them; what would be too much for a database is refused here."""
    with pytest.raises(InvalidRule, match=words):
        parse_rule(text)


def test_what_a_rule_names_and_is_not_there_is_told_with_its_place() -> None:
    """Lists and topics that are missing are faults, each with its column and what may have been meant."""
    parsed = parse_rule("follows fundng, events and not on list pres")
    faults = missing_names(parsed, ("members", "press"), ("funding", "events"))
    assert [str(one) for one in faults] == [
        "column 9: there is no topic \"fundng\"; is it 'funding'?",
        "column 40: there is no list \"pres\"; is it 'press'?",
    ]
    assert missing_names(parsed, ("pres",), ("fundng", "events")) == []
