"""The form of the preference page, read without a page: what is taken, what stays, what is refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.web.preferences_form import Offered, Read, as_form, read_preferences, with_typed
from subscribers.subscriber import Subscriber
from tests.conftest import NOW

TODAY = date(2026, 11, 23)
PERSON = Subscriber(
    id=1,
    address="a@x.example",
    address_key="a@x.example",
    address_hash="h",
    domain="x.example",
    name="",
    language="de",
    reading_languages=("de", "fr"),
    zone="Europe/Berlin",
    hour=7,
    days="mon;thu",
    frequency="weekly",
    paused_until="",
    length="short",
    plain_text=True,
    role="",
    country="",
    attributes={},
    created_at=NOW,
    updated_at=NOW,
)
OFFERED = Offered(
    wishes=["topic:funding"],
    languages={"de", "en"},
    reading={"de", "en", "fr"},
    newsletters=["weekly"],
    lists=["members"],
)
FIELDS = (
    *("language", "zone", "hour", "frequency", "length", "plain_text", "pause", "paused_until", "scope", "days"),
    *("day:mon", "reading:1", "reading:2", "reading:x", "topic:funding", "leave:weekly", "leave-list:members"),
)


def read(form: dict[str, str], person: Subscriber = PERSON) -> Read:
    return read_preferences(form, OFFERED, person, today=TODAY)


def test_nothing_sent_is_nothing_changed() -> None:
    """An empty form says nothing."""
    found = read({})
    assert (found.choices.values, found.choices.wishes, found.faults, found.everywhere) == ({}, {}, {}, False)


def test_what_is_kept_reads_back_as_it_is() -> None:
    """The form as the page shows it changes no value."""
    found = read({**as_form(PERSON, {"topic:funding": "mute"}), "days": "sent"})
    assert found.faults == {}
    assert found.choices.wishes == {"topic:funding": "mute"}
    values: dict[str, Any] = {
        **found.choices.values,
        "reading_languages": tuple(found.choices.values["reading_languages"].split(";")),
    }
    assert replace(PERSON, **values) == PERSON


@pytest.mark.parametrize(
    ("form", "until"),
    [
        ({"pause": "none"}, ""),
        ({"pause": "1"}, "2026-11-30"),
        ({"pause": "8"}, "2027-01-18"),
        ({"pause": "until", "paused_until": "2026-12-24"}, "2026-12-24"),
        ({"pause": "none", "paused_until": "2026-12-24"}, "2026-12-24"),
        ({"paused_until": "2026-12-24"}, "2026-12-24"),
    ],
)
def test_a_pause_is_read(form: dict[str, str], until: str) -> None:
    """Weeks count from the reader's today; a day that was typed counts though the choice was not touched."""
    found = read(form)
    assert found.faults == {}
    assert found.choices.values["paused_until"] == until


def test_a_pause_that_goes_on_ends_by_a_word() -> None:
    """The day of a pause stands in its field: choosing no pause, or some weeks, still counts."""
    paused = replace(PERSON, paused_until="2026-12-24")
    ended = read({"pause": "none", "paused_until": "2026-12-24"}, paused)
    assert ended.choices.values["paused_until"] == ""
    longer = read({"pause": "4", "paused_until": "2026-12-24"}, paused)
    assert longer.choices.values["paused_until"] == "2026-12-21"
    assert "paused_until" not in read({"pause": "until", "paused_until": "2026-12-24"}, paused).choices.values


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"pause": "until", "paused_until": ""}, "paused_until"),
        ({"pause": "until", "paused_until": "2026-11-23"}, "paused_until"),
        ({"pause": "until", "paused_until": "2028-01-01"}, "paused_until"),
        ({"pause": "until", "paused_until": "soon"}, "paused_until"),
        ({"pause": "4", "paused_until": "2026-12-24"}, "pause"),
        ({"pause": "3"}, "pause"),
        ({"hour": "24"}, "hour"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"frequency": "hourly"}, "frequency"),
        ({"length": "endless"}, "length"),
        ({"plain_text": "perhaps"}, "plain_text"),
        ({"language": "fr"}, "language"),
        ({"reading:1": "de", "reading:2": "tlh"}, "reading:2"),
        ({"topic:funding": "love"}, "topic:funding"),
        ({"scope": "the world"}, "scope"),
    ],
)
def test_what_cannot_be_taken_is_a_fault_of_its_field(form: dict[str, str], field: str) -> None:
    """Each fault is told at the field that has it, and at no other."""
    assert list(read(form).faults) == [field]


def test_reading_languages_keep_their_order() -> None:
    """Gaps close, and a language chosen twice counts once; ten fields are in the order of their numbers."""
    form = {"reading:10": "en", "reading:2": "fr", "reading:1": "", "reading:3": "fr", "reading:4": "de"}
    assert read(form).choices.values["reading_languages"] == "fr;de;en"


def test_boxes_that_came_back_empty_stay_empty() -> None:
    """A box that was cleared is cleared in the form that comes back with a fault."""
    kept = as_form(PERSON, {})
    assert "day:mon" in with_typed(kept, {"hour": "99"})
    assert "day:mon" not in with_typed(kept, {"hour": "99", "days": "sent", "day:thu": "yes"})


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=12) | st.sampled_from(["until", "yes", "de", "4"])))
def test_any_form_is_read(form: dict[str, str]) -> None:
    """Whatever is posted, it is read or told as a fault of a field; what is offered by name alone is taken."""
    found = read(form)
    assert set(found.faults) <= set(FIELDS)
    assert set(found.leaving) <= {"weekly"}
