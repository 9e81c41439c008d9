"""The claim decides what each reader gets, in its own transaction, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.issues import life
from newsletter.issues.digest import chosen_posts
from newsletter.issues.issue import IssueState
from newsletter.outbox import alert_store
from newsletter.outbox.claim import Claims, Pace, claim_some
from newsletter.outbox.pace import Rate
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.leave import opt_out
from subscribers.suppression.suppress import suppress
from subscribers.wishes.wish import follow, mute
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome

LANE = "box/other"
HOUR = timedelta(hours=1)


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


class Claimer:
    """Claims in one lane for one owner, as a sender does."""

    def __init__(self, home: OutboxHome, *rates: Rate) -> None:
        self.home, self.pace = home, Pace(rates, home.clock)
        self.outbox = home.outbox(home.owner())

    def __call__(self, limit: int = 100) -> Claims:
        outbox = self.outbox
        return claim_some(
            outbox.engine,
            outbox.contexts,
            LANE,
            epoch=outbox.epoch,
            clock=outbox.clock,
            pace=self.pace,
            limit=limit,
        )


def test_everybody_on_the_list_gets_one_delivery(home: OutboxHome) -> None:
    """Each member is planned once, claimed once, and the mail holds what was chosen."""
    home.join("anna@example.org", "bob@example.org")
    issue = home.approved([1, 2, 3])
    home.plan()
    home.send()
    assert sorted(home.got(issue, "anna@example.org")) == [1, 2, 3]
    assert (home.counts(issue).accepted, home.provider.doubles) == (2, [])


def test_a_withdrawal_counts_until_the_last_moment(home: OutboxHome) -> None:
    """Row 16: a post that is withdrawn between two claims is in the mails of the first and in none of the second."""
    home.join("anna@example.org", "bob@example.org")
    home.approved([1, 2])
    home.plan()
    claim = Claimer(home)
    (before,) = claim(limit=1).claimed
    home.withdraw(2)
    (after,) = claim(limit=1).claimed
    assert (sorted(chosen_posts(before.choice)), chosen_posts(after.choice)) == ([1, 2], [1])


def test_what_is_past_leaves_within_a_minute(home: OutboxHome) -> None:
    """A post whose life ends while an issue goes out is in no mail that is claimed later."""
    home.join("anna@example.org")
    issue = home.approved([1], stale_after="60d")
    home.plan()
    home.clock.advance(timedelta(days=31))
    home.send()
    assert home.state(issue, "anna@example.org") == ("suppressed", "nothing_new")


@pytest.mark.parametrize(("kind", "reason"), [("opt_out", "unsubscribed"), ("complained", "suppressed:complained")])
def test_whoever_left_after_planning_gets_nothing(home: OutboxHome, kind: str, reason: str) -> None:
    """Row 26: a no that is said between planning and claiming counts, and says so."""
    home.join("anna@example.org", "bob@example.org")
    issue = home.approved([1])
    home.plan()
    anna = home.people["anna@example.org"]
    with writing(home.engine) as db:
        if kind == "opt_out":
            opt_out(db, anna, "newsletter:weekly", by="reader", evidence="", network_address="", now=NOW)
        else:
            suppress(db, anna, SuppressionKind.COMPLAINED, reason="spam button", by="test", now=NOW)
    home.send()
    assert home.state(issue, "anna@example.org") == ("suppressed", reason)
    assert home.state(issue, "bob@example.org") == ("accepted", "")
    assert len(home.provider.arrived) == 1


def test_a_mute_after_planning_counts(home: OutboxHome) -> None:
    """A topic that is muted before the claim does not come; when nothing else is left, no mail leaves."""
    home.join("anna@example.org", "bob@example.org")
    issue = home.approved([1])  # odd posts are about funding
    home.plan()
    with writing(home.engine) as db:
        mute(db, home.people["anna@example.org"], "topic:funding", now=NOW)
        follow(db, home.people["bob@example.org"], "topic:funding", now=NOW)
    home.send()
    assert home.state(issue, "anna@example.org") == ("suppressed", "nothing_new")
    assert home.got(issue, "bob@example.org") == [1]


def test_too_few_stories_are_no_mail(home: OutboxHome) -> None:
    """Under min_posts nothing is sent, and the reason tells it from having nothing at all."""
    home.join("anna@example.org")
    issue = home.approved([1, 2], min_posts=3)
    home.plan()
    home.send()
    assert home.state(issue, "anna@example.org") == ("suppressed", "too_few")


def test_stale_is_left_out(home: OutboxHome) -> None:
    """What could not leave within stale_after of its hour is left out, and not a moment before."""
    home.join("anna@example.org")
    issue = home.approved([1], stale_after="2h")
    home.plan()
    home.clock.advance(2 * HOUR + timedelta(seconds=1))
    home.send()
    assert home.state(issue, "anna@example.org") == ("suppressed", "stale")


def test_the_same_story_never_comes_twice(home: OutboxHome) -> None:
    """Over two issues of one newsletter a reader gets each story once; only what is new makes a mail."""
    home.join("anna@example.org", "bob@example.org")
    first = home.approved([1, 2])
    home.plan()
    home.send()
    second = home.approved([1, 2, 3], days=7)
    third = home.approved([1, 2, 3], days=14)
    home.clock.advance(timedelta(days=14))
    home.plan()
    home.send()
    assert sorted(home.got(first, "anna@example.org")) == [1, 2]
    shown = [home.got(second, "anna@example.org"), home.got(third, "anna@example.org")]
    assert sorted(shown) == [[], [3]]


@pytest.mark.parametrize("answer", ["refused", "in_doubt"])
def test_only_what_may_have_been_shown_counts_as_shown(home: OutboxHome, answer: str) -> None:
    """A refused mail showed nothing; one in doubt may have, so its stories do not come again."""
    home.join("anna@example.org")
    home.approved([1])
    home.plan()
    if answer == "refused":
        home.provider.refuses("anna@example.org")
    else:
        home.provider.loses_answers()
    home.send()
    second = home.approved([1], days=7)
    home.provider.is_up()
    home.clock.advance(timedelta(days=7))
    home.plan()
    home.send()
    expected = ("accepted", "") if answer == "refused" else ("suppressed", "nothing_new")
    assert home.state(second, "anna@example.org") == expected


def test_one_reader_is_in_flight_once(home: OutboxHome) -> None:
    """With two newsletters due at once a reader's second digest waits for the first, and repeats none of it."""
    home.join("anna@example.org")
    home.approved([1, 2])
    home.approved([2, 3], slug="monthly")
    home.plan()
    claim = Claimer(home)
    assert len(claim().claimed) == 1
    assert claim().is_empty
    home.clock.advance(timedelta(minutes=16))
    home.send()  # the first claim's lease is over: it is put back
    held = [post for copies in home.provider.arrived.values() for post in copies[0].mime.split()]
    assert sorted(held) == [b"1", b"2", b"3"]


def test_a_paused_issue_waits_and_blocks_no_other(home: OutboxHome) -> None:
    """Nothing of a paused issue is claimed; another's deliveries in the same lane leave."""
    home.crowd(30)
    paused = home.approved([1])
    home.plan()
    life.pause(home.engine, paused.id, reason="a typo", by="test", now=NOW)
    other = home.approved([2], slug="other")
    home.plan()
    home.send()
    assert (home.counts(paused).planned, home.counts(other).accepted) == (30, 30)
    assert home.lanes() == []


def test_an_edition_that_cannot_be_built_pauses_its_issue_only(home: OutboxHome) -> None:
    """One language without words pauses the issue with an alert; another issue leaves."""
    home.join("anna@example.org", language="xx")
    bad = home.approved([1])
    home.plan()
    home.join("bob@example.org")
    good = home.approved([2], slug="other", lists=["members"])
    with writing(home.engine) as db:
        opt_out(
            db, home.people["anna@example.org"], "newsletter:other", by="r", evidence="", network_address="", now=NOW
        )
    home.plan()
    home.send()
    assert home.issue(bad).paused_at is not None
    assert home.state(good, "bob@example.org") == ("accepted", "")
    with writing(home.engine) as db:
        (alert,) = alert_store.open_alerts(db)
    assert "cannot be built" in alert.words
    assert "issue resume" in alert.remedy


def test_what_is_not_due_is_not_claimed(home: OutboxHome) -> None:
    """Nothing leaves before its hour, and the lane says that it has no work."""
    home.join("anna@example.org", zone="America/New_York")
    issue = home.approved([1], local_time=True)
    home.plan()
    assert (home.lanes(), home.send()) == ([], 0)
    home.clock.advance(6 * HOUR)  # 08:00 in New York is six hours after 08:00 in Berlin
    home.send()
    assert home.state(issue, "anna@example.org") == ("accepted", "")


def test_the_pace_is_kept_in_the_claim(home: OutboxHome) -> None:
    """A rate of five a second lets one message go at a time; without tokens nothing is claimed and the wait is told."""
    home.crowd(3)
    home.approved([1])
    home.plan()
    claim = Claimer(home, Rate("box 5/s", 5, timedelta(seconds=1)))
    assert len(claim().claimed) == 1
    waiting = claim()
    assert (waiting.claimed, waiting.wait) == ([], timedelta(seconds=0.2))
    home.clock.advance(timedelta(seconds=0.2))
    assert len(claim().claimed) == 1


def test_an_empty_lane_never_waits_for_its_pace(home: OutboxHome) -> None:
    """When nothing is due, a claim says so at once, also without a token."""
    home.join("anna@example.org")
    home.approved([1])
    home.plan()
    claim = Claimer(home, Rate("box 1/d", 1, timedelta(days=1)))
    assert len(claim().claimed) == 1
    assert claim() == Claims()


def test_readers_who_are_left_out_cost_no_token(home: OutboxHome) -> None:
    """The pace counts what leaves."""
    home.join("anna@example.org", "bob@example.org")
    home.approved([1])
    home.plan()
    with writing(home.engine) as db:
        mute(db, home.people["anna@example.org"], "topic:funding", now=NOW)
    claim = Claimer(home, Rate("box 1/h", 1, HOUR))
    first = claim()
    assert (len(first.claimed), first.left_out) == (0, 1)
    assert len(claim().claimed) == 1


def test_an_issue_ends_when_all_is_told(home: OutboxHome) -> None:
    """Sent when one mail was taken, failed when all were refused, skipped when nobody was mailed, with the reason."""
    home.join("anna@example.org")
    sent = home.approved([1])
    home.plan()
    home.send()
    again = home.approved([1], slug="again")
    refused = home.approved([2], slug="refused")
    home.provider.refuses("anna@example.org")
    home.plan()
    home.send()
    assert home.finish() == 3
    assert home.issue(sent).state is IssueState.SENT
    assert (home.issue(again).state, home.issue(again).state_reason) == (
        IssueState.SKIPPED,
        "nobody was mailed: nothing new for them",
    )
    assert home.issue(refused).state is IssueState.FAILED
    assert home.finish() == 0
