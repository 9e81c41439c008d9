"""Reads ISO 8601 dates of structured data: a day stays a day, and an hour without a zone takes that of its place."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from newsletter.sources.details.dates_in_text import FIRST_YEAR, LAST_YEAR
from newsletter.sources.post import EventDetails

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T\s]\s?(\d{1,2}):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_NIGHT = time(23, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A moment as written: a day, and perhaps an hour, and perhaps a zone."""

    day: date
    hour: time | None = None
    clock: tzinfo | None = None

    def at(self, zone: str) -> datetime:
        """Give the instant; `zone` counts where none was written, and UTC where that is unknown."""
        clock = self.clock or (ZoneInfo(zone) if zone else UTC)
        return datetime.combine(self.day, self.hour or time.min, tzinfo=clock)


def told_moment(text: object) -> Told | None:
    """Read an ISO date or date-time; None for anything else, and for years that are mistakes."""
    found = _ISO.fullmatch(text.strip()[:40]) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        hour = time(int(found[4]), int(found[5]), int(found[6] or 0)) if found[4] else None
        clock = _offset(found[7]) if found[7] else None
    except ValueError:
        return None
    return Told(day=day, hour=hour, clock=clock) if FIRST_YEAR <= day.year <= LAST_YEAR else None


def times_of(start: Told, end: Told | None, zone: str) -> EventDetails | None:
    """Give an event of these times; None if it ends before it starts.

    Midnight to midnight, or to the day's last minute, is how calendars write whole days. An end at midnight with a zone
    is the end of the day before; without one it is a field for days that some program filled with zeros.
    """
    is_day = start.hour is None or (start.hour == time.min and (end is None or _is_edge(end)))
    if not is_day and start.clock is None and not zone:
        is_day = True  # an hour without a zone would mislead
    if is_day:
        return _days(start, end, zone)
    starts_at = start.at(zone)
    ends_at = None
    if end is not None:
        ends_at = end.at(zone) if end.hour else datetime.combine(end.day, _NIGHT, tzinfo=end.clock or starts_at.tzinfo)
    if ends_at is not None and ends_at < starts_at:
        return None
    return EventDetails(
        starts_at=starts_at, ends_at=ends_at if ends_at != starts_at else None, zone=_zone_name(start, zone)
    )


def _days(start: Told, end: Told | None, zone: str) -> EventDetails | None:
    last = end.day if end else start.day
    if end is not None and end.hour == time.min and end.clock is not None and last > start.day:
        last -= timedelta(days=1)
    if last < start.day:
        return None
    clock = ZoneInfo(zone or "UTC")
    return EventDetails(
        starts_at=datetime.combine(start.day, time.min, tzinfo=clock),
        ends_at=datetime.combine(last, time.min, tzinfo=clock) if last > start.day else None,
        all_day=True,
        zone=zone or "UTC",
    )


def _is_edge(end: Told) -> bool:
    return end.hour is None or end.hour == time.min or end.hour.replace(second=0) == _NIGHT


def _zone_name(start: Told, zone: str) -> str:
    """Give the place's zone where the offset that was written is that zone's, or is UTC's, which programs store."""
    if not zone or start.clock is None:
        return zone
    written = start.at(zone).utcoffset()
    return zone if written in {timedelta(0), start.at(zone).astimezone(ZoneInfo(zone)).utcoffset()} else ""


def _offset(text: str) -> tzinfo:
    offset = datetime.fromisoformat(f"2000-01-01T00:00:00{text.upper()}").tzinfo
    return offset or UTC
