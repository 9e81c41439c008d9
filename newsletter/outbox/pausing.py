"""Pausing an issue because of a trouble that is nobody's but ours, and telling people once."""

from datetime import datetime

from sqlalchemy import Connection

from newsletter.base.ids import IssueId
from newsletter.issues import store as issue_store
from newsletter.outbox import alert_store


def pause_and_tell(db: Connection, issue_id: IssueId, words: str, *, now: datetime) -> None:
    """Let nothing more of an issue leave until a person resumes it. One that is paused or over stays as it is."""
    issue = issue_store.locked_issue(db, issue_id)
    if issue.state in issue_store.ENDS:
        return
    if issue.paused_at is None:
        issue_store.pause_issue(db, issue_id, reason=words, now=now)
    remedy = f"mend it, then: newsletter issue resume {issue.name}"
    alert_store.raise_alert(db, f"issue:{issue_id}", f"issue {issue.name} is paused: {words}", remedy=remedy, now=now)
