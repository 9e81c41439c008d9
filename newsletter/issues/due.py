"""Decides which slots of a newsletter are due, and what an issue's time asks for next. Pure: `now` is an argument.

What is due follows from the last slot that has an issue, never from the dates of posts or mails. So a run that was
missed is caught up, and one that is repeated changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.issues.duration import parse_duration
from newsletter.issues.issue import Issue, IssueState
from newsletter.issues.recipe import Newsletter, Recipe
from newsletter.issues.slots import Slot, slots_between

# A slot seen this late is still on time: cron-style runs come every few minutes, at most every hour.
ON_TIME = timedelta(hours=1)
_LOOK_BACK = timedelta(days=366)  # older slots are forgotten
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class IssueTimes:
    """When an issue opens, stops collecting and should be approved."""

    opens_at: datetime
    cutoff_at: datetime
    approve_by: datetime


class Step(StrEnum):
    """What an issue's time asks for."""

    COLLECT = "collect"
    REVIEW = "review"
    APPROVE = "approve"  # by itself


def due_slots(newsletter: Newsletter, *, now: datetime, existing: Collection[Slot]) -> list[Slot]:
    """Give the slots whose issues are to be made now, oldest first.

    `existing` are the slots by the schedule that have an issue: the last one passed, and all to come. A slot before
    `due_since`, or before a pause that has ended, is never due. Of slots that have passed, `catch_up` takes the
    latest, all, or none but one that is on time; slots that are open for review ahead of time always come.
    """
    if newsletter.is_paused(now):
        return []
    recipe = newsletter.recipe
    last = max((slot.at for slot in existing if slot.at <= now), default=newsletter.due_since - _INSTANT)
    slots = slots_between(
        recipe.schedule,
        recipe.zone,
        after=max(_due_since(newsletter) - _INSTANT, now - _LOOK_BACK, last),
        until=now + _lead_time(recipe),
        skip=recipe.skip,
        shift=recipe.shift,
    )
    taken = {slot.wall for slot in existing}
    passed = [slot for slot in slots if slot.at <= now and slot.wall not in taken]
    coming = [slot for slot in slots if slot.at > now and slot.wall not in taken]
    if recipe.catch_up == "latest":
        passed = passed[-1:]
    elif recipe.catch_up == "none":
        passed = [slot for slot in passed[-1:] if now - slot.at <= ON_TIME]
    return passed + coming


def times_of(recipe: Recipe, slot_at: datetime) -> IssueTimes:
    """Give the times of the issue for a slot."""
    return IssueTimes(
        opens_at=slot_at - _lead_time(recipe),
        cutoff_at=slot_at - parse_duration(recipe.cutoff),
        approve_by=slot_at - parse_duration(recipe.approve_by),
    )


def step_due(issue: Issue, recipe: Recipe, *, now: datetime) -> Step | None:
    """Tell what the time asks of an issue; None: wait. Nothing made by hand is approved without a person."""
    if issue.paused_at is not None:
        return None
    if issue.state == IssueState.PLANNED:
        return Step.COLLECT if now >= times_of(recipe, issue.slot_at).opens_at else None
    if issue.state not in {IssueState.COLLECTING, IssueState.IN_REVIEW}:
        return None
    if issue.state == IssueState.COLLECTING and now >= issue.cutoff_at:
        return Step.REVIEW
    approve_at = issue.slot_at if recipe.approval == "auto" else issue.approve_by
    by_itself = issue.scheduled and (recipe.approval == "auto" or recipe.if_not_approved == "send")
    return Step.APPROVE if by_itself and now >= approve_at else None


def _due_since(newsletter: Newsletter) -> datetime:
    """A pause that has come to its end resumes at that end."""
    if newsletter.paused_at is None or newsletter.paused_until is None:
        return newsletter.due_since
    return max(newsletter.due_since, newsletter.paused_until)


def _lead_time(recipe: Recipe) -> timedelta:
    """How long before its slot an issue opens: its review days, but never after its own cutoff or deadline."""
    return max(timedelta(days=recipe.review_days), parse_duration(recipe.cutoff), parse_duration(recipe.approve_by))
