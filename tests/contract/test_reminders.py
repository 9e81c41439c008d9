"""Whom to remind of what: once, and never of what they have just got. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.base.ids import IssueId, PostId, StoryId
from newsletter.issues.digest import Chosen, Reason, pack_choice
from newsletter.outbox.due_store import in_drought, to_remind
from newsletter.outbox.forget_store import forget_who_it_was
from newsletter.outbox.tables import deliveries
from tests.conftest import NOW

DAY = timedelta(days=1)
GERMAN, FRENCH, FAR = PostId(1), PostId(2), PostId(3)
NEAR_SINCE = NOW - 3 * DAY
REMINDERS = {GERMAN: (StoryId(9), NEAR_SINCE), FRENCH: (StoryId(9), NEAR_SINCE)}


def got(engine: Engine, issue: int, post: PostId, days_ago: int, *, reason: Reason = Reason.TOPIC) -> None:
    """Note that reader 5 was shown a post in an issue."""
    at = NOW - days_ago * DAY
    with engine.begin() as db:
        row = {"key": f"issue:{issue}:5", "issue_id": issue, "subscriber_id": 5, "lane": "box", "state": "accepted"}
        choice = pack_choice([Chosen(post, reason)], 0)
        db.execute(insert(deliveries).values(**row, due_at=at, dated_at=at, changed_at=at, choice=choice))


def reminded(engine: Engine, *, but: int | None = None) -> set[PostId]:
    with engine.begin() as db:
        issue = IssueId(but) if but is not None else None
        return set(to_remind(db, [5, 6], REMINDERS, since=NOW - 35 * DAY, but=issue).get(5, frozenset()))


@pytest.mark.parametrize(("days_ago", "expected"), [(4, {GERMAN}), (2, set())])
def test_only_what_was_shown_before_its_date_came_near(engine: Engine, days_ago: int, expected: set[PostId]) -> None:
    """Who got it within the week before knows of the date."""
    got(engine, 1, GERMAN, days_ago)
    assert reminded(engine) == expected


def test_once(engine: Engine) -> None:
    """After a reminder there is none, whichever of the story's posts it was; its own issue's preview still has it."""
    got(engine, 1, GERMAN, 10)
    got(engine, 2, FRENCH, 4, reason=Reason.REMINDER)
    assert reminded(engine) == set()
    assert reminded(engine, but=2) == {GERMAN}


def test_whoever_was_shown_nothing_of_it_is_not_reminded(engine: Engine) -> None:
    """Other stories and other readers do not count."""
    got(engine, 1, FAR, 10)
    assert reminded(engine) == set()


def test_without_dates_nothing_is_asked(engine: Engine) -> None:
    """Most issues have no date that is near: then no history is read for it."""
    with engine.begin() as db:
        assert to_remind(db, [5], {}, since=NOW) == {}


def test_a_drought_is_of_all_the_issues_and_is_helped_once(engine: Engine) -> None:
    """Who got nothing new of each of them; not who got something of one, paused, or was helped before."""
    issues = [IssueId(number) for number in (11, 12, 13)]

    def left_out(reader: int, issue: int, reason: str) -> dict[str, object]:
        key = {"key": f"issue:{issue}:{reader}", "issue_id": issue, "subscriber_id": reader, "lane": "box"}
        return key | {"state": "suppressed", "reason": reason, "due_at": NOW, "changed_at": NOW, "choice": None}

    rows = [left_out(reader, issue, "nothing_new") for reader in (1, 2, 3) for issue in issues]
    rows[-1]["reason"] = "paused"
    helped = left_out(2, 7, "") | {"state": "accepted", "choice": pack_choice([Chosen(GERMAN, Reason.WIDENED)], 0)}
    with engine.begin() as db:
        db.execute(insert(deliveries), [*rows, helped])
        assert in_drought(db, [1, 2, 3, 4], issues) == {1}


def test_an_erased_readers_deliveries_lead_to_nobody(engine: Engine) -> None:
    """Those that ended lose number and key and keep their issue; what is still unclear keeps both."""
    got(engine, 1, GERMAN, 3)
    got(engine, 2, FRENCH, 2)
    with engine.begin() as db:
        db.execute(update(deliveries).where(deliveries.c.issue_id == 2).values(state="in_doubt"))
        forget_who_it_was(db, 5)
        found = db.execute(select(deliveries.c.issue_id, deliveries.c.subscriber_id, deliveries.c.key)).all()
    told = {issue: (reader, key.partition(":")[0]) for issue, reader, key in found}
    assert told == {1: (None, "erased"), 2: (5, "issue")}
