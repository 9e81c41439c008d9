"""An event post as a calendar file (RFC 5545), with the zone that it happens in. Pure."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from newsletter.sources.post import EventDetails, Post


def calendar_file(post: Post, event: EventDetails, public_url: str) -> bytes:
    """Give the file. Its UID stays the same, so a second download replaces the first in a calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//newsletter//events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(post, event, urlsplit(public_url).hostname or "localhost"))
    calendar.add_missing_timezones()
    file: bytes = calendar.to_ical()
    return file


def _event(post: Post, details: EventDetails, host: str) -> Event:
    event = Event()
    event.add("uid", f"post-{post.id}@{host}")
    event.add("dtstamp", post.first_seen_at.astimezone(UTC))
    event.add("sequence", max(0, post.revision - 1))
    event.add("summary", post.title)
    start, end = _times(details)
    event.add("dtstart", start)
    if end is not None:
        event.add("dtend", end)
    if details.place:
        event.add("location", details.place)
    if post.url:
        event.add("url", post.url)
    words = [post.excerpt, details.livestream_url, post.url]
    event.add("description", "\n\n".join(dict.fromkeys(one for one in words if one)))
    return event


def _times(details: EventDetails) -> tuple[datetime | date, datetime | date | None]:
    zone = ZoneInfo(details.zone) if details.zone else UTC
    start = details.starts_at.astimezone(zone)
    end = details.ends_at.astimezone(zone) if details.ends_at else None
    if not details.all_day:
        return start, end
    # DTEND of whole days is the day after the last one (RFC 5545, section 3.6.1).
    return start.date(), max(start, end or start).date() + timedelta(days=1)
