"""Pausing, resuming and cancelling an issue: acts on everything that is not handed over yet."""

from newsletter.app.app import App
from newsletter.app.status import IssueStatus, find_issue, issue_status
from newsletter.base.errors import NotAllowedNow
from newsletter.db import audit
from newsletter.db.engine import writing
from newsletter.issues import store as issue_store
from newsletter.issues.issue import ARROWS, IssueState
from newsletter.outbox import alert_store, lane_store, store

_PORTION = 2000  # rows a write transaction


def pause_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """Let nothing more of an issue leave until it is resumed."""
    issue = find_issue(app, name)
    if not ARROWS[issue.state]:
        raise NotAllowedNow(f"issue {issue.name} is {issue.state.value}: there is nothing left to pause")
    with writing(app.engine) as db:
        issue_store.pause_issue(db, issue.id, reason=f"by {by}", now=app.clock.now())
        audit.record(db, at=app.clock.now(), who=by, act="issue.pause", subject=f"issue:{issue.id}")
    return issue_status(app, str(issue.id))


def resume_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """Let a paused issue go on; lanes that wait for a provider may be tried at once."""
    issue = find_issue(app, name)
    if issue.paused_at is None:
        raise NotAllowedNow(f"issue {issue.name} is not paused")
    with writing(app.engine) as db:
        issue_store.unpause_issue(db, issue.id)
        lane_store.free_all(db)
        alert_store.close_alert(db, f"issue:{issue.id}", now=app.clock.now())
        audit.record(db, at=app.clock.now(), who=by, act="issue.resume", subject=f"issue:{issue.id}")
    return issue_status(app, str(issue.id))


def cancel_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """End an issue: what was not handed over is left out. What is on its way right now still arrives."""
    issue = find_issue(app, name)
    if IssueState.CANCELLED not in ARROWS[issue.state]:
        raise NotAllowedNow(f"issue {issue.name} is {issue.state.value} and cannot be cancelled any more")
    now = app.clock.now()
    with writing(app.engine) as db:
        issue_store.move_issue(db, issue.id, issue.state, IssueState.CANCELLED, now=now, reason=f"by {by}")
        for key in (f"issue:{issue.id}", f"approval:{issue.id}"):
            alert_store.close_alert(db, key, now=now)
        audit.record(db, at=now, who=by, act="issue.cancel", subject=f"issue:{issue.id}")
    while True:
        with writing(app.engine) as db:
            if not store.suppress_issue(db, issue.id, "cancelled", now=now, limit=_PORTION):
                break
    return issue_status(app, str(issue.id))
