"""Leaving and coming back as records, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from newsletter.base.ids import IssueId, NewsletterId
from newsletter.db.engine import reading, writing
from newsletter.feedback.tables import feedback_events
from newsletter.feedback.unsubscribe import opt_out_key, record_unsubscribe, undo_unsubscribe
from newsletter.issues.issue import Issue, IssueState, Texts
from subscribers.doors import still_mailable
from subscribers.lists.keep import put_list
from subscribers.people.add import add_subscriber
from subscribers.subscriber import NotMailable
from tests.conftest import NOW

ISSUE = Issue(
    id=IssueId(12), newsletter_id=NewsletterId(1), newsletter_slug="weekly", number=3, kind="digest",
    slot="2026-11-23T08:00", slot_at=NOW, state=IssueState.SENT, state_reason="", paused_at=None, paused_reason="",
    cutoff_at=NOW, approve_by=NOW, texts=Texts(subject={}, preheader={}, intro={}), created_at=NOW, approved_at=NOW,
    approved_by="", go_at=None, planned_after=0, planned_at=NOW, finished_at=NOW,
)  # fmt: skip


@pytest.fixture
def person(engine: Engine) -> int:
    with writing(engine) as db:
        put_list(db, "members", name="Members", opt_in="single", now=NOW)
        return add_subscriber(db, "a@example.org", "members", consent="asked in person", by="test", now=NOW)


def leave(engine: Engine, person: int, *, hours: int = 0) -> bool:
    with writing(engine) as db:
        return record_unsubscribe(
            db, ISSUE, person, how="a button", network_address="192.0.2.1", now=NOW + timedelta(hours=hours)
        )


def is_mailable(engine: Engine, person: int, newsletter: str) -> bool:
    with reading(engine) as db:
        answer = still_mailable(db, [person], ["members"], opt_out=opt_out_key(newsletter))[person]
    return not isinstance(answer, NotMailable)


def test_leaving_concerns_one_newsletter(engine: Engine, person: int) -> None:
    """The other newsletters of the same list still come."""
    assert leave(engine, person)
    assert not is_mailable(engine, person, "weekly")
    assert is_mailable(engine, person, "monthly")


def test_leaving_twice_is_one_event(engine: Engine, person: int) -> None:
    """Only what changes something is recorded."""
    assert leave(engine, person)
    assert not leave(engine, person, hours=1)
    with reading(engine) as db:
        (event,) = db.execute(select(feedback_events)).all()
    assert (event.kind, event.issue_id, event.subscriber_id) == ("unsubscribe", 12, person)


def test_leaving_again_after_coming_back_is_told_again(engine: Engine, person: int) -> None:
    """Who comes back and leaves once more says so anew, by the same link."""
    leave(engine, person)
    with writing(engine) as db:
        assert undo_unsubscribe(db, ISSUE, person, network_address="", now=NOW)
    assert is_mailable(engine, person, "weekly")
    assert leave(engine, person, hours=2)
    with reading(engine) as db:
        assert len(db.execute(select(feedback_events)).all()) == 2


def test_an_undone_transaction_leaves_nothing(engine: Engine, person: int) -> None:
    """Opt-out and event are one: neither is there without the other."""
    with engine.connect() as db, db.begin() as transaction:
        assert record_unsubscribe(db, ISSUE, person, how="a button", network_address="", now=NOW)
        transaction.rollback()
    assert is_mailable(engine, person, "weekly")
    with reading(engine) as db:
        assert not db.execute(select(feedback_events)).all()


def test_nobody_left_is_no_fault(engine: Engine) -> None:
    """The link of somebody who is not here any more changes nothing and raises nothing."""
    assert not leave(engine, 4711)
