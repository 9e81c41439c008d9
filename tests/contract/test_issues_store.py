"""Newsletters and issues in the database keep their laws on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, update

from newsletter.base.errors import NotFound, StaleState
from newsletter.base.ids import IssueId, PostId
from newsletter.db.engine import reading, writing
from newsletter.issues import store
from newsletter.issues.due import times_of
from newsletter.issues.issue import ARROWS, Issue, IssueState, PostEdit, Texts
from newsletter.issues.recipe import Newsletter, Recipe
from newsletter.issues.slots import Slot
from newsletter.issues.tables import issues
from tests.unit.issues.makers import TABLE, make_frozen, make_post, make_recipe

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def put(engine: Engine, now: datetime, **fields: object) -> Newsletter:
    with writing(engine) as db:
        return store.put_newsletter(db, make_recipe(**fields), now=now)


def make(
    engine: Engine, newsletter: Newsletter, at: datetime, *, kind: str = "digest", scheduled: bool = True
) -> Issue | None:
    slot = Slot(at.isoformat(timespec="minutes")[:16], at)
    with writing(engine) as db:
        return store.insert_issue(
            db, newsletter, slot, times_of(newsletter.recipe, at), kind=kind, scheduled=scheduled, now=at
        )


def made(
    engine: Engine, newsletter: Newsletter, at: datetime, *, kind: str = "digest", scheduled: bool = True
) -> Issue:
    issue = make(engine, newsletter, at, kind=kind, scheduled=scheduled)
    assert issue is not None
    return issue


def test_a_newsletter_is_changed_only_in_what_is_named(engine: Engine, now: datetime) -> None:
    """Put twice, nothing changes; fields that a recipe does not set keep their value, and so does due_since."""
    first = put(engine, now, max_posts=4)
    assert put(engine, now + HOUR, max_posts=4) == first
    with writing(engine) as db:
        changed = store.put_newsletter(db, Recipe.model_validate({**TABLE, "name": "New"}), now=now + HOUR)
    assert (changed.recipe.name, changed.recipe.max_posts, changed.due_since) == ("New", 4, now)
    with reading(engine) as db:
        assert store.newsletter_by_slug(db, "weekly") == store.newsletter_by_id(db, first.id) == changed
        assert store.all_newsletters(db) == [changed]


def test_a_new_schedule_counts_from_now_on(engine: Engine, now: datetime) -> None:
    """Rescheduling, by schedule, zone or shift, never makes a slot of the past due."""
    put(engine, now)
    changes: dict[str, str] = {}
    for change in ({"schedule": "0 9 * * mon"}, {"zone": "Europe/Paris"}, {"shift": "next_workday"}):
        changes |= change
        at = now + len(changes) * HOUR
        assert put(engine, at, **changes).due_since == at
    assert put(engine, now + DAY, **changes).due_since == now + 3 * HOUR


def test_pause_resume_and_removal_of_a_newsletter(engine: Engine, now: datetime) -> None:
    """Resuming and coming back count from now on; a removed one is found only by its id."""
    newsletter = put(engine, now)
    with writing(engine) as db:
        store.pause_newsletter(db, newsletter.id, now=now, until=now + HOUR)
        paused = store.newsletter_by_id(db, newsletter.id)
        store.resume_newsletter(db, newsletter.id, now=now + 2 * HOUR)
        resumed = store.newsletter_by_id(db, newsletter.id)
        store.remove_newsletter(db, newsletter.id, now=now)
        assert store.all_newsletters(db) == []
        assert store.newsletter_by_id(db, newsletter.id) == resumed
        with pytest.raises(NotFound, match="there is no newsletter 'weekly'; there are: none yet"):
            store.newsletter_by_slug(db, "weekly")
    assert (paused.paused_at, paused.paused_until) == (now, now + HOUR)
    assert (resumed.paused_at, resumed.due_since) == (None, now + 2 * HOUR)
    assert put(engine, now + 3 * HOUR).due_since == now + 3 * HOUR


def test_a_slot_has_one_issue_and_numbers_have_no_holes(engine: Engine, now: datetime) -> None:
    """Eight threads try the same six slots at once: six issues, numbered 1 to 6, and each slot was won once."""
    newsletter = put(engine, now)
    slots = [now + n * HOUR for n in range(6)]

    def try_all(turn: int) -> list[Issue | None]:
        return [make(engine, newsletter, at) for at in slots[turn % 6 :] + slots[: turn % 6]]

    with ThreadPoolExecutor(8) as threads:
        results = [issue for found in threads.map(try_all, range(8)) for issue in found if issue]
    assert sorted(issue.number for issue in results) == [1, 2, 3, 4, 5, 6]
    assert {issue.slot_at for issue in results} == set(slots)
    with reading(engine) as db:
        assert len(store.list_issues(db)) == 6


def test_an_issue_comes_back_as_it_was_made(engine: Engine, now: datetime) -> None:
    """Slot, times, kind and state are kept; numbers count in each newsletter by itself."""
    newsletter, other = put(engine, now, cutoff="2h", approve_by="1h"), put(engine, now, slug="monthly")
    issue = made(engine, newsletter, now, scheduled=False)
    assert (issue.name, issue.kind, issue.scheduled, issue.slot_at) == ("weekly/1", "digest", False, now)
    assert (issue.cutoff_at, issue.approve_by, issue.state) == (now, now - HOUR, IssueState.IN_REVIEW)
    assert made(engine, other, now).name == "monthly/1"
    with writing(engine) as db:
        slot, later = Slot("2026-12-01T08:00", now + 3 * HOUR), times_of(newsletter.recipe, now + 3 * HOUR)
        ahead = store.insert_issue(db, newsletter, slot, later, kind="digest", scheduled=True, now=now)
    assert ahead is not None
    assert (ahead.cutoff_at, ahead.state) == (now + HOUR, IssueState.COLLECTING)
    assert made(engine, newsletter, now + HOUR).name == "weekly/3"


def test_people_name_an_issue_in_three_ways(engine: Engine, now: datetime) -> None:
    """An id, weekly/2, or weekly for its newest; what is not there is told with the way to make it."""
    newsletter = put(engine, now)
    first, second = made(engine, newsletter, now + HOUR), made(engine, newsletter, now)
    put(engine, now, slug="empty")
    with reading(engine) as db:
        assert store.issue_by_name(db, str(first.id)) == store.issue_by_name(db, "weekly/1") == first
        assert store.issue_by_name(db, "weekly") == second
        for name, words in (
            ("weekly/9", "no issue weekly/9"),
            ("weekly/x", "names no issue"),
            ("weekly/", "names no issue"),
            ("999", "no issue with the id 999"),
            ("nope", "there are: empty, weekly"),
            ("empty", "empty has no issue yet; `issue assemble empty`"),
            ("²", "there is no newsletter"),
        ):
            with pytest.raises(NotFound, match=words):
                store.issue_by_name(db, name)


def test_the_slots_that_count_are_the_last_passed_and_all_to_come(engine: Engine, now: datetime) -> None:
    """Issues made by hand say nothing about what is due."""
    newsletter = put(engine, now)
    for hours in (-48, -24, 24, 48):
        made(engine, newsletter, now + hours * HOUR)
    made(engine, newsletter, now - HOUR, scheduled=False)
    with reading(engine) as db:
        slots = store.scheduled_slots(db, newsletter.id, now=now)
    assert sorted((slot.at - now) / HOUR for slot in slots) == [-24, 24, 48]


def test_an_issue_moves_only_along_the_arrows(engine: Engine, now: datetime) -> None:
    """Every pair of states is tried: an arrow moves, a missing one is a mistake, another state is stale."""
    newsletter = put(engine, now)
    issue = made(engine, newsletter, now)
    with writing(engine) as db:
        for state in IssueState:
            for to in IssueState:
                force(db, issue.id, state)
                if to not in ARROWS[state]:
                    with pytest.raises(ValueError, match="no arrow"):
                        store.move_issue(db, issue.id, {state}, to, now=now)
                    continue
                moved = store.move_issue(db, issue.id, {state}, to, now=now, reason="because")
                assert (moved.state, moved.state_reason) == (to, "because")
                assert (moved.finished_at == now) == (not ARROWS[to])
                with pytest.raises(StaleState, match=f"weekly/1 is {to} now"):
                    store.move_issue(db, issue.id, {state}, to, now=now)


def force(db: Connection, issue_id: IssueId, state: IssueState) -> None:
    """Put an issue into a state by force, as only a test may."""
    db.execute(update(issues).where(issues.c.id == issue_id).values(state=state, finished_at=None))


def test_of_two_who_move_at_once_one_is_told(engine: Engine, now: datetime) -> None:
    """A move is won once; the other learns that the issue is no longer where it was."""
    issue = made(engine, put(engine, now), now)

    def cancel(_: int) -> str:
        try:
            with writing(engine) as db:
                store.move_issue(db, issue.id, {IssueState.IN_REVIEW}, IssueState.CANCELLED, now=now, reason="x")
        except StaleState:
            return "stale"
        return "moved"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(cancel, range(4))) == ["moved", "stale", "stale", "stale"]


def test_texts_edits_and_the_frozen_issue_are_kept(engine: Engine, now: datetime) -> None:
    """What an editor decided comes back; the last decision on a post stands; after approval nothing can be written."""
    issue = made(engine, put(engine, now), now)
    texts = Texts(subject={"de": "Grüße"}, preheader={}, intro={"en": "*Hello*"})
    frozen = make_frozen([make_post(1)], id=issue.id)
    with writing(engine) as db:
        store.save_texts(db, issue.id, texts)
        store.save_edit(db, issue.id, PostEdit(post_id=PostId(5), pick=2))
        store.save_edit(db, issue.id, PostEdit(post_id=PostId(6), dropped=True, value=3))
        store.save_edit(db, issue.id, PostEdit(post_id=PostId(7), pick=1))
        store.save_edit(db, issue.id, PostEdit(post_id=PostId(5), value=0))
        store.save_edit(db, issue.id, PostEdit(post_id=PostId(7)))
        with pytest.raises(NotFound, match="not approved"):
            store.frozen_of(db, issue.id)
        store.save_frozen(db, frozen, by="anna", now=now)
        approved = store.move_issue(db, issue.id, {IssueState.IN_REVIEW}, IssueState.APPROVED, now=now)
        assert (approved.texts, approved.approved_at, approved.approved_by) == (texts, now, "anna")
        expected = [PostEdit(post_id=PostId(5), value=0), PostEdit(post_id=PostId(6), dropped=True, value=3)]
        assert store.edits_of(db, issue.id) == expected
        assert store.frozen_of(db, issue.id) == frozen
        with pytest.raises(StaleState, match="weekly/1 is approved now"):
            store.save_texts(db, issue.id, texts)
        with pytest.raises(StaleState, match="weekly/1 is approved now"):
            store.save_frozen(db, frozen, by="ben", now=now)


def test_planning_goes_on_where_it_stopped(engine: Engine, now: datetime) -> None:
    """An approved issue is to be planned until its end is noted; a paused one waits; one that goes out is listed."""
    issue = made(engine, put(engine, now), now)
    with writing(engine) as db:
        with pytest.raises(StaleState):
            store.planning_progress(db, issue.id, planned_after=5)
        store.move_issue(db, issue.id, {IssueState.IN_REVIEW}, IssueState.APPROVED, now=now)
        store.planning_progress(db, issue.id, planned_after=2000)
        assert [found.planned_after for found in store.issues_to_plan(db)] == [2000]
        store.pause_issue(db, issue.id, now=now, reason="wait")
        assert store.issues_to_plan(db) == []
        with pytest.raises(StaleState, match="approved, paused now"):
            store.pause_issue(db, issue.id, now=now, reason="again")
        store.unpause_issue(db, issue.id)
        store.move_issue(db, issue.id, {IssueState.APPROVED}, IssueState.SENDING, now=now)
        assert (
            [found.id for found in store.issues_sending(db)]
            == [found.id for found in store.issues_to_plan(db)]
            == [issue.id]
        )
        store.planning_progress(db, issue.id, planned_after=4000, planned_at=now)
        assert store.issues_to_plan(db) == []
        assert store.issue_by_id(db, issue.id).planned_at == now


def test_lists_and_neighbours_are_by_newsletter_kind_and_state(engine: Engine, now: datetime) -> None:
    """The issue before is of the same kind; the newest that waits is neither approved nor ended."""
    newsletter = put(engine, now)
    first, letter = made(engine, newsletter, now), made(engine, newsletter, now + HOUR, kind="letter")
    second = made(engine, newsletter, now + 2 * HOUR)
    with writing(engine) as db:
        assert store.previous_issue(db, second) == first
        assert store.previous_issue(db, letter) is None
        assert store.newest_unapproved(db, newsletter.id, "digest") == second
        store.move_issue(db, second.id, {IssueState.IN_REVIEW}, IssueState.CANCELLED, now=now, reason="x")
        assert store.newest_unapproved(db, newsletter.id, "digest") == first
        assert [issue.id for issue in store.list_issues(db, newsletter_id=newsletter.id)] == [
            second.id,
            letter.id,
            first.id,
        ]
        assert [issue.id for issue in store.list_issues(db, states={IssueState.CANCELLED})] == [second.id]
        assert [issue.id for issue in store.list_issues(db, limit=1)] == [second.id]


def test_what_apply_wrote_is_remembered(sqlite_engine: Engine, now: datetime) -> None:
    """The applied table is kept apart from the recipe that the desk may change."""
    newsletter = put(sqlite_engine, now)
    with writing(sqlite_engine) as db:
        assert store.applied_recipe(db, newsletter.id) == {}
        store.save_applied(db, newsletter.id, TABLE)
        assert store.applied_recipe(db, newsletter.id) == TABLE
