"""When a delivery is due: pure. The reader's own hour with `local_time`, never before approval."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.issues.approve import BY_RULE
from newsletter.issues.duration import parse_duration
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Recipe
from newsletter.issues.slots import instant_of
from newsletter.outbox.rhythm import allowed_day

# The first zone reaches a wall time 26 hours before the last one does (UTC+14 to UTC-12).
ZONE_SPAN = timedelta(hours=26)


def planning_opens(*, slot_at: datetime, local_time: bool) -> datetime:
    """Tell when an issue's deliveries can be planned: when the first reader's may be due."""
    return slot_at - ZONE_SPAN if local_time else slot_at


def leaves_from(issue: Issue, recipe: Recipe, *, now: datetime) -> datetime:
    """Tell when an approved issue may leave by itself: until then a person's approval can be taken back."""
    approved_at = issue.approved_at or now
    by_itself = issue.approved_by == BY_RULE or not recipe.undo
    return approved_at if by_itself else approved_at + parse_duration(recipe.undo)


def due_at(*, slot: str, zone: str, hour: int | None, days: str, approved_at: datetime) -> datetime:
    """Give the instant of the slot's wall time in the reader's zone, at the reader's own hour if there is one.

    On a day that does not suit them it waits for the next that does. Where approval comes after that, it is due at
    approval if that day suits them, else at their hour of the next day that does.

    `slot` is the newsletter's local wall time ("2026-10-25T02:30"). A wall time that the reader's clocks skip moves on
    by the gap, one that comes twice is the first (as in issues/slots.py).
    """
    wall = datetime.fromisoformat(slot)
    if hour is not None:
        wall = datetime.combine(wall.date(), time(hour))
    theirs = ZoneInfo(zone)
    own = instant_of(datetime.combine(allowed_day(wall.date(), days), wall.time()), theirs)
    if own >= approved_at:
        return own
    approved_on = approved_at.astimezone(theirs).date()
    day = allowed_day(approved_on, days)
    return approved_at if day == approved_on else instant_of(datetime.combine(day, wall.time()), theirs)
