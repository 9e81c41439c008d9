"""How often, and not while paused: decided at the claim, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.issues.issue import Issue
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.profile import Preferences
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome

ANNA, BOB = "anna@example.org", "bob@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


def send_issue(home: OutboxHome, number: int, day: int) -> Issue:
    """An issue of one new story on a day from NOW, a Monday, on."""
    home.clock.at = NOW + day * DAY
    issue = home.approved([number], days=day)
    home.plan()
    home.send()
    home.finish()
    return issue


def wants(home: OutboxHome, address: str, preferences: Preferences, scope: str = "newsletter:weekly") -> None:
    with writing(home.engine) as db:
        prefer(db, home.people[address], scope, preferences, now=NOW)


def test_one_issue_a_week_is_the_first_of_it(home: OutboxHome) -> None:
    """Who wants one a week gets Monday's, not Wednesday's, and the next Monday's; others get all. It is counted."""
    home.join(ANNA, BOB)
    wants(home, ANNA, {"frequency": "weekly"})
    issues = [send_issue(home, number, day) for number, day in ((1, 0), (2, 2), (3, 7))]
    assert [home.state(one, ANNA) for one in issues] == [("accepted", ""), ("suppressed", "not_due"), ("accepted", "")]
    assert [home.state(one, BOB)[0] for one in issues] == ["accepted"] * 3
    assert sorted(home.got(issues[2], ANNA)) == [3]
    assert home.counts(issues[1]).candidates == 2


def test_what_was_not_due_is_not_lost(home: OutboxHome) -> None:
    """A story of an issue that was skipped may come in the next: it was not shown."""
    home.join(ANNA)
    wants(home, ANNA, {"frequency": "weekly"})
    send_issue(home, 1, 0)
    send_issue(home, 2, 2)
    home.clock.at = NOW + 7 * DAY
    issue = home.approved([2, 3], days=7)
    home.plan()
    home.send()
    assert sorted(home.got(issue, ANNA)) == [2, 3]


def test_one_issue_a_month(home: OutboxHome) -> None:
    """Who wants one a month gets nothing more until the month of their own zone ends."""
    home.join(ANNA)
    wants(home, ANNA, {"frequency": "monthly"})
    issues = [send_issue(home, number, day) for number, day in ((1, 0), (2, 7), (3, 8))]  # 23 and 30 Nov, 1 Dec
    assert [home.state(one, ANNA)[1] for one in issues] == ["", "not_due", ""]


def test_nothing_comes_while_paused(home: OutboxHome) -> None:
    """A pause holds until its day begins, also one that is said after planning."""
    home.join(ANNA, BOB)
    with writing(home.engine) as db:
        change_profile(db, home.people[ANNA], {"paused_until": "2026-11-25"}, now=NOW)
    home.clock.at = NOW
    first = home.approved([1])
    home.plan()
    wants(home, BOB, {"paused_until": "2026-11-24"})
    home.send()
    home.finish()
    second = send_issue(home, 2, 2)  # the 25th
    assert [home.state(first, one) for one in (ANNA, BOB)] == [("suppressed", "paused")] * 2
    assert [home.state(second, one) for one in (ANNA, BOB)] == [("accepted", "")] * 2


def test_another_newsletter_has_a_rhythm_of_its_own(home: OutboxHome) -> None:
    """What is wanted of one newsletter holds there only, and another's issue counts for nothing."""
    home.join(ANNA)
    wants(home, ANNA, {"frequency": "monthly"}, scope="newsletter:daily")
    issues = [send_issue(home, number, day) for number, day in ((1, 0), (2, 1))]
    assert [home.state(one, ANNA)[0] for one in issues] == ["accepted", "accepted"]
