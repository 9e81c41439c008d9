"""Moves issues on when their hour has come: to review at the cutoff, to approved by themselves, or held with a word."""

from datetime import datetime

from newsletter.app.app import App
from newsletter.app.content import approve_issue
from newsletter.base.errors import NotAllowedNow, StaleState
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue, IssueState
from newsletter.issues.life import Step, next_step
from newsletter.outbox import alert_store


def advance_issues(app: App) -> int:
    """Take every step that is due; gives how many were taken."""
    with reading(app.engine) as db:
        unapproved = issue_store.issues_unapproved(db)
        recipes = {issue.id: issue_store.newsletter_by_id(db, issue.newsletter_id).recipe for issue in unapproved}
    taken = 0
    for issue in unapproved:
        step = next_step(issue, recipes[issue.id], now=app.clock.now())
        try:
            taken += _take(app, issue, step, now=app.clock.now())
        except StaleState:
            get_log("app").info("issue.moved_by_another", issue=issue.name)
    return taken


def _take(app: App, issue: Issue, step: Step, *, now: datetime) -> int:
    match step:
        case Step.WAIT:
            return 0
        case Step.REVIEW:
            with writing(app.engine) as db:
                issue_store.move_issue(db, issue.id, issue.state, IssueState.IN_REVIEW, now=now)
            return 1
        case Step.APPROVE:
            return _approve_or_skip(app, issue, now=now)
        case Step.HOLD:
            return _hold(app, issue, now=now)


def _approve_or_skip(app: App, issue: Issue, *, now: datetime) -> int:
    """Approve by the recipe's rule; an issue with nothing to say is skipped, and no mail leaves."""
    try:
        approve_issue(app, issue, by="the newsletter's own rule")
    except NotAllowedNow as error:
        with writing(app.engine) as db:
            issue_store.move_issue(db, issue.id, issue.state, IssueState.SKIPPED, now=now, reason=str(error))
        get_log("app").info("issue.skipped", issue=issue.name, reason=str(error))
    return 1


def _hold(app: App, issue: Issue, *, now: datetime) -> int:
    """Tell people once that an issue waits for approval past its time."""
    key = f"approval:{issue.id}"
    with writing(app.engine) as db:
        if any(alert.key == key for alert in alert_store.open_alerts(db)):
            return 0
        alert_store.raise_alert(
            db,
            key,
            f"issue {issue.name} was due to be approved by {issue.approve_by:%Y-%m-%d %H:%M} UTC and waits",
            remedy=f"newsletter issue preview {issue.name}, then: newsletter issue approve {issue.name}",
            now=now,
        )
    return 1
