"""How issues and their counts read, as JSON and as words (design section 2: screen words)."""

from typing import TYPE_CHECKING, Any

from newsletter.app.words import counted, counts_words, delivery_word, issue_why, issue_word
from newsletter.outbox.reason_words import reason_words

if TYPE_CHECKING:
    from newsletter.app.status import IssueStatus
    from newsletter.issues.issue import Issue


_COUNTS = ("candidates", "planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt")


def issue_json(issue: "Issue", *, posts: int | None = None) -> dict[str, Any]:
    """Give an issue as the command line promises it."""
    result: dict[str, Any] = {
        "issue": issue.id,
        "name": issue.name,
        "newsletter": issue.newsletter_slug,
        "slot": issue.slot,
        "kind": issue.kind,
        "state": issue.state.value,
        "reason": issue.state_reason,
        "paused": issue.paused_reason if issue.paused_at else "",
    }
    if posts is not None:
        result["posts"] = posts
    return result


def status_json(status: "IssueStatus") -> dict[str, Any]:
    """Give an issue with its counts; they add up to the candidates. All are null where they are not to be told."""
    told = {**issue_json(status.issue), "zone": status.zone, "readers": status.readers.words}
    if status.readers.number is None:
        return {**told, **dict.fromkeys(_COUNTS), "reasons": None}
    counts = status.counts
    return {
        **told,
        "candidates": counts.candidates,
        "planned": counts.planned,
        "in_flight": counts.in_flight,
        "accepted": counts.accepted,
        "failed": counts.failed,
        "suppressed": counts.suppressed,
        "in_doubt": counts.in_doubt,
        "reasons": [
            {"state": state, "reason": reason, "count": count} for (state, reason), count in status.reasons.items()
        ],
    }


def issue_line(issue: "Issue", zone: str = "") -> str:
    """Give an issue in one line, with the zone of its slot where it is known."""
    why = issue_why(issue)
    paused = f", paused ({issue.paused_reason})" if issue.paused_at else ""
    slot = f"{issue.slot} {zone}".rstrip()
    return f"{issue.name} for {slot}: {issue_word(issue.state)}{f' ({why})' if why else ''}{paused}"


def status_words(status: "IssueStatus") -> str:
    """Give counts in the words of the screens, with the reasons under them."""
    counts = status.counts
    lines = [issue_line(status.issue, status.zone), f"  {_counts_line(status)}"]
    lines += [
        f"    {count} {delivery_word(state)}: {reason_words(reason)}"
        for (state, reason), count in (status.reasons.items() if status.readers.number is not None else ())
    ]
    if counts.in_doubt:
        lines.append(f"  The unclear ones may have arrived: newsletter reconcile {status.issue.name}")
    if status.issue.paused_at:
        lines.append(f"  To go on: newsletter issue resume {status.issue.name}")
    return "\n".join(lines)


def _counts_line(status: "IssueStatus") -> str:
    counts = status.counts
    if status.readers.number is None:
        return f"{status.readers.words} readers: more is not told of so few who share a sensitive topic"
    if not counts.candidates:
        return "no reader is planned"
    told = ", ".join(f"{count} {words}" for words, count in counts_words(counts) if count)
    return f"{counted(counts.candidates, 'reader')}: {told}"
