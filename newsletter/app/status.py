"""How an issue stands, in numbers that add up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.segments import HeadCount, told_count
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.issues.slots import slot_instant
from newsletter.outbox import report_store
from newsletter.outbox.delivery import Counts

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStatus:
    """An issue, its deliveries by state, and why by state and reason."""

    issue: Issue
    zone: str  # that its slot is told in
    readers: HeadCount  # not told of a few who share a sensitive topic: then nothing of the numbers below is
    counts: Counts
    reasons: dict[tuple[str, str], int]


def find_issue(app: App, name: str) -> Issue:
    """Give an issue by id, `weekly/12`, or `weekly` for its newest."""
    with reading(app.engine) as db:
        return issue_store.issue_by_name(db, name)


def list_issues(app: App, *, limit: int) -> list[tuple[Issue, str]]:
    """List issues, newest first, each with the zone that its slot is told in."""
    with reading(app.engine) as db:
        listed = issue_store.list_issues(db, limit=limit)
        newsletters = {one: issue_store.newsletter_by_id(db, one) for one in {issue.newsletter_id for issue in listed}}
    return [(issue, _zone(issue, newsletters[issue.newsletter_id].recipe.zone)) for issue in listed]


def _zone(issue: Issue, zone: str) -> str:
    """Give the newsletter's zone, or what the slot's was where the newsletter has moved to another since."""
    # A slot is told to the minute; an issue that a person makes now stands at the very second.
    if abs(slot_instant(issue.slot, zone) - issue.slot_at) < _MINUTE:
        return zone
    ahead = datetime.fromisoformat(issue.slot) - issue.slot_at.astimezone(UTC).replace(tzinfo=None)
    return f"{timezone(round(ahead / _MINUTE) * _MINUTE)}"


def issue_status(app: App, name: str) -> IssueStatus:
    """Read an issue and its counts in one transaction."""
    with reading(app.engine) as db:
        issue = issue_store.issue_by_name(db, name)
        counts = report_store.counts_of(db, issue.id)
        return IssueStatus(
            issue=issue,
            zone=_zone(issue, issue_store.newsletter_by_id(db, issue.newsletter_id).recipe.zone),
            readers=readers_of(db, issue, counts.candidates),
            counts=counts,
            reasons=report_store.reasons_of(db, issue.id),
        )


def readers_of(db: Connection, issue: Issue, candidates: int) -> HeadCount:
    """Tell how many readers an issue has, where that can be told; before the planning there are none."""
    if not candidates and not issue.planned_at:
        return HeadCount(0, "0")
    newsletter = issue_store.newsletter_by_id(db, issue.newsletter_id)
    recipe = issue_store.frozen_of(db, issue.id).recipe if issue.approved_at else newsletter.recipe
    return told_count(db, recipe, candidates)
