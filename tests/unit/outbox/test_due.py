"""When a delivery is due: the reader's own hour, never before approval, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.outbox.due import ZONE_SPAN, due_at, planning_opens
from newsletter.outbox.rhythm import allowed_day
from subscribers.wishes.profile import DAYS

_ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
_WALLS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001 - wall times
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@given(wall=_WALLS, zone=_ZONES, hour=st.none() | st.integers(0, 23))
def test_it_is_the_readers_wall_time(wall: datetime, zone: str, hour: int | None) -> None:
    """On the slot's day the reader's clock shows the slot's time, or their hour; where it skips that, soon after."""
    due = due_at(slot=wall.isoformat(timespec="minutes"), zone=zone, hour=hour, days="", approved_at=_LONG_AGO)
    shown = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    meant = wall if hour is None else wall.replace(hour=hour, minute=0)
    # A gap moves it on by the gap: an hour, half an hour, or the day that a place skipped at the date line.
    assert timedelta(0) <= shown - meant <= timedelta(days=1)
    if shown != meant:
        assert (
            meant.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            != meant
        )


@given(wall=_WALLS, zone=_ZONES, hour=st.none() | st.integers(0, 23), ahead=st.integers(-5, 5))
def test_never_before_approval(wall: datetime, zone: str, hour: int | None, ahead: int) -> None:
    """Whoever's hour has passed gets it at approval; everybody else at their hour."""
    slot = wall.isoformat(timespec="minutes")
    own = due_at(slot=slot, zone=zone, hour=hour, days="", approved_at=_LONG_AGO)
    approved = own + timedelta(hours=ahead)
    assert due_at(slot=slot, zone=zone, hour=hour, days="", approved_at=approved) == max(own, approved)


@given(
    wall=_WALLS,
    zone=_ZONES,
    hour=st.none() | st.integers(0, 23),
    days=st.lists(st.sampled_from(DAYS), unique=True),
    ahead=st.integers(0, 24 * 16),
)
def test_a_late_approval_waits_for_a_day_that_suits(
    wall: datetime, zone: str, hour: int | None, days: list[str], ahead: int
) -> None:
    """Approved whenever, it is due on an allowed day of theirs, not before approval, and on the first such day."""
    slot, chosen = wall.isoformat(timespec="minutes"), ";".join(days)
    own = due_at(slot=slot, zone=zone, hour=hour, days=chosen, approved_at=_LONG_AGO)
    approved = own + timedelta(hours=ahead)
    due = due_at(slot=slot, zone=zone, hour=hour, days=chosen, approved_at=approved)
    approved_on, due_on = (at.astimezone(ZoneInfo(zone)).date() for at in (approved, due))
    first = allowed_day(approved_on, chosen)
    assert due >= approved
    # A wall time that the clocks skip moves on by the gap: just after midnight that may be the next day.
    assert first <= due_on <= first + timedelta(days=1)
    shown = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if first == approved_on:
        assert due == approved
    else:
        assert shown.time() == (wall.time() if hour is None else time(hour)) or _is_skipped(first, wall, hour, zone)


def _is_skipped(day: date, wall: datetime, hour: int | None, zone: str) -> bool:
    """Whether the clocks of a zone never show this time on this day."""
    meant = datetime.combine(day, wall.time() if hour is None else time(hour))
    back = meant.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None) != meant


@given(wall=_WALLS, home=_ZONES, theirs=_ZONES)
def test_planning_opens_before_the_first_reader_is_due(wall: datetime, home: str, theirs: str) -> None:
    """No zone's wall time comes before planning opens."""
    slot = wall.isoformat(timespec="minutes")
    slot_at = due_at(slot=slot, zone=home, hour=None, days="", approved_at=_LONG_AGO)
    due = due_at(slot=slot, zone=theirs, hour=None, days="", approved_at=_LONG_AGO)
    assert due >= planning_opens(slot_at=slot_at, local_time=True) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("slot", "zone", "expected"),
    [
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),  # comes twice: the first
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30"),  # skipped: on by the gap, 03:30
        ("2026-11-23T08:00", "Pacific/Kiritimati", "2026-11-22T18:00"),
        ("2026-11-23T08:00", "Asia/Kathmandu", "2026-11-23T02:15"),
    ],
)
def test_examples(slot: str, zone: str, expected: str) -> None:
    """Changes of the clocks and odd zones."""
    found = due_at(slot=slot, zone=zone, hour=None, days="", approved_at=_LONG_AGO)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_without_local_time_planning_opens_at_the_slot() -> None:
    """One instant for all."""
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert planning_opens(slot_at=at, local_time=False) == at
    assert planning_opens(slot_at=at, local_time=True) == at - ZONE_SPAN


def test_a_day_that_does_not_suit_waits_for_the_next() -> None:
    """A Monday's issue comes on Thursday, at the reader's own hour, to one who wants mail on Thursdays and Sundays."""
    found = due_at(slot="2026-11-23T08:00", zone="Europe/Berlin", hour=18, days="thu;sun", approved_at=_LONG_AGO)
    assert found.astimezone(ZoneInfo("Europe/Berlin")) == datetime(2026, 11, 26, 18, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        ("2026-11-26T20:00", "2026-11-26T20:00"),  # Thursday evening: their hour has passed, the day suits
        ("2026-11-27T09:00", "2026-11-29T18:00"),  # Friday: on Sunday, at their hour
        ("2026-11-30T09:00", "2026-12-03T18:00"),  # after Sunday: on Thursday
    ],
)
def test_approved_late_it_waits_for_the_next_day_that_suits(approved: str, expected: str) -> None:
    """A Monday's issue, Thursdays and Sundays at 18:00: a late approval is no reason to mail on a Friday."""
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime.fromisoformat(approved).replace(tzinfo=berlin)
    found = due_at(slot="2026-11-23T08:00", zone="Europe/Berlin", hour=18, days="thu;sun", approved_at=at)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=berlin)
