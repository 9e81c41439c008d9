"""Pausing, resuming, cancelling an issue and taking an approval back: acts on all that is not handed over yet."""

from newsletter.app.app import App
from newsletter.app.status import IssueStatus, find_issue, issue_status
from newsletter.db.engine import writing
from newsletter.issues import life
from newsletter.outbox import alert_store, lane_store
from newsletter.outbox.finish import leave_out_cancelled
from newsletter.outbox.undo import undo_approval


def pause_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """Let nothing more of an issue leave until it is resumed."""
    issue = life.pause(app.engine, find_issue(app, name).id, reason=f"by {by}", by=by, now=app.clock.now())
    return issue_status(app, str(issue.id))


def resume_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """Let a paused issue go on; lanes that wait for a provider may be tried at once."""
    issue = life.resume(app.engine, find_issue(app, name).id, by=by, now=app.clock.now())
    with writing(app.engine) as db:
        lane_store.free_all(db)
        alert_store.close_alert(db, f"issue:{issue.id}", now=app.clock.now())
    return issue_status(app, str(issue.id))


def cancel_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """End an issue: what was not handed over is left out. What is on its way right now still arrives."""
    issue = life.cancel(app.engine, find_issue(app, name).id, reason=f"by {by}", by=by, now=app.clock.now())
    with writing(app.engine) as db:
        for key in (f"issue:{issue.id}", f"approval:{issue.id}", f"doubt:{issue.id}"):
            alert_store.close_alert(db, key, now=app.clock.now())
    leave_out_cancelled(app.engine, app.clock)
    return issue_status(app, str(issue.id))


def undo_issue(app: App, name: str, *, by: str) -> IssueStatus:
    """Take an approval back, as long as nothing has left."""
    issue = find_issue(app, name)
    undo_approval(app.engine, issue, by=by, clock=app.clock)
    return issue_status(app, str(issue.id))
