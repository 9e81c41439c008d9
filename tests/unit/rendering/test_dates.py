"""Dates are written as people of the language write them, in the right zone."""

from datetime import UTC, date, datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.rendering.cards import card_maker
from newsletter.rendering.dates import (
    Tile,
    date_range,
    deadline_tile,
    event_tile,
    event_when,
    local_day,
    long_date,
    moment_when,
)
from newsletter.rendering.strings import Strings, load_strings
from newsletter.sources.post import EventDetails
from newsletter.sources.reading.parse_markdown import parse_markdown
from tests.unit.rendering.sample import PUBLIC_URL, environment, make_frozen, make_post, make_recipe


def words(language: str) -> Strings:
    return load_strings(environment(), language)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "23 November 2026"),
        ("en-US", "November 23, 2026"),
        ("de", "23. November 2026"),
        ("fr", "23 novembre 2026"),
        ("es", "23 de noviembre de 2026"),
        ("ar", "23 نوفمبر 2026"),
    ],
)
def test_a_day_is_written_in_full(language: str, expected: str) -> None:
    """Day, month in words, year."""
    assert long_date(date(2026, 11, 23), words(language).locale) == expected


@pytest.mark.parametrize(
    ("language", "first", "last", "expected"),
    [
        ("en", (2026, 11, 20), (2026, 11, 21), "20\u201321 November 2026"),
        ("en", (2026, 11, 30), (2026, 12, 2), "30 November \u2013 2 December 2026"),
        ("en", (2026, 12, 30), (2027, 1, 2), "30 December 2026 \u2013 2 January 2027"),
        ("de", (2026, 11, 20), (2026, 11, 21), "20.\u201321. November 2026"),
        ("fr", (2026, 11, 20), (2026, 11, 21), "20\u201321 novembre 2026"),
        ("en", (2026, 11, 20), (2026, 11, 20), "20 November 2026"),
        ("en", (2026, 11, 20), (2026, 11, 19), "20 November 2026"),
    ],
)
def test_a_range_names_what_is_the_same_once(
    language: str, first: tuple[int, int, int], last: tuple[int, int, int], expected: str
) -> None:
    """Month and year stand once where they do not change; an end before the start is left out."""
    assert " ".join(date_range(date(*first), date(*last), words(language).locale).split()) == expected


def event(**changes: object) -> EventDetails:
    values = {"starts_at": datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "zone": "Europe/Berlin"} | changes
    return EventDetails(**values)  # type: ignore[arg-type]  # a factory: the dataclass checks nothing more


def test_an_event_is_told_in_its_own_zone() -> None:
    """The hour is that of the place, and the place's city says so."""
    one = event(ends_at=datetime(2026, 11, 21, 1, 30, tzinfo=UTC))
    assert event_when(one, words("en").locale, "UTC") == "21 November 2026, 00:00\u201302:30 (Berlin)"
    assert event_when(one, words("it").locale, "UTC").endswith("(Berlino)")
    assert event_tile(one, words("en").locale, "UTC") == Tile("21", "Nov")


def test_an_event_of_days_tells_no_hour() -> None:
    """All-day events name days; the tile shows both ends within a month."""
    two = event(
        starts_at=datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
        ends_at=datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
        all_day=True,
    )
    assert event_when(two, words("en").locale, "UTC") == "20\u201321 November 2026"
    assert event_tile(two, words("en").locale, "UTC") == Tile("20\u201321", "Nov")


def test_an_unknown_zone_falls_back() -> None:
    """A zone that is none gives way to the newsletter's, then to UTC."""
    assert event_when(event(zone="Not/A zone"), words("en").locale, "Europe/Paris").endswith("00:00 (Paris)")
    assert event_when(event(zone=""), words("en").locale, "../etc").endswith("23:00 (UTC)")


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (16, "15 January 2027, 17:00 (Berlin)"),
        (23, "16 January 2027, 00:00 (Berlin)"),
        (0, "15 January 2027, 01:00 (Berlin)"),
    ],
)
def test_a_deadline_tells_its_hour_and_zone(hour: int, expected: str) -> None:
    """The hour counts where money is at stake, at midnight, too: a deadline of a day says so by itself (all_day)."""
    deadline = datetime(2027, 1, 15, hour, 0, tzinfo=UTC)
    assert moment_when(deadline, words("en").locale, "Europe/Berlin") == expected


def test_tiles_and_days_follow_the_zone() -> None:
    """The day of an instant is the zone's, not that of UTC."""
    late = datetime(2027, 1, 15, 23, 30, tzinfo=UTC)
    assert local_day(late, "Europe/Berlin") == date(2027, 1, 16)
    assert deadline_tile(local_day(late, "Europe/Berlin"), words("de").locale) == Tile("16", "Jan")


FRONT_MATTER = """---
title: Two days on data
event:
  start: 2026-11-20
  end: 2026-11-21
  register_by: 2026-11-01
call:
  deadline: 2027-01-15
---
Come and see.
"""


@pytest.mark.parametrize("told_in", ["", "America/Los_Angeles", "Asia/Tokyo"])
@settings(max_examples=12)
@example(zone="Pacific/Pago_Pago")
@example(zone="Pacific/Kiritimati")
@given(zone=st.sampled_from(sorted(available_timezones() - {"localtime"})))
def test_a_whole_day_is_the_same_day_in_every_zone(told_in: str, zone: str) -> None:
    """A day of the front matter, with a zone or without, is told as that day wherever the newsletter is at home."""
    text = FRONT_MATTER
    if told_in:
        text = text.replace("event:", f"event:\n  zone: {told_in}").replace("call:", f"call:\n  zone: {told_in}")
    found = parse_markdown(text.encode(), name="post.md")
    post = make_post(1, event=found.event, call=found.call)
    frozen = make_frozen((post,), recipe=make_recipe(zone=zone))
    card = card_maker(frozen, words("en"), PUBLIC_URL)(post)
    assert card.event is not None
    assert card.call is not None
    assert (card.event.tile, card.event.when) == (Tile("20\u201321", "Nov"), "20\u201321 November 2026")
    assert card.event.register_by == "Register by 1 November 2026"
    assert (card.call.tile, card.call.deadline) == (Tile("15", "Jan"), "Deadline: 15 January 2027")
