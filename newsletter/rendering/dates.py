"""Dates as people write them in their language: `20-21 November 2026`, `15 January 2027, 17:00 (Berlin)`."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location

from newsletter.sources.post import EventDetails

_DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class Tile:
    """The date block of an event or a deadline: `20` or `20-21`, `Nov`."""

    day: str
    month: str


def long_date(day: date, locale: Locale) -> str:
    """Write a day in full: 23 November 2026."""
    return format_date(day, "long", locale=locale)


def date_range(first: date, last: date, locale: Locale) -> str:
    """Write the days from first to last, naming month and year once where they are the same."""
    if last <= first:
        return long_date(first, locale)
    differ = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    patterns = locale.interval_formats.get("yMMMd", {}).get(differ)
    if not patterns or len(patterns) != 2:
        return f"{long_date(first, locale)} {_DASH} {long_date(last, locale)}"
    # CLDR has intervals with short months only; the long month fits the same places.
    begin, end = (pattern.replace("MMM", "MMMM").replace("MMMMM", "MMMM") for pattern in patterns)
    return format_date(first, begin, locale=locale) + format_date(last, end, locale=locale)


def event_when(event: EventDetails, locale: Locale, fallback_zone: str) -> str:
    """Write when an event takes place, in its own zone, which is named by its city when an hour is told."""
    first, last = _event_days(event, fallback_zone)
    days = date_range(first, last, locale)
    if event.all_day:
        return days
    zone = _zone(event.zone) or _zone(fallback_zone) or ZoneInfo("UTC")
    starts = event.starts_at.astimezone(zone)
    ends = event.ends_at.astimezone(zone) if event.ends_at else None
    hours = _hour(starts, locale)
    if ends and ends.date() == starts.date() and ends > starts:
        hours += f"{_DASH}{_hour(ends, locale)}"
    return f"{days}, {hours} ({_city(zone, locale)})"


def event_tile(event: EventDetails, locale: Locale, fallback_zone: str) -> Tile:
    """Give the date block of an event."""
    first, last = _event_days(event, fallback_zone)
    same_month = first < last and (first.year, first.month) == (last.year, last.month)
    return Tile(f"{first.day}{_DASH}{last.day}" if same_month else str(first.day), _month(first, locale))


def moment_when(moment: datetime, locale: Locale, zone_name: str) -> str:
    """Write a moment with its hour and the zone that the hour is told in; midnight is an hour that was told, too."""
    zone = _zone(zone_name) or ZoneInfo("UTC")
    at = moment.astimezone(zone)
    return f"{long_date(at.date(), locale)}, {_hour(at, locale)} ({_city(zone, locale)})"


def deadline_tile(day: date, locale: Locale) -> Tile:
    """Give the date block of a deadline's day."""
    return Tile(str(day.day), _month(day, locale))


def local_day(at: datetime, zone_name: str) -> date:
    """Give the calendar day of an instant in a zone."""
    return at.astimezone(_zone(zone_name) or ZoneInfo("UTC")).date()


def told_day(at: datetime, zone_name: str) -> date:
    """Give the day that an instant of a whole day stands for: in the zone that it was told in, else as it was written.

    It is moved to no other zone: who told a day and no zone meant that day, wherever it is read.
    """
    zone = _zone(zone_name)
    return at.astimezone(zone).date() if zone else at.date()


def _event_days(event: EventDetails, fallback_zone: str) -> tuple[date, date]:
    """Give the first and the last day of an event."""
    ends_at = event.ends_at or event.starts_at
    if event.all_day:
        return told_day(event.starts_at, event.zone), told_day(ends_at, event.zone)
    zone = event.zone if _zone(event.zone) else fallback_zone
    return local_day(event.starts_at, zone), local_day(ends_at, zone)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of the database
        return None


def _hour(at: datetime, locale: Locale) -> str:
    return format_time(at.time(), "short", locale=locale)


def _month(day: date, locale: Locale) -> str:
    return format_date(day, "LLL", locale=locale).rstrip(".")


def _city(zone: ZoneInfo, locale: Locale) -> str:
    return get_timezone_location(zone.key, locale=locale, return_city=True).rpartition("/")[2]
