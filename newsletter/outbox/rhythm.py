"""How often somebody wants a newsletter, by the calendar of their own zone: pure.

At most one issue an ISO week or a month; a pause ends on the morning of its day. What is not sent for it is no story
lost: the next digest holds whatever is still alive and was not shown.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Not strftime: its names are those of the process's locale.
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def period_start(frequency: str, zone: str, now: datetime) -> datetime | None:
    """Give when the present week or month of a reader began; None for one who wants every issue."""
    today = now.astimezone(ZoneInfo(zone)).date()
    match frequency:
        case "weekly":
            first = today - timedelta(days=today.weekday())
        case "monthly":
            first = today.replace(day=1)
        case _:
            return None
    return datetime.combine(first, time(0), ZoneInfo(zone))


def is_paused(paused_until: str, zone: str, now: datetime) -> bool:
    """Tell whether somebody's pause goes on; it ends when that day begins in their zone."""
    return bool(paused_until) and now.astimezone(ZoneInfo(zone)).date() < date.fromisoformat(paused_until)


def allowed_day(day: date, days: str) -> date:
    """Give the first day from this one on that suits a reader ("mon;thu"); empty: any day does."""
    wanted = set(days.split(";")) & set(_DAYS) or set(_DAYS)
    return next(one for one in (day + timedelta(days=ahead) for ahead in range(7)) if _DAYS[one.weekday()] in wanted)
