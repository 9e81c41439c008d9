"""How often and on which days: by the calendar of the reader's own zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.outbox.rhythm import allowed_day, is_paused, period_start

ZONES = st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns"])
MOMENTS = st.integers(0, 15 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@given(ZONES, MOMENTS)
def test_a_week_begins_on_monday_at_midnight_there(zone: str, now: datetime) -> None:
    """The week's start lies in the past seven days (and an hour of changed clocks), on a Monday, at 0:00."""
    start = period_start("weekly", zone, now)
    assert start is not None
    there = start.astimezone(ZoneInfo(zone))
    assert (there.weekday(), there.hour, there.minute) == (0, 0, 0)
    assert timedelta(0) <= now - start <= timedelta(days=7, hours=1)


@given(ZONES, MOMENTS)
def test_a_month_begins_on_its_first_there(zone: str, now: datetime) -> None:
    """The month is that of the reader's calendar."""
    start = period_start("monthly", zone, now)
    assert start is not None
    there, today = start.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    assert (there.year, there.month, there.day, there.hour) == (today.year, today.month, 1, 0)


def test_every_issue_has_no_period() -> None:
    """Who wants everything is never told to wait."""
    assert period_start("every", "UTC", datetime(2026, 11, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("now", "paused"),
    [
        (datetime(2027, 1, 6, 10, 59, tzinfo=UTC), True),  # the 6th, 23:59 in Auckland
        (datetime(2027, 1, 6, 11, 0, tzinfo=UTC), False),
    ],
)
def test_a_pause_ends_on_the_morning_of_its_day(now: datetime, *, paused: bool) -> None:
    """The day is the reader's own."""
    assert is_paused("2027-01-07", "Pacific/Auckland", now) is paused
    assert not is_paused("", "Pacific/Auckland", now)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sets(st.sampled_from(DAYS), min_size=1))
def test_the_next_day_that_suits_is_within_a_week(day: date, wanted: set[str]) -> None:
    """It is the first from that day on, and it is one of those wanted."""
    found = allowed_day(day, ";".join(wanted))
    assert day <= found < day + timedelta(days=7)
    assert DAYS[found.weekday()] in wanted
    assert not any(DAYS[(day + timedelta(days=n)).weekday()] in wanted for n in range((found - day).days))


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_without_days_any_day_does(day: date) -> None:
    """Nothing said is nothing forbidden."""
    assert allowed_day(day, "") == day
