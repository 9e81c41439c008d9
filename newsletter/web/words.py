"""How the desk says things: an issue's state with its tone, dates that a person reads, why a story is out. Pure.

The words of states and reasons, which the command line says too, stand in newsletter.app.words.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from newsletter.app.words import counted, issue_why, issue_word
from newsletter.issues.issue import Issue

_LEFT_OUT = {
    "shown_before": "this reader got it before",
    "muted": "this reader muted its topic",
    "not_readable": "in none of this reader's languages",
    "not_followed": "under no topic that this reader follows",
    "dropped": "dropped by an editor",
    "not_alive": "withdrawn, past, or under embargo",
    "no_room": "no room left",
    "capped": "its source or topic had its share, and others filled the room",
    "too_few": "the digest stayed under the newsletter's minimum",
}


def issue_state(issue: Issue) -> str:
    """Give an issue's state in a screen word, with why where it was not sent."""
    word, why = issue_word(issue.state), issue_why(issue)
    return f"{word} ({why})" if why else word


def issue_tone(issue: Issue) -> str:
    """Give the tone in which the desk shows a state: quiet | active | done | stopped."""
    if issue.paused_at is not None:
        return "stopped"
    tones = {"for review": "active", "going out": "active", "sent": "done", "not sent": "stopped"}
    return tones.get(issue_word(issue.state), "quiet")


def left_out(why: str) -> str:
    """Say why a story is not in a reader's digest."""
    return _LEFT_OUT.get(why, why.replace("_", " "))


def moment(at: datetime, zone: str) -> str:
    """Give an instant as a person of a zone reads it: Monday 30 November 2026, 08:00."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), "EEEE d MMMM y, HH:mm", locale="en_GB")


def how_far(at: datetime, *, now: datetime) -> str:
    """Say how far off an instant is: in 6 days, in 3 hours, 2 days ago."""
    seconds = abs((at - now).total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            span = counted(count, unit)
            return f"in {span}" if at > now else f"{span} ago"
    return "now"
