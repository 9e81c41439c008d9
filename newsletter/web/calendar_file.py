"""An event, or a call's deadline, as a calendar file (RFC 5545), with the zone that it happens in. Pure."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vUri

from newsletter.rendering.dates import long_date, moment_when, told_day
from newsletter.rendering.strings import Strings
from newsletter.sources.post import CallDetails, EventDetails, Post


def has_entry(post: Post) -> bool:
    """Tell whether a post has a day for a calendar."""
    return post.event is not None or (post.call is not None and post.call.deadline is not None)


def calendar_file(post: Post, public_url: str, strings: Strings) -> bytes:
    """Give the file of a post that has an entry. Its UID stays, so a second download replaces the first."""
    calendar = Calendar()
    calendar.add("prodid", "-//newsletter//events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = _entry(post, urlsplit(public_url).hostname or "localhost")
    if post.event is not None:
        _tell_event(entry, post, post.event, strings)
    elif post.call is not None and post.call.deadline is not None:
        _tell_deadline(entry, post, post.call, post.call.deadline, strings)
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    file: bytes = calendar.to_ical()
    return file


def _entry(post: Post, host: str) -> Event:
    entry = Event()
    entry.add("uid", f"post-{post.id}@{host}")
    entry.add("dtstamp", post.first_seen_at.astimezone(UTC))
    entry.add("sequence", max(0, post.revision - 1))
    entry.add("summary", post.title)
    if post.url:
        entry.add("url", post.url)
    return entry


def _tell_event(entry: Event, post: Post, details: EventDetails, strings: Strings) -> None:
    start, end = _times(details)
    entry.add("dtstart", start)
    if end is not None:
        entry.add("dtend", end)
    if details.place:
        entry.add("location", details.place)
    if details.livestream_url:
        # Calendars show a button for it (RFC 7986, section 5.11).
        entry.add("conference", vUri(details.livestream_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    _describe(entry, _registration(details, strings), post.excerpt, details.livestream_url, post.url)


def _tell_deadline(entry: Event, post: Post, call: CallDetails, deadline: datetime, strings: Strings) -> None:
    zone, day = call.zone or "UTC", told_day(deadline, call.zone)
    in_words = long_date(day, strings.locale) if call.all_day else moment_when(deadline, strings.locale, zone)
    # An instant has no end (RFC 5545, section 3.6.1), a day is whole; neither makes anybody busy.
    entry.add("dtstart", day if call.all_day else deadline.astimezone(_clock(zone)))
    entry.add("transp", "TRANSPARENT")
    told = strings.text("Deadline: {date}", date=in_words)
    _describe(entry, told, post.excerpt, call.page_url, post.url)


def _registration(details: EventDetails, strings: Strings) -> str:
    if details.register_by is None:
        return ""
    day = told_day(details.register_by, details.zone)
    return strings.text("Register by {date}", date=long_date(day, strings.locale))


def _describe(entry: Event, *words: str) -> None:
    text = "\n\n".join(dict.fromkeys(one for one in words if one))
    if text:
        entry.add("description", text)


def _times(details: EventDetails) -> tuple[datetime | date, datetime | date | None]:
    zone = _clock(details.zone)
    start = details.starts_at.astimezone(zone)
    end = details.ends_at.astimezone(zone) if details.ends_at else None
    if not details.all_day:
        return start, end if end is None or end > start else None  # DTEND must lie after DTSTART
    # DTEND of whole days is the day after the last one (RFC 5545, section 3.6.1).
    return start.date(), max(start, end or start).date() + timedelta(days=1)


def _clock(zone: str) -> ZoneInfo:
    return ZoneInfo(zone or "UTC")
