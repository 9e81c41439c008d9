"""The SQL of issues that go out: which may be sent now, and a person's word that one should."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from newsletter.base.ids import IssueId
from newsletter.issues.issue import IssueState
from newsletter.issues.tables import issues


def sendable_issues(db: Connection) -> list[IssueId]:
    """Give the issues whose deliveries may leave now: going out, and not paused."""
    going_out = (issues.c.state == IssueState.SENDING, issues.c.paused_at.is_(None))
    return [IssueId(row.id) for row in db.execute(select(issues.c.id).where(*going_out))]


def cancelled_since(db: Connection, since: datetime) -> list[IssueId]:
    """Give the issues that were cancelled since then: a sender may still put deliveries back to them."""
    ended = (issues.c.state == IssueState.CANCELLED, issues.c.finished_at >= since)
    return [IssueId(row.id) for row in db.execute(select(issues.c.id).where(*ended))]


def issues_before(db: Connection, issue_id: IssueId, *, since: datetime) -> list[IssueId]:
    """Give the other issues of an issue's newsletter that went out, or may have, since then."""
    newsletter = select(issues.c.newsletter_id).where(issues.c.id == issue_id).scalar_subquery()
    others = (issues.c.newsletter_id == newsletter, issues.c.id != issue_id, issues.c.approved_at.is_not(None))
    recent = or_(issues.c.finished_at.is_(None), issues.c.finished_at >= since)
    return [IssueId(row.id) for row in db.execute(select(issues.c.id).where(*others, recent))]


def let_go(db: Connection, issue_id: IssueId, *, at: datetime) -> None:
    """Note that a person said: now. The first word counts."""
    db.execute(update(issues).where(issues.c.id == issue_id, issues.c.go_at.is_(None)).values(go_at=at))
