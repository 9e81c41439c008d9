"""The SQL of issues that go out: which may be sent now, and a person's word that one should."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from newsletter.base.ids import IssueId, NewsletterId
from newsletter.issues.issue import IssueState
from newsletter.issues.tables import issues

_LEAVING = (IssueState.SENDING, IssueState.SENT)


def sendable_issues(db: Connection) -> list[IssueId]:
    """Give the issues whose deliveries may leave now: going out, or a welcome to somebody, and not paused."""
    going_out = or_(issues.c.state == IssueState.SENDING, issues.c.welcomed_at.is_not(None))
    found = select(issues.c.id).where(going_out, issues.c.state.in_(_LEAVING), issues.c.paused_at.is_(None))
    return [IssueId(row.id) for row in db.execute(found)]


def newest_for_welcome(db: Connection, newsletter_id: NewsletterId, *, since: datetime) -> IssueId | None:
    """Give the newest issue of a newsletter that has gone out, or is going out; None where the last is older."""
    newest = (
        select(issues.c.id)
        .where(
            issues.c.newsletter_id == newsletter_id,
            issues.c.state.in_(_LEAVING),
            issues.c.kind != "letter",  # an announcement of its day, or a correction
            issues.c.paused_at.is_(None),
            issues.c.slot_at >= since,
        )
        .order_by(issues.c.slot_at.desc(), issues.c.id.desc())
        .limit(1)
    )
    row = db.execute(newest).first()
    return None if row is None else IssueId(row.id)


def open_for_welcome(db: Connection, issue_id: IssueId, *, now: datetime) -> None:
    """Let deliveries of an issue that was sent leave again, for somebody new."""
    db.execute(update(issues).where(issues.c.id == issue_id).values(welcomed_at=now))


def welcoming(db: Connection) -> list[tuple[IssueId, datetime]]:
    """Give the sent issues that are open for a welcome, and since when."""
    is_open = (issues.c.welcomed_at.is_not(None), issues.c.state == IssueState.SENT)
    rows = db.execute(select(issues.c.id, issues.c.welcomed_at).where(*is_open))
    return [(IssueId(row.id), row.welcomed_at) for row in rows]


def close_welcome(db: Connection, issue_id: IssueId, *, opened: datetime) -> None:
    """Note that no welcome is left, unless one was planned since."""
    mine = (issues.c.id == issue_id, issues.c.welcomed_at == opened)
    db.execute(update(issues).where(*mine).values(welcomed_at=None))


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


def last_issues(db: Connection, issue_id: IssueId, count: int) -> list[IssueId]:
    """Give the last issues of the same newsletter that went out before this one; fewer where there are fewer."""
    this = select(issues.c.newsletter_id, issues.c.slot_at).where(issues.c.id == issue_id).subquery()
    before = (issues.c.newsletter_id == this.c.newsletter_id, issues.c.slot_at < this.c.slot_at)
    out = (issues.c.id != issue_id, issues.c.finished_at.is_not(None), issues.c.approved_at.is_not(None))
    query = select(issues.c.id).where(*before, *out).order_by(issues.c.slot_at.desc(), issues.c.id.desc()).limit(count)
    return [IssueId(row.id) for row in db.execute(query)]


def let_go(db: Connection, issue_id: IssueId, *, at: datetime) -> None:
    """Note that a person said: now. The first word counts."""
    db.execute(update(issues).where(issues.c.id == issue_id, issues.c.go_at.is_(None)).values(go_at=at))
