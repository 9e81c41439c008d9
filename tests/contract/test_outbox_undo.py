"""Taking an approval back, on both databases: all or nothing, and never after anything has left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from newsletter.base.errors import NotAllowedNow, NotFound
from newsletter.db.engine import reading
from newsletter.db.tables import audit_log
from newsletter.issues import store as issue_store
from newsletter.issues.approve import BY_RULE, approve
from newsletter.issues.freeze import freeze
from newsletter.issues.issue import Issue, IssueState
from newsletter.outbox import plan, undo
from newsletter.outbox.delivery import Counts
from newsletter.outbox.due import leaves_from
from newsletter.outbox.plan import plan_some
from newsletter.outbox.undo import undo_approval
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome
from tests.unit.issues.makers import TOPICS, make_recipe


@pytest.fixture
def home(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OutboxHome]:
    monkeypatch.setattr(plan, "PORTION", 10)
    monkeypatch.setattr(undo, "_PORTION", 7)
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


def take_back(home: OutboxHome, issue: Issue) -> Issue:
    undo_approval(home.engine, home.issue(issue), by="eva", clock=home.clock)
    return home.issue(issue)


def approve_again(home: OutboxHome, issue: Issue, posts: list[int]) -> Issue:
    held = [home.write(number) for number in posts]
    frozen = freeze(home.issue(issue), make_recipe(), TOPICS, held, [], layout_hash="abc")
    return approve(home.engine, home.issue(issue), frozen, by="eva", now=home.clock.now())


@pytest.mark.parametrize("planned", [0, 10, 25])
def test_it_waits_for_review_as_before(home: OutboxHome, planned: int) -> None:
    """Before planning, halfway and after it: no delivery is left, nothing is frozen, and the audit log has who."""
    home.crowd(25)
    issue = home.approved([1])
    for _ in range(planned // 10 + bool(planned % 10)):
        plan_some(home.engine, ["box"], home.clock)
    back = take_back(home, issue)
    assert (back.state, back.paused_at, back.approved_at, back.approved_by) == (IssueState.IN_REVIEW, None, None, "")
    assert (back.planned_after, back.planned_at, home.counts(issue)) == (0, None, Counts())
    with reading(home.engine) as db:
        with pytest.raises(NotFound):
            issue_store.frozen_of(db, issue.id)
        assert "issue.undo" in db.scalars(select(audit_log.c.act).where(audit_log.c.who == "eva")).all()
    assert home.send() == 0


def test_what_was_changed_then_goes_out_once(home: OutboxHome) -> None:
    """Edited and approved again, everybody gets the new content, once: also those who had been left out before."""
    home.crowd(12)
    issue = home.approved([1])
    home.plan()
    take_back(home, issue)
    approve_again(home, issue, [2, 4])
    home.plan()
    home.send()
    assert home.counts(issue) == Counts(accepted=12)
    assert {tuple(home.got(issue, address)) for address in home.people} == {(2, 4)}


def test_after_the_first_mail_it_is_too_late_and_it_stops(home: OutboxHome) -> None:
    """The approval stands, nothing is forgotten, and the rest does not leave before somebody says so."""
    home.crowd(25)
    issue = home.approved([1])
    plan_some(home.engine, ["box"], home.clock)
    home.send()
    with pytest.raises(NotAllowedNow, match="has left already"):
        take_back(home, issue)
    stopped = home.issue(issue)
    assert (stopped.state, stopped.paused_at is not None) == (IssueState.SENDING, True)
    assert home.counts(issue).accepted == 10
    assert home.send() == 0


def test_what_was_tried_has_begun(home: OutboxHome) -> None:
    """A server that said "later" has seen the mail's envelope: the attempt stays on record."""
    home.join("ann@example.org")
    issue = home.approved([1])
    home.plan()
    home.provider.postpones("ann@example.org")
    home.send()
    with pytest.raises(NotAllowedNow, match="has left already"):
        take_back(home, issue)
    assert len(home.attempts(issue, "ann@example.org")) == 1


@pytest.mark.parametrize("state", ["collecting", "cancelled"])
def test_without_an_approval_there_is_nothing_to_take_back(home: OutboxHome, state: str) -> None:
    """An issue that was never approved, or that is over, is told so and stays as it is."""
    issue = replace(home.approved([1]), state=IssueState(state))
    with pytest.raises(NotAllowedNow, match="no approval to take back"):
        undo_approval(home.engine, issue, by="eva", clock=home.clock)
    assert home.issue(issue).paused_at is None


@pytest.mark.parametrize("rule", [{"approval": "auto"}, {"if_not_approved": "send"}])
def test_the_clock_does_not_approve_it_again(home: OutboxHome, rule: dict[str, Any]) -> None:
    """Where the newsletter approves by itself, the issue stays paused until somebody lets it."""
    issue = home.approved([1], **rule)
    back = take_back(home, issue)
    assert (back.state, back.paused_at is not None) == (IssueState.IN_REVIEW, True)


def test_time_to_take_it_back(home: OutboxHome) -> None:
    """With `undo` nothing leaves by itself for that time after a person's approval; after the rule's own it does."""
    home.crowd(3)
    issue = home.approved([1], undo="10m")
    home.plan()
    assert home.send() == 0
    home.clock.advance(timedelta(minutes=9))
    assert home.send() == 0
    home.clock.advance(timedelta(minutes=1))
    home.send()
    assert home.counts(issue) == Counts(accepted=3)
    by_rule = replace(issue, approved_by=BY_RULE)
    assert leaves_from(by_rule, make_recipe(undo="10m"), now=NOW) == NOW
