"""Planning: one row of the outbox for every member of an approved issue, by keyset, resumable at any point."""

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.duration import parse_duration
from newsletter.issues.issue import Issue, IssueState
from newsletter.issues.recipe import Recipe
from newsletter.outbox import store
from newsletter.outbox.delivery import ISSUE_PRIORITY, PlannedDelivery, issue_key, lane_of
from newsletter.outbox.due import due_at, leaves_from, planning_opens
from newsletter.outbox.errors import NoProvider
from newsletter.outbox.pausing import pause_and_tell
from subscribers.doors import next_members
from subscribers.subscriber import Member

PORTION = 1000  # rows a transaction: under 50 ms
_GOING_OUT = frozenset({IssueState.APPROVED, IssueState.SENDING})


def plan_some(engine: Engine, providers: list[str], clock: Clock) -> int:
    """Plan one portion of the oldest issue that has members left to plan; gives how many members it looked at.

    The first portion moves the issue from approved to sending, the last one notes that planning came to its end.
    """
    now = clock.now()
    with reading(engine) as db:
        waiting = [(issue, issue_store.frozen_of(db, issue.id).recipe) for issue in _may_open(db, now)]
    for issue, recipe in waiting:
        if _opens(issue, recipe) <= now:
            with writing(engine) as db:
                count = _plan_portion(db, issue_store.locked_issue(db, issue.id), recipe, providers, now=now)
            if count:
                return count
    return 0


def provider_for(recipe: Recipe, configured: list[str]) -> str:
    """Give the provider that carries a newsletter; NoProvider says what to write where."""
    if not configured:
        raise NoProvider("no provider is set up: add a [[provider]] to newsletter.toml")
    wanted = [name for name in recipe.providers if name in configured] if recipe.providers else configured
    if not wanted:
        raise NoProvider(
            f"newsletter {recipe.slug} names {', '.join(recipe.providers)}, "
            f"but newsletter.toml has {', '.join(configured)}"
        )
    return wanted[0]


def _may_open(db: Connection, now: datetime) -> list[Issue]:
    """Give the issues that may be planned now, as far as can be told without their content, which is large."""
    issues = issue_store.issues_to_plan(db)
    return [one for one in issues if one.go_at or planning_opens(slot_at=one.slot_at, local_time=True) <= now]


def _opens(issue: Issue, recipe: Recipe) -> datetime:
    if issue.go_at is not None:
        return issue.go_at
    return planning_opens(slot_at=issue.slot_at, local_time=recipe.local_time)


def _plan_portion(db: Connection, issue: Issue, recipe: Recipe, configured: list[str], *, now: datetime) -> int:
    """Plan the next members of an issue that this transaction has locked: two planners take turns."""
    if issue.planned_at is not None or issue.paused_at is not None or issue.state not in _GOING_OUT:
        return 0  # another process, or a person, was here first
    try:
        provider = provider_for(recipe, configured)
    except NoProvider as error:
        pause_and_tell(db, issue.id, str(error), now=now)
        return 0
    if issue.state is IssueState.APPROVED:
        issue_store.move_issue(db, issue.id, {IssueState.APPROVED}, IssueState.SENDING, now=now)
    step = next_members(db, recipe.lists, opt_out=f"newsletter:{recipe.slug}", after=issue.planned_after, limit=PORTION)
    plan = partial(_planned, issue, recipe, provider, free_at=leaves_from(issue, recipe, now=now))
    store.insert_planned(db, [plan(member) for member in step.members], now=now)
    issue_store.planning_progress(db, issue.id, planned_after=step.after, planned_at=now if step.ended else None)
    if step.ended:
        get_log("outbox").info("issue.planned", issue=issue.name)
    return max(len(step.members), 1)


def _planned(issue: Issue, recipe: Recipe, provider: str, member: Member, *, free_at: datetime) -> PlannedDelivery:
    if issue.go_at is not None:
        due = max(issue.go_at, issue.approved_at or issue.go_at)
    elif recipe.local_time:
        zone = member.zone or recipe.zone
        due = due_at(slot=issue.slot, zone=zone, hour=member.hour, days=member.days, approved_at=free_at)
    else:
        due = max(issue.slot_at, free_at)
    return PlannedDelivery(
        key=issue_key(issue.id, member.subscriber_id),
        issue_id=issue.id,
        subscriber_id=member.subscriber_id,
        correspondent_id=None,
        notice="",
        priority=ISSUE_PRIORITY,
        lane=lane_of(provider, member.domain),
        due_at=due,
        stale_at=due + parse_duration(recipe.stale_after) if recipe.stale_after else None,
    )
