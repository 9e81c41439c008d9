"""Slots: real cron meaning on the wall clock of every zone, through every change of the clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.issues.slots import (
    checked_schedule,
    checked_zone,
    first_slots,
    is_on_schedule,
    skip_days,
    slots_between,
)

ZONES = sorted(available_timezones())


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=25, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    start=st.dates(date(2015, 1, 1), date(2035, 1, 1)),
)
def test_a_daily_schedule_has_one_slot_on_each_local_day(zone: str, hour: int, minute: int, start: date) -> None:
    """In every zone and year: each day once, never two slots of the same wall time, instants always later."""
    place = ZoneInfo(zone)
    begin = datetime(start.year, start.month, start.day, tzinfo=place)
    end = begin + timedelta(days=366)
    slots = slots_between(f"{minute} {hour} * * *", zone, after=begin - timedelta(microseconds=1), until=end)
    days = [slot.wall[:10] for slot in slots if slot.wall[:10] < end.date().isoformat()]
    assert days == [(start + timedelta(days=n)).isoformat() for n in range(366)]
    assert len({slot.wall for slot in slots}) == len(slots)
    assert all(earlier.at < later.at for earlier, later in pairwise(slots))


def changes_of(zone: str, year: int) -> list[datetime]:
    """Find where the zone's clocks change in a year: the first noon of UTC with the new offset."""
    noons = [utc(f"{year}-01-01T12:00") + timedelta(days=n) for n in range(366)]
    offsets = [noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons]
    return [noon for noon, before, after in zip(noons[1:], offsets, offsets[1:], strict=False) if before != after]


def test_no_day_is_lost_or_doubled_at_any_change_of_any_zone() -> None:
    """All IANA zones, all changes of 2026: each day around it has one slot, at whatever hour near the change."""
    changes: dict[object, tuple[str, datetime]] = {}  # zones whose clocks change alike are tried once
    for zone in ZONES:
        for noon in changes_of(zone, 2026):
            hours = [(noon - timedelta(hours=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(25)]
            changes[noon, *hours] = zone, noon
    assert len(changes) > 30
    for zone, noon in changes.values():
        begin = noon.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0) - timedelta(days=3)
        for time in ("15 0", "0 1", "30 1", "30 2", "45 23"):
            slots = slots_between(f"{time} * * *", zone, after=begin, until=begin + timedelta(days=5))
            days = [date.fromisoformat(slot.wall[:10]) for slot in slots]
            assert days == [begin.date() + timedelta(days=n) for n in range(5)], zone
            assert all(earlier.at < later.at for earlier, later in pairwise(slots)), zone


@pytest.mark.parametrize(
    ("schedule", "zone", "wall", "at"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30"),  # no such time: moved on by the gap
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),  # twice: the first
        ("30 1 * * *", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("30 0 * * *", "Africa/Cairo", "2026-04-24T00:30", "2026-04-23T22:30"),
        ("0 9 * * 0", "UTC", "2026-11-22T09:00", "2026-11-22T09:00"),  # 0 is Sunday
        ("0 9 1 * mon", "UTC", "2026-12-01T09:00", "2026-12-01T09:00"),  # a day of the month or a weekday
    ],
)
def test_known_traps_of_other_schedulers(schedule: str, zone: str, wall: str, at: str) -> None:
    """The cases in which others skip a day, fire twice or take Sunday for Monday."""
    slots = slots_between(schedule, zone, after=utc(at) - timedelta(hours=12), until=utc(at) + timedelta(hours=12))
    assert [(slot.wall, slot.at) for slot in slots] == [(wall, utc(at))]


def test_a_time_moved_out_of_the_gap_never_meets_another() -> None:
    """Every half hour around the gap: instants stay half an hour apart, and the true wall time keeps its name."""
    slots = slots_between("*/30 * * * *", "Europe/Berlin", after=utc("2026-03-28T23:59"), until=utc("2026-03-29T03:00"))
    assert [(b.at - a.at) for a, b in pairwise(slots)] == [timedelta(minutes=30)] * 6
    assert [slot.wall[11:] for slot in slots] == ["01:00", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00"]


def test_a_day_that_a_zone_left_out_has_no_slot_of_its_own() -> None:
    """Samoa had no 30 December 2011: the slot of the 31st comes once."""
    slots = slots_between("0 8 * * *", "Pacific/Apia", after=utc("2011-12-28T00:00"), until=utc("2012-01-01T12:00"))
    assert [slot.wall[:10] for slot in slots] == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]


@settings(max_examples=25, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    schedule=st.sampled_from(["0 8 * * *", "30 2 * * sun", "0 */6 * * *", "15 0 1 * *", "0 8 * * sat"]),
    shift=st.sampled_from(["none", "next_workday"]),
    cuts=st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=4),
)
def test_windows_join_without_loss_or_double(zone: str, schedule: str, shift: str, cuts: list[int]) -> None:
    """However time is cut into windows, together they give the slots of the whole."""
    begin = utc("2026-09-20T00:00")
    edges = [begin, *sorted(begin + timedelta(minutes=cut) for cut in cuts), begin + timedelta(days=61)]
    parts = [
        slot
        for after, until in pairwise(edges)
        for slot in slots_between(schedule, zone, after=after, until=until, shift=shift)
    ]
    assert parts == slots_between(schedule, zone, after=edges[0], until=edges[-1], shift=shift)


def test_the_window_is_open_at_its_begin_and_closed_at_its_end() -> None:
    """A slot belongs to the window that ends with it."""
    at = utc("2026-11-23T07:00")
    day = timedelta(days=1)
    assert [slot.at for slot in slots_between("0 8 * * mon", "Europe/Berlin", after=at - day, until=at)] == [at]
    assert slots_between("0 8 * * mon", "Europe/Berlin", after=at, until=at + day) == []


def test_without_a_schedule_nothing_is_due() -> None:
    """A newsletter that is made only by hand has no slots."""
    assert slots_between("", "UTC", after=utc("2020-01-01"), until=utc("2030-01-01")) == []
    assert first_slots("", "UTC", after=utc("2020-01-01"), count=3) == []


def test_skipped_days_have_no_slot() -> None:
    """Every day of a skipped span, first and last included, is without an issue."""
    skip = ["2026-12-21/2027-01-03", "2027-01-05"]
    slots = slots_between("0 8 * * *", "UTC", after=utc("2026-12-19"), until=utc("2027-01-07"), skip=skip)
    assert [slot.wall[:10] for slot in slots] == ["2026-12-19", "2026-12-20", "2027-01-04", "2027-01-06"]


def test_a_weekend_moves_to_monday_and_meets_only_itself() -> None:
    """With next_workday, Saturday and Sunday come on the Monday, and a daily schedule has each workday once."""
    begin, end = utc("2026-11-19T12:00"), utc("2026-11-24T12:00")
    daily = slots_between("0 8 * * *", "UTC", after=begin, until=end, shift="next_workday")
    assert [slot.wall[:10] for slot in daily] == ["2026-11-20", "2026-11-23", "2026-11-24"]
    saturday = slots_between("0 8 * * sat", "UTC", after=begin, until=end, shift="next_workday")
    assert [slot.wall for slot in saturday] == ["2026-11-23T08:00"]


def test_skip_counts_for_the_day_the_issue_would_come() -> None:
    """A weekend moved to a skipped Monday has no issue; a skipped weekend whose Monday is free has one."""

    def sundays(*skip: str) -> int:
        window = (utc("2026-11-19"), utc("2026-11-26"))
        found = slots_between("0 8 * * sun", "UTC", after=window[0], until=window[1], skip=skip, shift="next_workday")
        return len(found)

    assert (sundays("2026-11-23"), sundays("2026-11-22"), sundays()) == (0, 1, 1)


@pytest.mark.parametrize(("schedule", "years"), [("0 8 29 2 *", 4), ("0 0 1 1 *", 1), ("0 8 * * mon", 0)])
def test_next_slots_are_found_however_rare(schedule: str, years: int) -> None:
    """Three slots are given even for a leap day."""
    found = first_slots(schedule, "Europe/Berlin", after=utc("2026-11-23"), count=3)
    assert len(found) == 3
    assert found[-1].at.year >= 2026 + 2 * years


@pytest.mark.parametrize(
    "schedule", ["0 8 * * mon", "*/15 8-18 * * 1-5", "0 8 L * *", "0 8 * * MON#1", "", "  0 8 * *  * "]
)
def test_cron_as_people_write_it_is_accepted(schedule: str) -> None:
    """Five fields with names, lists, steps, L and # are schedules."""
    assert checked_schedule(schedule) == " ".join(schedule.split())


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("0 8 * *", "five fields"),
        ("0 0 8 * * mon", "five fields"),
        ("@weekly", "five fields"),
        ("61 8 * * mon", "bad minute"),
        ("0 8 * * funday", "bad day-of-week"),
        ("0 8 31 2 *", "bad day-of-month"),
    ],
)
def test_what_is_no_schedule_is_told_in_words(schedule: str, words: str) -> None:
    """A wrong expression is refused with the field that is wrong."""
    with pytest.raises(ValueError, match=words):
        checked_schedule(schedule)


def test_a_wrong_zone_is_refused_with_the_nearest_name() -> None:
    """A misspelt zone is an error at once, never a silent UTC."""
    assert checked_zone("Europe/Berlin") == "Europe/Berlin"
    with pytest.raises(ValueError, match=r"did you mean Europe/Berlin\?"):
        checked_zone("Europe/Berln")
    for wrong in ("", "../etc/passwd", "xyzzy", "+02:00"):
        with pytest.raises(ValueError, match="there is no zone"):
            checked_zone(wrong)


@pytest.mark.parametrize("text", ["", "2026-13-01", "christmas", "2026-12-21/", "/2026-12-21", "2026-12-24/2026-12-21"])
def test_wrong_skip_days_are_refused(text: str) -> None:
    """A date that is none, or a span that ends before it begins, is an error."""
    with pytest.raises(ValueError, match=r"no date|ends before"):
        skip_days(text)


def test_a_minute_is_on_the_schedule_or_not() -> None:
    """Seconds do not matter; the wall clock alone does."""
    assert is_on_schedule("0 8 * * mon", datetime(2026, 11, 23, 8, 0, 40))  # noqa: DTZ001 - wall time
    assert not is_on_schedule("0 8 * * mon", datetime(2026, 11, 23, 8, 1))  # noqa: DTZ001 - wall time
    assert not is_on_schedule("", datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 - wall time
