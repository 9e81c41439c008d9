"""Moves issues along: pause, resume, cancel, skip, fail, each with a reason; and what the time itself asks for.

Approval by time needs the posts, so `awaiting_approval` only names the issues; app freezes and approves them.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import NotAllowedNow, StaleState
from newsletter.base.ids import IssueId, NewsletterId
from newsletter.db.audit import record
from newsletter.db.engine import reading, writing
from newsletter.issues import store
from newsletter.issues.assemble import SCHEDULE
from newsletter.issues.digest import LeftOut
from newsletter.issues.due import Step, step_due
from newsletter.issues.issue import ARROWS, UNAPPROVED, Issue, IssueState

_RULE_IN_WORDS = {
    LeftOut.SHOWN_BEFORE: "shown before",
    LeftOut.MUTED: "muted",
    LeftOut.NOT_READABLE: "in none of the reader's languages",
    LeftOut.NOT_FOLLOWED: "not among the followed topics",
    LeftOut.DROPPED: "dropped by an editor",
    LeftOut.NOT_ALIVE: "withdrawn, past or not yet to be shown",
    LeftOut.NO_ROOM: "without room",
    LeftOut.TOO_FEW: "too few for an issue",
}


def pause(engine: Engine, issue_id: IssueId, *, reason: str, by: str, now: datetime) -> Issue:
    """Stop an issue where it is until somebody resumes it."""
    with writing(engine) as db:
        issue = store.locked_issue(db, issue_id)
        if issue.paused_at is not None or issue.state in store.ENDS:
            state = "paused already" if issue.paused_at else issue.state
            raise NotAllowedNow(f"{issue.name} is {state}: there is nothing to pause")
        store.pause_issue(db, issue_id, now=now, reason=reason)
        return _recorded(db, issue_id, "issue.pause", by=by, now=now, details=reason)


def resume(engine: Engine, issue_id: IssueId, *, by: str, now: datetime) -> Issue:
    """Let a paused issue go on from where it stopped."""
    with writing(engine) as db:
        issue = store.locked_issue(db, issue_id)
        if issue.paused_at is None:
            raise NotAllowedNow(f"{issue.name} is not paused: there is nothing to resume")
        store.unpause_issue(db, issue_id)
        return _recorded(db, issue_id, "issue.resume", by=by, now=now)


def cancel(engine: Engine, issue_id: IssueId, *, reason: str, by: str, now: datetime) -> Issue:
    """End an issue for good. What was handed over stays handed over; the rest never leaves."""
    return _end(engine, issue_id, IssueState.CANCELLED, reason=reason, by=by, now=now)


def skip(engine: Engine, issue_id: IssueId, *, reason: str, by: str, now: datetime) -> Issue:
    """End an issue that has nothing to say or was not wanted. Only before it is approved."""
    return _end(engine, issue_id, IssueState.SKIPPED, reason=reason, by=by, now=now, states=UNAPPROVED)


def skip_empty(engine: Engine, issue_id: IssueId, counts: Mapping[LeftOut, int], *, now: datetime) -> Issue:
    """End an issue that came out empty for everybody; its reason says which rule left out how many."""
    return skip(engine, issue_id, reason=why_empty(counts), by=SCHEDULE, now=now)


def fail(engine: Engine, issue_id: IssueId, *, reason: str, now: datetime) -> Issue:
    """End an issue that cannot go out, with what stood in its way."""
    return _end(engine, issue_id, IssueState.FAILED, reason=reason, by=SCHEDULE, now=now)


def advance_issues(engine: Engine, clock: Clock) -> int:
    """Move unapproved issues whose time has come to collecting or to review; give how many moved.

    Call it after fetching: posts that the last fetch before the review brought are still in.
    """
    now = clock.now()
    return sum(_advanced(engine, issue, step, now) for issue, step in _steps(engine, now))


def awaiting_approval(engine: Engine, *, now: datetime) -> list[Issue]:
    """Give the issues that are approved by themselves now: approval is auto, or nobody came until approve_by."""
    return [issue for issue, step in _steps(engine, now) if step == Step.APPROVE]


def pause_newsletter(
    engine: Engine, newsletter_id: NewsletterId, *, by: str, now: datetime, until: datetime | None = None
) -> None:
    """Stop a newsletter from making issues by itself, until a moment or until it is resumed."""
    with writing(engine) as db:
        store.pause_newsletter(db, newsletter_id, now=now, until=until)
        details = f"until {until.isoformat()}" if until else ""
        record(db, at=now, who=by, act="newsletter.pause", subject=f"newsletter:{newsletter_id}", details=details)


def resume_newsletter(engine: Engine, newsletter_id: NewsletterId, *, by: str, now: datetime) -> None:
    """Let a newsletter make issues again, for slots from now on."""
    with writing(engine) as db:
        store.resume_newsletter(db, newsletter_id, now=now)
        record(db, at=now, who=by, act="newsletter.resume", subject=f"newsletter:{newsletter_id}")


def why_empty(counts: Mapping[LeftOut, int]) -> str:
    """Say which rule left out how many, the greatest first."""
    told = sorted(((count, rule) for rule, count in counts.items() if count), key=lambda one: (-one[0], one[1]))
    if not told:
        return "nothing new: no posts came in"
    return "nothing new: " + ", ".join(f"{count} {_RULE_IN_WORDS[rule]}" for count, rule in told)


def _steps(engine: Engine, now: datetime) -> list[tuple[Issue, Step | None]]:
    with reading(engine) as db:
        unapproved = store.list_issues(db, states=UNAPPROVED)
        recipes = {id_: store.newsletter_by_id(db, id_).recipe for id_ in {issue.newsletter_id for issue in unapproved}}
    return [(issue, step_due(issue, recipes[issue.newsletter_id], now=now)) for issue in unapproved]


def _advanced(engine: Engine, issue: Issue, step: Step | None, now: datetime) -> int:
    try:
        with writing(engine) as db:
            if step == Step.COLLECT:
                store.move_issue(db, issue.id, {IssueState.PLANNED}, IssueState.COLLECTING, now=now)
            elif step == Step.REVIEW:
                store.end_collecting(db, issue.id, now=now)
            else:
                return 0
    except StaleState:
        return 0  # somebody approved or cancelled it meanwhile: nothing is left to do
    return 1


def _end(
    engine: Engine,
    issue_id: IssueId,
    to: IssueState,
    *,
    reason: str,
    by: str,
    now: datetime,
    states: Collection[IssueState] = tuple(IssueState),
) -> Issue:
    if not reason.strip():
        raise ValueError(f"an issue is not {to} without a reason")
    with writing(engine) as db:
        issue = store.locked_issue(db, issue_id)
        if issue.state not in states or to not in ARROWS[issue.state]:
            raise NotAllowedNow(f"{issue.name} is {issue.state}: it cannot be {to} any more")
        store.move_issue(db, issue_id, {issue.state}, to, now=now, reason=reason)
        return _recorded(db, issue_id, f"issue.{to}", by=by, now=now, details=reason)


def _recorded(db: Connection, issue_id: IssueId, act: str, *, by: str, now: datetime, details: str = "") -> Issue:
    record(db, at=now, who=by, act=act, subject=f"issue:{issue_id}", details=details)
    return store.issue_by_id(db, issue_id)
