"""Reads the one event of an iCalendar file (RFC 5545). Of a series the next instance is not guessed: it gives none."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from newsletter.sources.cleaning.plain_text import plain_title
from newsletter.sources.details.instants import Told, times_of
from newsletter.sources.details.livestream import page_of_player
from newsletter.sources.details.places import LONGEST_PLACE
from newsletter.sources.details.zones import zone_of_place
from newsletter.sources.post import EventDetails

_LARGEST = 500_000  # bytes; one event is a few thousand
_REPEATED = ("RRULE", "RDATE")


def event_of_calendar(content: bytes) -> EventDetails | None:
    """Give the file's event; None if it holds none or several, a series, one called off, or cannot be read."""
    if len(content) > _LARGEST or b"BEGIN:VEVENT" not in content.upper():
        return None
    try:
        calendar = Calendar.from_ical(content)
        events = [event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event]
        return _event(events[0]) if len(events) == 1 else None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError, OSError):
        # What icalendar raises on files that break the rules (OSError: a zone's name is looked up as that of a file).
        return None


def _event(event: Any) -> EventDetails | None:
    if any(name in event for name in _REPEATED) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    place = plain_title(str(event.get("LOCATION", "")))[:LONGEST_PLACE]
    start, name = _told(event["DTSTART"])
    zone = name or zone_of_place(place)
    times = times_of(start, _end(event, start), zone)
    if times is None:
        return None
    return EventDetails(
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        all_day=times.all_day,
        zone=times.zone,
        place=place,
        livestream_url=page_of_player(str(event.get("URL", ""))),
    )


def _told(value: Any) -> tuple[Told, str]:
    """Give a DATE or DATE-TIME, and the IANA name of its zone."""
    moment: date | datetime = value.dt
    if not isinstance(moment, datetime):
        return Told(day=moment), ""
    name = _zone_name(str(value.params.get("TZID", "")))
    clock = ZoneInfo(name) if name else moment.tzinfo  # a VTIMEZONE of the file gives the clock of an unknown name
    return Told(day=moment.date(), hour=moment.time().replace(microsecond=0), clock=clock), name


def _zone_name(name: str) -> str:
    name = WINDOWS_TO_OLSON.get(name, name).lstrip("/")
    for candidate in (name, "/".join(name.split("/")[-2:])):  # "/citadel.org/20210210_1/Europe/Berlin"
        try:
            return ZoneInfo(candidate).key if candidate else ""
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ""


def _end(event: Any, start: Told) -> Told | None:
    if "DTEND" in event:
        end, _ = _told(event["DTEND"])
        # DTEND of whole days is the day after the last one (RFC 5545, section 3.6.1).
        return Told(day=max(start.day, end.day - timedelta(days=1))) if end.hour is None else end
    if "DURATION" not in event:
        return None
    length: timedelta = event["DURATION"].dt
    if start.hour is None:
        return Told(day=start.day + max(timedelta(0), length - timedelta(days=1)))
    # A duration of hours is exact; it is told on the clock of the start (RFC 5545, section 3.3.6).
    ends_at = datetime.combine(start.day, start.hour or time.min) + length
    return Told(day=ends_at.date(), hour=ends_at.time(), clock=start.clock)
