"""The screen words of issues and deliveries (design section 2), said alike by the command line and the desk. Pure.

A person reads these and never the codes of the tables, which stay in JSON. Nothing heavy is imported here: commands
read it before they know what they do.
"""

from collections.abc import Mapping

from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox.delivery import Counts
from newsletter.outbox.reason_words import reason_words

_ISSUE: Mapping[str, str] = {
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
    "none": "no mail",
    "planned": "waiting",
    "claimed": "on the way",
    "handing_over": "on the way",
    "accepted": "handed over",
    "failed": "refused",
    "suppressed": "left out",
    "in_doubt": "unclear",
}


def issue_word(state: str) -> str:
    """Give an issue's state as people read it; what is no state stays as it is."""
    return _ISSUE.get(state, state)


def issue_why(issue: Issue) -> str:
    """Say why an issue stands as it does; empty where nothing has to be said."""
    ended = issue.state.value if issue.state in {IssueState.CANCELLED, IssueState.FAILED} else ""
    if ended and issue.state_reason:
        return f"{ended}: {issue.state_reason}"
    return ended or issue.state_reason


def delivery_word(state: str) -> str:
    """Give a delivery's state as people read it; it fits one and many."""
    return _DELIVERY.get(state, state)


def standing_words(standing: str) -> str:
    """Say how a person stands to a newsletter: that they get it, or why not."""
    return "gets it" if standing == "mailed" else f"no mail, {reason_words(standing)}"


def counts_words(counts: Counts) -> list[tuple[str, int]]:
    """Give the counts of an issue in screen words, those that are nothing left out but the first."""
    rows = [
        ("accepted", counts.accepted),
        ("planned", counts.planned),
        ("claimed", counts.in_flight),
        ("failed", counts.failed),
        ("suppressed", counts.suppressed),
        ("in_doubt", counts.in_doubt),
    ]
    return [(delivery_word(state), count) for state, count in rows if count or state == "accepted"]


def counted(count: int, one: str, many: str = "") -> str:
    """Say how many there are: 1 story, 2 stories. Without `many` an s is put behind the one."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
