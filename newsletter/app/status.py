"""How an issue stands, in numbers that add up."""

from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.outbox import report_store
from newsletter.outbox.delivery import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStatus:
    """An issue, its deliveries by state, and why by state and reason."""

    issue: Issue
    counts: Counts
    reasons: dict[tuple[str, str], int]


def find_issue(app: App, name: str) -> Issue:
    """Give an issue by id, `weekly/12`, or `weekly` for its newest."""
    with reading(app.engine) as db:
        return issue_store.issue_by_name(db, name)


def issue_status(app: App, name: str) -> IssueStatus:
    """Read an issue and its counts in one transaction."""
    with reading(app.engine) as db:
        issue = issue_store.issue_by_name(db, name)
        return IssueStatus(
            issue=issue, counts=report_store.counts_of(db, issue.id), reasons=report_store.reasons_of(db, issue.id)
        )
