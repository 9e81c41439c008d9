"""Decides how long an answer stays good, and how long a server asks for patience. Pure: `now` is an argument.

The one rule: what a server says may keep us away for a day at most, so no slip of its operator switches its source off.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
_NONE = timedelta()


def fresh_for(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Tell how long an answer needs no other request (RFC 9111, section 4.2); None where it does not say.

    We keep it for ourselves alone, so s-maxage, which speaks to shared caches, does not concern us.
    """
    directives = list(_directives(headers.get("cache-control", "")))
    names = {name for name, _ in directives}
    if names & {"no-cache", "no-store"}:
        return _NONE
    ages = [_seconds(value) for name, value in directives if name == "max-age"]
    if ages:
        return _within(min(age or _NONE for age in ages) - (_seconds(headers.get("age", "")) or _NONE))
    if "expires" not in headers:
        return None
    end, sent = _date(headers["expires"]), _date(headers.get("date", "")) or now
    return _within(end - sent) if end else _NONE  # "0" and other dates that are none: it has passed (section 5.3)


def retry_after(text: str, *, now: datetime, sent: str = "") -> timedelta | None:
    """Read Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); None where it says nothing usable.

    `sent` is the Date header: a date counts from the server's own clock, which may be wrong in both.
    """
    wait = _seconds(text)
    if wait is None and (at := _date(text)):
        wait = at - (_date(sent) or now)
    return _within(wait) if wait and wait > _NONE else None


def _within(span: timedelta) -> timedelta:
    return min(max(span, _NONE), LONGEST)


def _directives(text: str) -> Iterator[tuple[str, str]]:
    """Cut Cache-Control into names and values; a comma within quotation marks stands in no directive that we read."""
    for part in text.split(","):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')


def _seconds(text: str) -> timedelta | None:
    text = text.strip()
    is_number = text.isascii() and text.isdigit()
    if not is_number:
        return None
    return timedelta(seconds=int(text)) if len(text) <= 9 else LONGEST  # a longer number is more than a lifetime


def _date(text: str) -> datetime | None:
    """Read a date as HTTP writes it (RFC 9110, section 5.6.7)."""
    try:
        at = parsedate_to_datetime(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
