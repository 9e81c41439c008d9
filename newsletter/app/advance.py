"""Moves issues on when their hour has come: to review at the cutoff, to approved by themselves, or held with a word."""

from newsletter.app.app import App
from newsletter.app.content import approve_issue
from newsletter.app.linting import CannotGoOut, lint_issue, need_no_errors
from newsletter.base.errors import NotAllowedNow, NothingToSay, StaleState
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import life
from newsletter.issues import store as issue_store
from newsletter.issues.approve import BY_RULE
from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox import alert_store


def advance_issues(app: App) -> int:
    """Take every step that is due; gives how many were taken."""
    now = app.clock.now()
    moved = life.advance_issues(app.engine, app.clock)
    approved = sum(_approve_or_skip(app, issue) for issue in life.awaiting_approval(app.engine, now=now))
    return moved + approved + _remind(app)


def _approve_or_skip(app: App, issue: Issue) -> int:
    """Approve by the recipe's rule; an issue with nothing to say is skipped, and no mail leaves."""
    try:
        need_no_errors(lint_issue(app, issue), issue)
        approve_issue(app, issue, by=BY_RULE)
    except CannotGoOut as error:
        with writing(app.engine) as db:
            remedy = f"newsletter issue lint {issue.name}"
            alert_store.raise_alert(db, _key(issue), str(error), remedy=remedy, now=app.clock.now())
        return 0
    except NothingToSay as error:
        try:
            life.skip(app.engine, issue.id, reason=str(error), by=BY_RULE, now=app.clock.now())
        except (NotAllowedNow, StaleState):
            return 0  # a person moved it meanwhile
        get_log("app").info("issue.skipped", issue=issue.name, reason=str(error))
    except (NotAllowedNow, StaleState):
        return 0  # another process approved it, or a person edited it: the next run looks again
    return 1


def _remind(app: App) -> int:
    """Tell people, once each, of issues that wait for an approval whose time is over."""
    now = app.clock.now()
    with reading(app.engine) as db:
        late = [one for one in issue_store.list_issues(db, states={IssueState.IN_REVIEW}) if one.approve_by <= now]
        told = {alert.key for alert in alert_store.open_alerts(db)}
    untold = [issue for issue in late if _key(issue) not in told and issue.paused_at is None]
    for issue in untold:
        words = f"issue {issue.name} waits for approval since {issue.approve_by:%Y-%m-%d %H:%M} UTC"
        remedy = f"newsletter issue preview {issue.name}, then: newsletter issue approve {issue.name}"
        with writing(app.engine) as db:
            alert_store.raise_alert(db, _key(issue), words, remedy=remedy, now=now)
    return len(untold)


def _key(issue: Issue) -> str:
    return f"approval:{issue.id}"
