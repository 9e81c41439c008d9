"""What is due: decided by the last slot that has an issue, never by dates of posts or mails."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.issues.due import Step, due_slots, step_due, times_of
from newsletter.issues.issue import IssueState
from newsletter.issues.recipe import Newsletter
from newsletter.issues.slots import Slot, slot_instant
from tests.unit.issues.makers import SLOT_AT, make_issue, make_newsletter, make_recipe

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def slot(day: str) -> Slot:
    return Slot(f"{day}T08:00", slot_instant(f"{day}T08:00", "Europe/Berlin"))


def days(newsletter: Newsletter, now: datetime, *existing: str) -> list[str]:
    return [found.wall[:10] for found in due_slots(newsletter, now=now, existing=[slot(day) for day in existing])]


def test_a_slot_is_due_from_its_instant_until_it_has_an_issue() -> None:
    """Not a minute earlier; not again once it has one."""
    newsletter = make_newsletter(due_since=SLOT_AT - DAY)
    assert days(newsletter, SLOT_AT - MINUTE) == []
    assert days(newsletter, SLOT_AT) == ["2026-11-23"]
    assert days(newsletter, SLOT_AT, "2026-11-23") == []
    assert days(newsletter, SLOT_AT + 3 * DAY) == ["2026-11-23"]


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [("latest", ["2026-11-23"]), ("all", ["2026-11-09", "2026-11-16", "2026-11-23"]), ("none", [])],
)
def test_missed_slots_are_caught_up_by_the_policy(catch_up: str, expected: list[str]) -> None:
    """After three weeks of silence: the latest, all in order, or none."""
    newsletter = make_newsletter(catch_up=catch_up)
    assert days(newsletter, SLOT_AT + 2 * DAY, "2026-11-02") == expected


def test_none_still_takes_a_slot_that_is_on_time() -> None:
    """A run a few minutes after the slot is not late."""
    newsletter = make_newsletter(catch_up="none")
    assert days(newsletter, SLOT_AT + 5 * MINUTE, "2026-11-16") == ["2026-11-23"]
    assert days(newsletter, SLOT_AT + 61 * MINUTE, "2026-11-16") == []


def test_no_slot_before_due_since_is_ever_due() -> None:
    """Made, rescheduled or resumed just after the slot: the first issue is the next one; at its instant, this one."""
    assert days(make_newsletter(due_since=SLOT_AT + MINUTE, catch_up="all"), SLOT_AT + 2 * MINUTE) == []
    assert days(make_newsletter(due_since=SLOT_AT, catch_up="all"), SLOT_AT + 2 * MINUTE) == ["2026-11-23"]


def test_a_paused_newsletter_has_nothing_due_and_its_end_counts_as_resumed() -> None:
    """What fell into a pause is never made up for."""
    paused = {"paused_at": SLOT_AT - 20 * DAY, "catch_up": "all"}
    assert days(make_newsletter(**paused), SLOT_AT + DAY) == []
    ended: dict[str, Any] = {**paused, "paused_until": SLOT_AT - DAY}
    assert days(make_newsletter(**ended), SLOT_AT + DAY) == ["2026-11-23"]


def test_issues_open_their_review_days_ahead() -> None:
    """With a daily schedule and two days of review, three issues are open; one made ahead costs no other its turn."""
    newsletter = make_newsletter(schedule="0 8 * * *", review_days=2, due_since=SLOT_AT)
    assert days(newsletter, SLOT_AT) == ["2026-11-23", "2026-11-24", "2026-11-25"]
    assert days(newsletter, SLOT_AT, "2026-11-23", "2026-11-25") == ["2026-11-24"]
    assert days(newsletter, SLOT_AT - 2 * DAY - MINUTE) == []


@settings(max_examples=40, deadline=None)
@given(
    schedule=st.sampled_from(["0 8 * * *", "0 8 * * mon", "30 2 * * *", "0 */7 * * *"]),
    catch_up=st.sampled_from(["latest", "all", "none"]),
    review_days=st.integers(0, 3),
    gaps=st.lists(st.integers(1, 60 * 24 * 12), min_size=1, max_size=12),
)
def test_any_rhythm_of_runs_makes_each_slot_at_most_once_and_in_order(
    schedule: str, catch_up: str, review_days: int, gaps: list[int]
) -> None:
    """However often it runs and however long it sleeps: no slot twice, always in order, and `all` misses none."""
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    newsletter = make_newsletter(schedule=schedule, catch_up=catch_up, review_days=review_days, due_since=begin)
    made: list[Slot] = []
    now = begin
    for gap in gaps:
        now += gap * MINUTE
        made += due_slots(newsletter, now=now, existing=made)
        assert due_slots(newsletter, now=now, existing=made) == []
    assert len({found.wall for found in made}) == len(made)
    assert made == sorted(made, key=lambda found: found.at)
    if catch_up == "all":
        assert made == due_slots(newsletter, now=now, existing=[])


def test_an_issues_times_are_told_back_from_its_slot() -> None:
    """Cutoff and deadline lie before the slot; it opens no later than either of them."""
    times = times_of(make_recipe(cutoff="2h", approve_by="30m", review_days=3), SLOT_AT)
    assert (times.opens_at, times.cutoff_at, times.approve_by) == (
        SLOT_AT - 3 * DAY,
        SLOT_AT - 2 * HOUR,
        SLOT_AT - HOUR / 2,
    )
    assert times_of(make_recipe(cutoff="2h"), SLOT_AT).opens_at == SLOT_AT - 2 * HOUR
    assert times_of(make_recipe(), SLOT_AT).opens_at == SLOT_AT


@pytest.mark.parametrize(
    ("state", "after", "fields", "expected"),
    [
        ("planned", -3, {"review_days": 1}, Step.COLLECT),
        ("collecting", -3, {}, None),
        ("collecting", 0, {}, Step.REVIEW),
        ("in_review", -1, {"approval": "auto"}, None),
        ("in_review", 0, {"approval": "auto"}, Step.APPROVE),
        ("in_review", 9, {}, None),
        ("in_review", 9, {"if_not_approved": "hold"}, None),
        ("in_review", 0, {"if_not_approved": "send"}, Step.APPROVE),
        ("collecting", -1, {"approval": "auto"}, None),
        ("approved", 9, {"approval": "auto"}, None),
        ("sent", 9, {"approval": "auto"}, None),
    ],
)
def test_the_time_asks_for_one_step(state: str, after: int, fields: dict[str, Any], expected: Step | None) -> None:
    """Review at the cutoff; approval by itself at the slot with `auto`, at the deadline with `send`, else never."""
    issue = make_issue(state=IssueState(state))
    assert step_due(issue, make_recipe(**fields), now=SLOT_AT + after * HOUR) == expected


def test_nothing_made_by_hand_or_paused_is_approved_by_the_clock() -> None:
    """A half-written letter never leaves because its minute has come."""
    recipe = make_recipe(approval="auto", if_not_approved="send")
    for issue in (make_issue(scheduled=False), make_issue(paused_at=SLOT_AT)):
        assert step_due(issue, recipe, now=SLOT_AT + DAY) is None
