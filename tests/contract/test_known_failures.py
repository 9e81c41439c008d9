"""What went wrong for readers of other systems, and must not here: at the claim, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.issues.issue import IssueState
from subscribers.consent.leave import opt_out
from subscribers.lists.keep import put_list
from subscribers.wishes.prefer import prefer
from subscribers.wishes.wish import follow
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome

ANNA, BOB = "anna@example.org", "bob@example.org"


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(engine, tmp_path)
    with writing(engine) as db:
        put_list(db, "press", name="Press", opt_in="single", now=NOW)
    yield home
    home.close()


def leave(home: OutboxHome, address: str) -> None:
    with writing(home.engine) as db:
        opt_out(
            db,
            home.people[address],
            "newsletter:weekly",
            by="reader",
            evidence="",
            network_address="",
            now=home.clock.now(),
        )


def test_overlapping_wishes_lose_no_story_and_double_none(home: OutboxHome) -> None:
    """Row 17: on two lists, following two topics of one story, one gets it once; with one of the two topics as well."""
    home.join(ANNA, BOB)
    home.join(ANNA, slug="press")
    with writing(home.engine) as db:
        for topic in ("topic:funding", "topic:policy"):
            follow(db, home.people[ANNA], topic, now=NOW)
        follow(db, home.people[BOB], "topic:policy", now=NOW)
    issue = home.approved([1, 2], topics=("funding", "policy"), lists=["members", "press"])
    home.plan()
    home.send()
    assert sorted(home.got(issue, ANNA)) == [1, 2]
    assert sorted(home.got(issue, BOB)) == [1, 2]


def test_many_subscriptions_are_one_mail(home: OutboxHome) -> None:
    """Row 18: whatever lists and topics somebody has, an issue is one mail to them."""
    home.join(ANNA)
    home.join(ANNA, slug="press")
    with writing(home.engine) as db:
        for topic in ("topic:funding", "topic:policy", "topic:events"):
            follow(db, home.people[ANNA], topic, now=NOW)
    issue = home.approved([1, 3, 5], lists=["members", "press"])
    home.plan()
    home.send()
    assert (home.counts(issue).candidates, home.counts(issue).accepted, home.provider.doubles) == (1, 1, [])


def test_a_crowd_that_has_left_holds_nobody_up(home: OutboxHome) -> None:
    """Row 26: when all that are planned first leave before their claim, the one behind them gets the mail."""
    home.crowd(60)
    gone = list(home.people)
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    for address in gone:
        leave(home, address)
    home.join(BOB)  # too late for this issue: it was planned
    home.send()
    home.finish()
    counts = home.counts(issue)
    assert (counts.candidates, counts.accepted, counts.suppressed) == (61, 1, 60)
    assert home.got(issue, ANNA) == [1]
    assert home.issue(issue).state is IssueState.SENT


def test_an_issue_that_everybody_left_ends(home: OutboxHome) -> None:
    """Row 26: nobody is left to mail: the issue is over and says so, and does not wait for ever."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()
    leave(home, ANNA)
    leave(home, BOB)
    home.send()
    assert home.finish() == 1
    assert home.issue(issue).state is IssueState.SKIPPED


def test_another_mail_moves_no_rhythm(home: OutboxHome) -> None:
    """Row 39: who wants one weekly issue a week gets it, though another newsletter mailed them the day before."""
    home.join(ANNA)
    with writing(home.engine) as db:
        prefer(db, home.people[ANNA], "newsletter:weekly", {"frequency": "weekly"}, now=NOW)
    other = home.approved([1], slug="other")
    home.plan()
    home.send()
    home.finish()
    home.clock.at = NOW + timedelta(days=1)
    issue = home.approved([2], days=1)
    home.plan()
    home.send()
    assert [home.state(one, ANNA)[0] for one in (other, issue)] == ["accepted", "accepted"]
