"""How issues and their counts read, as JSON and as words (design section 2: screen words)."""

from typing import TYPE_CHECKING, Any

from newsletter.app.words import counted, counts_words, delivery_word, issue_why, issue_word, reason_words

if TYPE_CHECKING:
    from newsletter.app.status import IssueStatus
    from newsletter.issues.issue import Issue


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
    """Give an issue with its counts; they add up to the candidates."""
    counts = status.counts
    return {
        **issue_json(status.issue),
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


def issue_line(issue: "Issue") -> str:
    """Give an issue in one line."""
    why = issue_why(issue)
    paused = f", paused ({issue.paused_reason})" if issue.paused_at else ""
    return f"{issue.name} for {issue.slot}: {issue_word(issue.state)}{f' ({why})' if why else ''}{paused}"


def status_words(status: "IssueStatus") -> str:
    """Give counts in the words of the screens, with the reasons under them."""
    counts = status.counts
    lines = [issue_line(status.issue), f"  {_counts_line(status)}"]
    lines += [
        f"    {count} {delivery_word(state)}: {reason_words(reason)}"
        for (state, reason), count in status.reasons.items()
    ]
    if counts.in_doubt:
        lines.append(f"  The unclear ones may have arrived: newsletter reconcile {status.issue.name}")
    if status.issue.paused_at:
        lines.append(f"  To go on: newsletter issue resume {status.issue.name}")
    return "\n".join(lines)


def _counts_line(status: "IssueStatus") -> str:
    counts = status.counts
    if not counts.candidates:
        return "no reader is planned"
    told = ", ".join(f"{count} {words}" for words, count in counts_words(counts) if count)
    return f"{counted(counts.candidates, 'reader')}: {told}"
