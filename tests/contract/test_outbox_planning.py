"""Planning: one row for every member, in portions, resumable at any point, on both databases."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import reading, writing
from newsletter.issues import life
from newsletter.issues.issue import IssueState
from newsletter.outbox import alert_store, plan
from newsletter.outbox.delivery import Counts
from newsletter.outbox.plan import plan_some
from subscribers import doors
from subscribers.consent.leave import leave_list
from subscribers.people.find import find_by_address
from subscribers.segments.keep import put_segment, remove_segment
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome
from tests.unit.subscribers.people import BY_READER


@pytest.fixture
def home(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OutboxHome]:
    monkeypatch.setattr(plan, "PORTION", 10)
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


def test_it_goes_on_where_a_crash_left_it(home: OutboxHome) -> None:
    """After some portions another process goes on from the last one: everybody once, nobody left out."""
    home.crowd(35)
    issue = home.approved([1])
    assert plan_some(home.engine, ["box"], home.clock) == 10
    half = home.issue(issue)
    assert (half.state, half.planned_at, home.counts(issue).planned) == (IssueState.SENDING, None, 10)
    assert home.plan() == 25
    assert home.issue(issue).planned_at == NOW
    assert home.counts(issue) == Counts(planned=35)
    assert home.plan() == 0


def test_what_is_planned_leaves_while_the_rest_is_planned(home: OutboxHome) -> None:
    """The first mails do not wait for the last portion, and the issue does not end before it."""
    home.crowd(25)
    issue = home.approved([1])
    plan_some(home.engine, ["box"], home.clock)
    home.send()
    assert home.counts(issue) == Counts(accepted=10)
    assert home.finish() == 0
    home.plan()
    home.send()
    assert (home.counts(issue), home.finish()) == (Counts(accepted=25), 1)


def test_two_planners_at_once_plan_everybody_once(home: OutboxHome) -> None:
    """Any number of processes may plan the same issue: no double, no gap, and its end is noted once for all."""
    home.crowd(95)
    issue = home.approved([1])
    threads = [threading.Thread(target=home.plan) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert home.counts(issue) == Counts(planned=95)
    assert home.issue(issue).planned_at is not None


def test_a_full_last_portion_ends_too(home: OutboxHome) -> None:
    """When the members fill the last portion exactly, one more look finds the end."""
    home.crowd(20)
    issue = home.approved([1])
    home.plan()
    assert home.issue(issue).planned_at is not None
    assert home.counts(issue).candidates == 20


def test_nobody_on_the_list_is_planned_and_over(home: OutboxHome) -> None:
    """An issue without readers ends as skipped, with the reason."""
    issue = home.approved([1])
    assert home.plan() == 1
    home.finish()
    assert home.issue(issue).state_reason == "nobody was mailed: nobody is on its lists"


def test_without_a_provider_the_issue_pauses_and_says_what_to_write(home: OutboxHome) -> None:
    """No way out: the issue waits, people are told once; another issue is planned all the same."""
    home.crowd(3)
    stuck = home.approved([1], providers=["ses"])
    fine = home.approved([1], slug="other")
    home.plan()
    home.plan()
    assert "names ses, but newsletter.toml has box" in home.issue(stuck).paused_reason
    assert (home.counts(stuck), home.counts(fine)) == (Counts(), Counts(planned=3))
    with reading(home.engine) as db:
        (alert,) = alert_store.open_alerts(db)
    assert (alert.key, alert.remedy) == (f"issue:{stuck.id}", f"mend it, then: newsletter issue resume {stuck.name}")


def test_a_paused_issue_is_not_planned_on(home: OutboxHome) -> None:
    """A pause in the middle stops planning; resuming goes on."""
    home.crowd(25)
    issue = home.approved([1])
    plan_some(home.engine, ["box"], home.clock)
    life.pause(home.engine, issue.id, reason="a typo", by="test", now=NOW)
    assert home.plan() == 0
    life.resume(home.engine, issue.id, by="test", now=NOW)
    home.plan()
    assert home.counts(issue) == Counts(planned=25)


def test_a_cancelled_issue_mails_nobody_more(home: OutboxHome) -> None:
    """Cancelling leaves out what is planned and stops the planning; the counts still add up."""
    home.crowd(25)
    issue = home.approved([1])
    plan_some(home.engine, ["box"], home.clock)
    life.cancel(home.engine, issue.id, reason="wrong text", by="test", now=NOW)
    home.plan()
    home.finish()
    home.send()
    assert home.counts(issue) == Counts(suppressed=10)
    assert home.provider.arrived == {}


def test_readers_hours_are_planned_from_the_first_zone_on(home: OutboxHome) -> None:
    """With local_time planning begins before the slot, and each delivery is due at its reader's own hour."""
    home.join("kiri@example.org", zone="Pacific/Kiritimati")
    home.join("anna@example.org", zone="Europe/Berlin")
    home.join("bob@example.org", zone="America/New_York", hour=18)
    home.clock.at = NOW - timedelta(days=2)
    issue = home.approved([1], local_time=True)
    assert home.plan() == 0
    home.clock.at = NOW - timedelta(hours=26)
    home.plan()
    due = [home.delivery(issue, f"{one}@example.org").due_at for one in ("kiri", "anna", "bob")]
    # 08:00 on the islands (UTC+14), 08:00 in Berlin, 18:00 in New York (UTC-5)
    assert due == [NOW - timedelta(hours=13), NOW, NOW + timedelta(hours=16)]


def test_without_local_time_nothing_is_planned_before_the_slot(home: OutboxHome) -> None:
    """The slot's instant is the same for all, and lists may change until then."""
    home.join("anna@example.org", zone="Pacific/Kiritimati")
    home.clock.at = NOW - timedelta(minutes=1)
    issue = home.approved([1])
    assert home.plan() == 0
    home.clock.at = NOW
    home.plan()
    assert home.delivery(issue, "anna@example.org").due_at == NOW


def test_a_segment_is_planned_by_its_rule_and_claimed_by_its_list(
    home: OutboxHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule counts at planning, in bounded steps; changed or removed later it drops nobody, leaving does."""
    monkeypatch.setattr(doors, "_WINDOW", 4)
    home.crowd(20)
    home.join("anna@hospital.example", "bert@hospital.example")
    with writing(home.engine) as db:
        put_segment(db, "part", name="", list_slug="members", rule="domain is hospital.example", now=NOW)
    issue = home.approved([1], lists=["part"])
    with writing(home.engine) as db:
        remove_segment(db, "part", now=NOW)
    assert plan_some(home.engine, ["box"], home.clock) == 1  # the first step finds nobody, and is not the last
    assert home.issue(issue).planned_at is None
    home.plan()
    assert home.counts(issue) == Counts(planned=2)
    with writing(home.engine) as db:
        put_segment(db, "part", name="", list_slug="members", rule="domain is example.org", now=NOW)
        bert = find_by_address(db, "bert@hospital.example").id
        leave_list(db, bert, "members", **BY_READER)
    home.send()
    assert home.counts(issue) == Counts(accepted=1, suppressed=1)
    assert home.state(issue, "bert@hospital.example") == ("suppressed", "unsubscribed")
