"""Ending issues: when nothing is left to do and nothing is unclear, and leaving out what was cancelled.

It asks whether there is any before it counts how many: an issue may have a million deliveries.
"""

from datetime import timedelta

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import StaleState
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox import alert_store, report_store, store
from newsletter.outbox.reason_words import reason_words

_SUPPRESS_SIZE = 2000  # rows a write transaction
_UNDECIDED = ("planned", "claimed", "handing_over")
_CANCELLED_LOOK_BACK = timedelta(days=2)


def finish_issues(engine: Engine, clock: Clock) -> int:
    """End the issues of which nothing is left to do, and nothing is unclear. Gives how many."""
    leave_out_cancelled(engine, clock)
    _close_welcomes(engine)
    with reading(engine) as db:
        planned = [issue for issue in issue_store.issues_sending(db) if issue.planned_at]
        endings = [(issue, *_ending(db, issue)) for issue in planned if not _has_work(db, issue)]
    finished = 0
    for issue, to, reason in endings:
        finished += _tell_doubt(engine, issue, clock) if to is None else _finish(engine, issue, to, reason, clock)
    return finished


def leave_out_cancelled(engine: Engine, clock: Clock) -> None:
    """Leave out what is still planned of issues that were cancelled: also what a sender put back after the act."""
    with reading(engine) as db:
        cancelled = sending_store.cancelled_since(db, clock.now() - _CANCELLED_LOOK_BACK)
    for issue_id in cancelled:
        more = True
        while more:
            with writing(engine) as db:
                more = bool(store.suppress_issue(db, issue_id, "cancelled", now=clock.now(), limit=_SUPPRESS_SIZE))


def _close_welcomes(engine: Engine) -> None:
    """Note of sent issues that their welcomes have left, so that senders look at them no longer."""
    with reading(engine) as db:
        done = [one for one in sending_store.welcoming(db) if not report_store.has_any(db, one[0], _UNDECIDED)]
    for issue_id, opened in done:
        with writing(engine) as db:
            sending_store.close_welcome(db, issue_id, opened=opened)


def _has_work(db: Connection, issue: Issue) -> bool:
    return report_store.has_any(db, issue.id, _UNDECIDED)


def _ending(db: Connection, issue: Issue) -> tuple[IssueState | None, str]:
    """Say how an issue ended, None while something is unclear. It is "sent" only if at least one mail was taken."""
    if report_store.has_any(db, issue.id, ("in_doubt",)):
        return None, ""
    if report_store.has_any(db, issue.id, ("accepted",)):
        return IssueState.SENT, ""
    # Without numbers: these words stand in lists, and the readers may be few, and of a sensitive topic.
    if report_store.has_any(db, issue.id, ("failed",)):
        return IssueState.FAILED, "every mail was refused"
    told = dict.fromkeys(reason_words(reason) for _, reason in report_store.reasons_of(db, issue.id))
    return IssueState.SKIPPED, f"nobody was mailed: {'; '.join(told) or 'nobody is on its lists'}"


def _finish(engine: Engine, issue: Issue, to: IssueState, reason: str, clock: Clock) -> int:
    now = clock.now()
    try:
        with writing(engine) as db:
            issue_store.move_issue(db, issue.id, {IssueState.SENDING}, to, now=now, reason=reason)
            for what in ("issue", "doubt"):
                alert_store.close_alert(db, f"{what}:{issue.id}", now=now)
    except StaleState:
        return 0  # another process, or a person who cancelled it, was faster
    get_log("outbox").info("issue.over", issue=issue.name, state=to.value)
    return 1


def _tell_doubt(engine: Engine, issue: Issue, clock: Clock) -> int:
    """Tell people of an issue that waits for nothing but their word on what is unclear."""
    words = f"all of issue {issue.name} is done, but for deliveries whose outcome is unclear"
    with writing(engine) as db:
        alert_store.raise_alert(
            db, f"doubt:{issue.id}", words, remedy=f"newsletter reconcile {issue.name}", now=clock.now()
        )
    return 0
