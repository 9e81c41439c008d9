"""How the desk says things: the screen words of states, dates that a person reads, reasons in a sentence. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox.delivery import Counts

_ISSUE = {
    IssueState.PLANNED: "collecting",
    IssueState.COLLECTING: "collecting",
    IssueState.IN_REVIEW: "for review",
    IssueState.APPROVED: "going out",
    IssueState.SENDING: "going out",
    IssueState.SENT: "sent",
    IssueState.SKIPPED: "not sent",
    IssueState.CANCELLED: "not sent",
    IssueState.FAILED: "not sent",
}
_DELIVERY = {
    "planned": "waiting",
    "claimed": "on their way",
    "handing_over": "on their way",
    "accepted": "handed over",
    "failed": "refused",
    "suppressed": "left out",
    "in_doubt": "unclear",
}
_NO_MAIL = {
    "nothing_new": "nothing in this issue is new to this reader, so no mail is sent",
    "too_few": "fewer stories than the newsletter's minimum are new to this reader, so no mail is sent",
    "unsubscribed": "this person has left the newsletter or its lists",
    "unconfirmed": "this person never confirmed the subscription",
    "not_in_segment": "the rule of the segment does not describe this person",
    "erased": "this person was erased",
    "suppressed:bounced": "mail to this address comes back, so nothing is sent to it",
    "suppressed:complained": "this person complained, so nothing is sent to the address",
    "suppressed:forbidden": "this address must not be mailed",
    "suppressed:left": "this person has left everything",
}
_LEFT_OUT = {
    "shown_before": "this reader got it before",
    "muted": "this reader muted its topic",
    "not_readable": "in none of this reader's languages",
    "not_followed": "under no topic that this reader follows",
    "dropped": "dropped by an editor",
    "not_alive": "withdrawn, past, or under embargo",
    "no_room": "no room left",
    "too_few": "the digest stayed under the newsletter's minimum",
}


def issue_state(issue: Issue) -> str:
    """Give an issue's state in a screen word, with why where it was not sent."""
    word = _ISSUE[issue.state]
    why = issue.state_reason or ("cancelled" if issue.state is IssueState.CANCELLED else "")
    return f"{word} ({why})" if why else word


def issue_tone(issue: Issue) -> str:
    """Give the tone in which the desk shows a state: quiet | active | done | stopped."""
    if issue.paused_at is not None:
        return "stopped"
    tones = {"for review": "active", "going out": "active", "sent": "done", "not sent": "stopped"}
    return tones.get(_ISSUE[issue.state], "quiet")


def delivery_state(state: str) -> str:
    """Give a delivery's state in a screen word."""
    return _DELIVERY.get(state, state)


def counts_words(counts: Counts) -> list[tuple[str, int]]:
    """Give the counts of an issue in screen words, those that are nothing left out but the first."""
    rows = [
        ("handed over", counts.accepted),
        ("waiting", counts.planned),
        ("on their way", counts.in_flight),
        ("refused", counts.failed),
        ("left out", counts.suppressed),
        ("unclear", counts.in_doubt),
    ]
    return [(word, count) for word, count in rows if count or word == "handed over"]


def no_mail(why: str) -> str:
    """Say why a reader gets no mail."""
    return _NO_MAIL.get(why, why.replace("_", " "))


def left_out(why: str) -> str:
    """Say why a story is not in a reader's digest."""
    return _LEFT_OUT.get(why, why.replace("_", " "))


def plain_reason(reason: str) -> str:
    """Say a delivery's reason without underscores."""
    return reason.replace("_", " ").replace(":", ": ")


def moment(at: datetime, zone: str) -> str:
    """Give an instant as a person of a zone reads it: Monday 30 November 2026, 08:00."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), "EEEE d MMMM y, HH:mm", locale="en_GB")


def how_far(at: datetime, *, now: datetime) -> str:
    """Say how far off an instant is: in 6 days, in 3 hours, 2 days ago."""
    seconds = abs((at - now).total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            span = f"{count} {unit}" + ("s" if count > 1 else "")
            return f"in {span}" if at > now else f"{span} ago"
    return "now"
