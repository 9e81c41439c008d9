"""Sending at a person's word: an approved issue now, or one notice."""

import threading
from collections.abc import Callable

from newsletter.app.app import App
from newsletter.app.sender import drain, sending
from newsletter.app.status import IssueStatus, find_issue, issue_status
from newsletter.base.errors import NotAllowedNow
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.outbox import lane_store, report_store, store
from newsletter.outbox.delivery import Delivery

_PORTION = 2000  # rows a write transaction
_PAUSE = 0.5  # seconds between looks while another process sends


def send_issue(app: App, name: str, *, by: str, wait: bool, stop: threading.Event | None = None) -> IssueStatus:
    """Let an approved issue go now, whatever its slot and the readers' hours.

    With `wait` it is sent from here, and this comes back when nothing of it is left that can go now, or soon after
    `stop` is set: what is in flight comes to its end, the rest waits.
    """
    stop = stop or threading.Event()
    issue = find_issue(app, name)
    _check_it_may_go(issue)
    now = app.clock.now()
    with writing(app.engine) as db:
        sending_store.let_go(db, issue.id, at=now)
        audit.record(db, at=now, who=by, act="issue.send", subject=f"issue:{issue.id}")
    _make_due(app, issue)
    if wait:
        with sending(app) as outbox:
            _drain_issue(app, issue, lambda: drain(app, outbox, stop=stop), stop)
    return issue_status(app, str(issue.id))


def send_notice(app: App, key: str) -> Delivery:
    """Send one notice from here; gives what became of it."""
    with sending(app) as outbox:
        drain(app, outbox, stop=threading.Event())
    with reading(app.engine) as db:
        return report_store.delivery_by_key(db, key)


def _make_due(app: App, issue: Issue) -> None:
    """Let go what is planned already; what is planned from now on looks at the word itself."""
    more = True
    while more:
        with writing(app.engine) as db:
            more = bool(store.make_due(db, issue.id, now=app.clock.now(), limit=_PORTION))


def _check_it_may_go(issue: Issue) -> None:
    if issue.state in UNAPPROVED:
        raise NotAllowedNow(
            f"issue {issue.name} is not approved: look at it (newsletter issue preview {issue.name}), "
            f"then: newsletter issue approve {issue.name}"
        )
    if issue.paused_at is not None:
        raise NotAllowedNow(
            f"issue {issue.name} is paused ({issue.paused_reason}): newsletter issue resume {issue.name}"
        )
    if issue.state not in {IssueState.APPROVED, IssueState.SENDING, IssueState.SENT}:
        raise NotAllowedNow(f"issue {issue.name} is {issue.state.value} ({issue.state_reason}) and does not go out")


def _drain_issue(app: App, issue: Issue, work: Callable[[], int], stop: threading.Event) -> None:
    """Work until no delivery of the issue can go now: all are over, or wait for a provider, a retry or a person."""
    while not stop.is_set():
        work()
        with reading(app.engine) as db:
            counts = report_store.counts_of(db, issue.id)
            present = issue_store.issue_by_id(db, issue.id)
            waits = bool(lane_store.all_holds(db, now=app.clock.now()))
            due = report_store.issue_has_due(db, issue.id, now=app.clock.now())
        planned = present.planned_at is not None
        if planned and not counts.in_flight and (not due or waits or present.paused_at is not None):
            return
        if present.paused_at is not None and not counts.in_flight:
            return
        stop.wait(_PAUSE)  # another process has some of it in hand, or its lease must end
