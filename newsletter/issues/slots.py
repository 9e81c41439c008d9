"""Finds the slots of a schedule: cron on the local wall clock, then placed in the zone. Pure: no clock inside.

A wall time that the clocks skip moves on by the gap; one that they repeat counts the first time (RFC 5545, section
3.3.5, says the same of local times). So a daily schedule has one slot on each day, never two and never none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

# How far a wall time may lie from its instant seen locally: zones have left out a day; a weekend's shift is two more.
_REACH = timedelta(hours=26)
_WEEKEND = timedelta(days=2)
_ANY_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time: naive on purpose


@dataclass(frozen=True, slots=True)
class Slot:
    """One local wall-clock time at which a newsletter is due, and the instant that it means."""

    wall: str  # "2026-10-25T02:30"
    at: datetime  # UTC


def slots_between(
    schedule: str, zone: str, *, after: datetime, until: datetime, skip: Sequence[str] = (), shift: str = "none"
) -> list[Slot]:
    """Give the slots later than `after` and not later than `until`, by instant.

    `shift` moves Saturdays and Sundays to the Monday; `skip` then leaves out days. No two slots share an instant.
    """
    if not schedule:
        return []
    place = ZoneInfo(zone)
    skipped = [skip_days(text) for text in skip]
    found: dict[datetime, Slot] = {}
    last = _wall_clock(until, place) + _REACH
    for nominal in CronSim(schedule, _wall_clock(after, place) - _REACH - _WEEKEND):
        if nominal > last:
            break
        wall = _next_workday(nominal) if shift == "next_workday" else nominal
        at = instant_of(wall, place)
        if not after < at <= until or any(first <= wall.date() <= end for first, end in skipped):
            continue
        if at not in found or _wall_clock(at, place) == wall:  # a time of its own wins over one moved out of the gap
            found[at] = Slot(wall_text(wall), at)
    return [found[at] for at in sorted(found)]


def first_slots(
    schedule: str, zone: str, *, after: datetime, count: int, skip: Sequence[str] = (), shift: str = "none"
) -> list[Slot]:
    """Give the next slots after an instant; fewer only where the schedule has no more within some thirty years."""
    found: list[Slot] = []
    for days in (1, 8, 62, 366, 8 * 366, 32 * 366):
        found = slots_between(schedule, zone, after=after, until=after + timedelta(days=days), skip=skip, shift=shift)[
            :count
        ]
        if len(found) == count or not schedule:
            break
    return found


def is_on_schedule(schedule: str, wall: datetime) -> bool:
    """Tell whether the schedule names this wall-clock minute."""
    minute = wall.replace(second=0, microsecond=0, tzinfo=None)
    return bool(schedule) and next(CronSim(schedule, minute - timedelta(seconds=1)), None) == minute


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Place a naive wall time in its zone: fold=0 is the first of two, and in a gap the offset before it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def slot_instant(wall: str, zone: str) -> datetime:
    """Give the instant that a slot's text means in a zone."""
    return instant_of(datetime.fromisoformat(wall), ZoneInfo(zone))


def wall_text(wall: datetime) -> str:
    """Write a wall time as slots are written: to the minute, to the second only where there are seconds."""
    return wall.replace(tzinfo=None).isoformat(timespec="seconds" if wall.second else "minutes")


def checked_schedule(schedule: str) -> str:
    """Give a cron expression back; ValueError in words where it is none or never comes true."""
    if not schedule.strip():
        return ""
    words = 'it is written like "0 8 * * mon": minute, hour, day of the month, month, day of the week'
    if len(schedule.split()) != 5:
        raise ValueError(f"a schedule has five fields; {words}")
    try:
        first = next(CronSim(schedule, _ANY_DAY), None)
    except CronSimError as error:
        raise ValueError(f"no schedule: {str(error)[:1].lower()}{str(error)[1:]}; {words}") from error
    if first is None:
        raise ValueError("this schedule never comes true: there is no such day")
    return " ".join(schedule.split())


def checked_zone(zone: str) -> str:
    """Give an IANA zone's name back; ValueError with the nearest name where there is no such zone."""
    if zone in _zones():
        return zone
    near = get_close_matches(zone, _zones(), n=1)
    hint = f"; did you mean {near[0]}?" if near else '; write a name like "Europe/Berlin"'
    raise ValueError(f"there is no zone {zone!r}{hint}")


def skip_days(text: str) -> tuple[date, date]:
    """Read days without an issue: "2026-12-24", or first and last day "2026-12-21/2027-01-03"."""
    first_text, _, last_text = text.partition("/")
    try:
        first = date.fromisoformat(first_text.strip())
        last = date.fromisoformat((last_text if "/" in text else first_text).strip())
    except ValueError as error:
        raise ValueError(f'{text!r} is no date; write "2026-12-24" or "2026-12-21/2027-01-03"') from error
    if last < first:
        raise ValueError(f"{text!r} ends before it begins")
    return first, last


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _next_workday(wall: datetime) -> datetime:
    return wall + timedelta(days=max(0, 7 - wall.weekday()) if wall.weekday() >= 5 else 0)
