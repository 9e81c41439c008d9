"""Takes an approval back, as long as nothing of the issue was tried: then nobody has got anything.

The issue is paused first: from then on nobody plans or claims, and what was planned is taken out in portions. Killed
between two of them it is a paused issue, and the same call goes on.
"""

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import NotAllowedNow
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.issues import life
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox import alert_store, forget_store

_APPROVED = frozenset({IssueState.APPROVED, IssueState.SENDING})
_PORTION = 2000  # rows a write transaction


def undo_approval(engine: Engine, issue: Issue, *, by: str, clock: Clock) -> None:
    """Let an issue wait for review again.

    NotAllowedNow where some of it has left; it stays paused then, because whoever calls this wants it to stop. It stays
    paused, too, where the clock would approve it again.
    """
    if issue.state not in _APPROVED:
        raise NotAllowedNow(f"issue {issue.name} is not going out: there is no approval to take back")
    if issue.paused_at is None:
        life.pause(engine, issue.id, reason=f"{by} takes the approval back", by=by, now=clock.now())
    with reading(engine) as db:
        _need_nothing_begun(db, issue)
    more = True
    while more:
        with writing(engine) as db:
            more = bool(forget_store.forget_untried(db, issue.id, limit=_PORTION))
    with writing(engine) as db:
        issue_store.locked_issue(db, issue.id)
        _need_nothing_begun(db, issue)
        issue_store.forget_approval(db, issue.id, now=clock.now())
        if not _approves_by_itself(db, issue):
            issue_store.unpause_issue(db, issue.id)
        audit.record(db, at=clock.now(), who=by, act="issue.undo", subject=f"issue:{issue.id}")
        alert_store.close_alert(db, f"issue:{issue.id}", now=clock.now())


def _approves_by_itself(db: Connection, issue: Issue) -> bool:
    recipe = issue_store.newsletter_by_id(db, issue.newsletter_id).recipe
    return issue.scheduled and (recipe.approval == "auto" or recipe.if_not_approved == "send")


def _need_nothing_begun(db: Connection, issue: Issue) -> None:
    if forget_store.is_begun(db, issue.id):
        raise NotAllowedNow(
            f"some of issue {issue.name} has left already, or is leaving now, so its approval stands. It is paused: no "
            f"more of it leaves. To end it: newsletter issue cancel {issue.name}; to let it go on: newsletter issue "
            f"resume {issue.name}"
        )
