"""What becomes of a delivery once it is claimed: fences, deaths, late truth, outcomes. On both databases."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from newsletter.base.ids import Epoch
from newsletter.db.engine import reading, writing
from newsletter.issues import life
from newsletter.issues.issue import IssueState
from newsletter.outbox import alert_store, lane_store, owner_store, store
from newsletter.outbox.delivery import Counts, DeliveryState, issue_key
from newsletter.outbox.errors import OfficeLost
from newsletter.outbox.owner import Owner, recover
from newsletter.outbox.send import _Carry, send_some
from newsletter.outbox.tables import attempts, deliveries
from newsletter.providers.provider import Intend, Outgoing, Report, Scope
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome
from tests.fakes.provider import FakeProvider, PowerCut

LANE = "box/other"
ANNA, BOB, CARA = "anna@example.org", "bob@example.org", "cara@example.org"


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


def alerts(home: OutboxHome) -> list[str]:
    with reading(home.engine) as db:
        return [alert.key for alert in alert_store.open_alerts(db)]


def test_an_attempt_tells_what_was_said_and_to_whom_masked(home: OutboxHome) -> None:
    """Each try is one row with the server's own words and no address."""
    home.join(ANNA)
    home.provider.postpones_once(ANNA, "451 4.2.2 full")
    issue = home.approved([1])
    home.plan()
    home.send()
    home.clock.advance(timedelta(minutes=4))
    home.send()
    told = [(one.outcome, one.answer, one.masked_address) for one in home.attempts(issue, ANNA)]
    key = issue_key(issue.id, home.people[ANNA])
    assert told == [
        ("temporary", "451 4.2.2 full", "a...a@example.org"),
        ("accepted", f"250 taken {key}", "a...a@example.org"),
    ]
    assert home.delivery(issue, ANNA).attempt_count == 2


def test_a_claim_that_was_taken_over_is_never_sent(home: OutboxHome) -> None:
    """The fence: when another process has put a row back, its message does not leave and nothing is recorded."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()

    stop = threading.Event()

    def take_over(_: object) -> None:
        stop.set()  # or, on a quick machine, there would be time to claim the rows anew
        with writing(home.engine) as db:
            owner_store.take_over(db, owner.epoch, now=NOW)

    home.provider.before_intend = take_over
    with suppress(OfficeLost):  # said where it asks for more rows before it has seen that it shall stop
        send_some(home.outbox(owner), LANE, stop=stop, seconds=0.01)
    assert (home.provider.arrived, home.counts(issue).planned, home.attempts(issue, ANNA)) == ({}, 2, [])


class _OneByOne(FakeProvider):
    """A way out that reads nothing ahead: each claim comes after all that was said of the one before."""

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        for one in outgoing:
            self._carry_batch([one], intend, report)


def test_an_owner_that_was_taken_over_claims_nothing_more(home: OutboxHome) -> None:
    """Who was taken for dead and lives (a lost session, a removed lock) stops: nobody would recover what it claims."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()
    owner, way_out = home.owner(), _OneByOne()

    def take_over(_: object) -> None:
        way_out.before_intend = lambda _: None
        with writing(home.engine) as db:
            owner_store.take_over(db, owner.epoch, now=NOW)

    way_out.before_intend = take_over
    with pytest.raises(OfficeLost, match="start it again"):
        send_some(home.outbox(owner, way_out), LANE, stop=threading.Event(), seconds=20)
    assert (way_out.arrived, home.counts(issue).planned) == ({}, 2)
    home.send()
    assert (home.counts(issue).accepted, home.provider.doubles) == (2, [])


def test_what_a_lost_owner_has_under_way_is_heard_before_it_ends(home: OutboxHome) -> None:
    """An owner that was taken over records the outcome of what it had handed over, and only then gives up."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    owner, way_out = home.owner(), _OneByOne()

    def take_over(_: object) -> None:
        with writing(home.engine) as db:
            owner_store.take_over(db, owner.epoch, now=NOW)

    way_out.after_intend = take_over
    with pytest.raises(OfficeLost):
        send_some(home.outbox(owner, way_out), LANE, stop=threading.Event(), seconds=20)
    assert home.state(issue, ANNA) == ("accepted", "")


def test_late_truth_counts(home: OutboxHome) -> None:
    """A sender that was taken for dead while it waited still records that its mail was taken: in doubt ends."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()
    seen = []

    def take_over(_: object) -> None:
        with writing(home.engine) as db:
            owner_store.take_over(db, owner.epoch, now=NOW)
        seen.append(home.state(issue, ANNA)[0])

    home.provider.after_intend = take_over
    home.send(home.outbox(owner))
    assert seen == ["in_doubt"]
    assert home.state(issue, ANNA) == ("accepted", "")
    assert [one.outcome for one in home.attempts(issue, ANNA)] == ["accepted"]


def test_an_outcome_never_touches_what_is_another_owners(home: OutboxHome) -> None:
    """When an in-doubt delivery was sent again by somebody else, the first sender's late words change nothing."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    first, second = home.owner(), home.owner()

    def settle_and_resend(_: object) -> None:
        home.provider.after_intend = lambda _: None
        with writing(home.engine) as db:
            owner_store.take_over(db, first.epoch, now=NOW)
            store.settle_in_doubt(db, issue.id, DeliveryState.PLANNED, reason="resend", now=NOW, limit=9)
        home.send(home.outbox(second, FakeProvider().refuses(ANNA)))

    home.provider.after_intend = settle_and_resend
    home.send(home.outbox(first))
    assert home.state(issue, ANNA)[0] == "failed"


def test_the_death_of_an_owner_loses_and_doubles_nothing(home: OutboxHome) -> None:
    """After a power cut what was claimed is planned again, what was handed over is in doubt, and all is told."""
    home.crowd(30)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()
    home.provider.dies_after(7)
    with pytest.raises(PowerCut):
        _die(home, owner)
    home.let_die(owner)
    assert recover(home.engine, home.folder, home.clock) == home.counts(issue).in_doubt > 0
    home.provider.is_up()
    home.send()
    counts = home.counts(issue)
    assert (counts.candidates, counts.planned, counts.in_flight) == (30, 0, 0)
    assert home.provider.doubles == []
    assert len(home.provider.arrived) + 5 >= counts.accepted + counts.in_doubt == 30
    assert home.finish() == 0
    assert alerts(home) == [f"doubt:{issue.id}"]


class _Dying(_Carry):
    """A carry whose process is gone before it could put anything back."""

    def _release(self) -> None: ...


def _die(home: OutboxHome, owner: Owner) -> None:
    _Dying(home.outbox(owner), LANE, threading.Event(), 10**12).run()


def test_a_hanging_owner_loses_its_claims_when_the_lease_is_over(home: OutboxHome) -> None:
    """A lock that is still held keeps claims for the lease and no longer; hand-overs are not touched."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()
    rows = [{"row": home.delivery(issue, one).id, "packed": b"\x01\x00\x00"} for one in (ANNA, BOB)]
    with writing(home.engine) as db:
        store.claim(db, rows, epoch=owner.epoch, lease_until=NOW + timedelta(minutes=15), now=NOW)
        key = issue_key(issue.id, home.people[BOB])
        store.intend(db, [key], epoch=owner.epoch, provider="box", masked=str, now=NOW)
    home.clock.advance(timedelta(minutes=14))
    recover(home.engine, home.folder, home.clock)
    assert home.counts(issue).in_flight == 2
    home.clock.advance(timedelta(minutes=2))
    recover(home.engine, home.folder, home.clock)
    assert (home.state(issue, ANNA)[0], home.state(issue, BOB)[0]) == ("planned", "handing_over")


def test_who_resigns_leaves_nothing_behind(home: OutboxHome) -> None:
    """An owner that ends in order puts claims back, and says that it is unclear what became of a hand-over."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()
    rows = [{"row": home.delivery(issue, one).id, "packed": b"\x01\x00\x00"} for one in (ANNA, BOB)]
    with writing(home.engine) as db:
        store.claim(db, rows, epoch=owner.epoch, lease_until=NOW, now=NOW)
        key = issue_key(issue.id, home.people[BOB])
        store.intend(db, [key], epoch=owner.epoch, provider="box", masked=str, now=NOW)
    owner.resign(home.engine, home.clock)
    assert (home.state(issue, ANNA)[0], home.state(issue, BOB)[0]) == ("planned", "in_doubt")
    assert recover(home.engine, home.folder, home.clock) == 0


def test_a_living_owner_is_never_taken_over(home: OutboxHome) -> None:
    """While the lock is held, nobody takes over; once it is free, the next who starts does at once."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    owner = home.owner()
    row = {"row": home.delivery(issue, ANNA).id, "packed": b"\x01\x00\x00"}
    with writing(home.engine) as db:
        store.claim(db, [row], epoch=owner.epoch, lease_until=NOW + timedelta(hours=1), now=NOW)
    home.owner()
    assert home.state(issue, ANNA)[0] == "claimed"
    home.let_die(owner)
    home.owner()
    assert home.state(issue, ANNA)[0] == "planned"


def test_epochs_are_never_used_twice(home: OutboxHome) -> None:
    """Each owner has an epoch of its own, also after the others have ended."""
    first = home.owner()
    first.resign(home.engine, home.clock)
    assert home.owner().epoch > first.epoch


def test_a_refusal_is_this_recipients_alone(home: OutboxHome) -> None:
    """Refused fails one delivery with the server's words; the others arrive, and nobody is alarmed."""
    home.join(ANNA, BOB)
    home.provider.refuses(ANNA)
    issue = home.approved([1])
    home.plan()
    home.send()
    assert home.state(issue, ANNA) == ("failed", "550 5.1.1 no such user")
    assert home.state(issue, BOB)[0] == "accepted"
    assert alerts(home) == []


def test_our_fault_pauses_the_issue_and_blames_nobody(home: OutboxHome) -> None:
    """Login, policy or quota: all stays planned, the issue pauses, people are told once; resumed, it goes."""
    home.crowd(12)
    home.provider.our_fault()
    issue = home.approved([1])
    home.plan()
    home.send()
    assert home.counts(issue) == Counts(planned=12)
    assert home.issue(issue).paused_at is not None
    assert alerts(home) == [f"issue:{issue.id}"]
    home.provider.is_up()
    life.resume(home.engine, issue.id, by="test", now=NOW)
    home.send()
    assert home.counts(issue) == Counts(accepted=12)


def test_our_fault_of_a_cancelled_issue_breaks_nothing(home: OutboxHome) -> None:
    """An issue that was cancelled while its mails were on their way cannot be paused: the outcome is still written."""
    home.crowd(8)
    home.provider.our_fault()
    issue = home.approved([1])
    home.plan()

    def cancel(_: object) -> None:
        if home.issue(issue).state is IssueState.SENDING:
            life.cancel(home.engine, issue.id, reason="wrong text", by="test", now=NOW)

    home.provider.after_intend = cancel
    home.send()
    home.finish()
    assert home.counts(issue) == Counts(suppressed=8)
    assert alerts(home) == []


def test_temporary_comes_again_later_and_later(home: OutboxHome) -> None:
    """A delay that grows with each attempt; the same delivery, chosen anew, until it would be stale."""
    home.join(ANNA)
    home.provider.postpones(ANNA)
    issue = home.approved([1], stale_after="3h")
    home.plan()
    waits = []
    while home.state(issue, ANNA)[0] == "planned":
        home.send()
        found = home.delivery(issue, ANNA)
        waits.append(found.due_at - home.clock.now())
        home.clock.at = max(found.due_at, home.clock.at)
    assert home.state(issue, ANNA) == ("failed", "given up, it would be stale: 451 later")
    growing = waits[:-1]
    assert growing == sorted(growing)
    assert timedelta(minutes=2) <= growing[0] <= timedelta(minutes=2.5)
    assert home.clock.now() < NOW + timedelta(hours=3)
    assert len(home.attempts(issue, ANNA)) == len(waits)


def test_a_dead_provider_rests_once_and_is_told_once(home: OutboxHome) -> None:
    """However many deliveries report it, an outage is one failure and one alert; nobody's attempts are counted."""
    home.crowd(40)
    home.provider.is_down()
    issue = home.approved([1])
    home.plan()
    home.send()
    with reading(home.engine) as db:
        (held,) = lane_store.all_holds(db, now=home.clock.now())
        assert (held[0], held[1], lane_store.failures_of(db, "box")) == ("box", NOW + timedelta(seconds=30), 1)
        assert db.execute(select(func.count()).select_from(attempts)).scalar_one() == 0
    assert home.counts(issue) == Counts(planned=40)
    assert alerts(home) == ["provider:box"]


def test_a_provider_comes_back_by_itself(home: OutboxHome) -> None:
    """Each outage in a row rests longer; the first mail that gets through ends the count and the alert."""
    home.crowd(5)
    home.provider.is_down()
    issue = home.approved([1])
    home.plan()
    rests = []
    for _ in range(3):
        home.send()
        with reading(home.engine) as db:
            until = lane_store.all_holds(db, now=home.clock.now())[0][1]
        rests.append((until - home.clock.now()).total_seconds())
        home.clock.at = until
    assert rests == [30, 60, 120]
    home.provider.is_up()
    home.send()
    assert home.counts(issue) == Counts(accepted=5)
    assert alerts(home) == []
    with reading(home.engine) as db:
        assert lane_store.failures_of(db, "box") == 0


def test_a_lane_rests_alone(home: OutboxHome) -> None:
    """What annoys one large mailbox provider does not slow the rest."""
    home.join("anna@gmail.com", BOB)
    home.provider.postpones("anna@gmail.com", words="421 slower", scope=Scope.LANE)
    issue = home.approved([1])
    home.plan()
    home.send()
    assert (home.state(issue, "anna@gmail.com")[0], home.state(issue, BOB)[0]) == ("planned", "accepted")
    with reading(home.engine) as db:
        assert [lane for lane, _, _ in lane_store.all_holds(db, now=NOW)] == ["box/gmail"]
    assert alerts(home) == []


def test_an_uncertain_outcome_is_never_tried_again(home: OutboxHome) -> None:
    """In doubt stays until a person settles it; sending again is their word, and then it is never stale."""
    home.join(ANNA)
    home.provider.loses_answers(1)
    issue = home.approved([1], stale_after="1h")
    home.plan()
    home.send()
    home.clock.advance(timedelta(hours=5))
    home.send()
    assert (home.state(issue, ANNA)[0], len(home.provider.arrived)) == ("in_doubt", 1)
    with writing(home.engine) as db:
        now = home.clock.now()
        assert store.settle_in_doubt(db, issue.id, DeliveryState.PLANNED, reason="resend", now=now, limit=9) == 1
    home.send()
    assert home.state(issue, ANNA)[0] == "accepted"


def test_one_mail_that_cannot_be_composed_stops_no_other(home: OutboxHome) -> None:
    """It fails with the fault and an alert; everybody else gets theirs."""
    home.crowd(6)
    home.compose.fails_for = {"p2@example.org"}
    issue = home.approved([1])
    home.plan()
    home.send()
    assert home.state(issue, "p2@example.org") == ("failed", "could not be composed: a value that no mail can hold")
    assert home.counts(issue) == Counts(accepted=5, failed=1)
    assert alerts(home) == [f"compose:{issue.id}"]


def test_an_issue_that_cannot_be_composed_is_paused_not_failed(home: OutboxHome) -> None:
    """When several mails in a row cannot be made, it is the issue's fault: the rest waits for a person."""
    home.crowd(20)
    home.compose.fails_for = {f"p{number}@example.org" for number in range(20)}
    issue = home.approved([1])
    home.plan()
    home.send()
    assert home.counts(issue) == Counts(planned=18, failed=2)
    assert home.issue(issue).paused_at is not None


def test_what_is_never_reported_is_in_doubt(home: OutboxHome) -> None:
    """A way out that breaks between hand-over and answer leaves no delivery that nobody will ever settle."""
    home.join(ANNA, BOB)
    issue = home.approved([1])
    home.plan()

    def breaks(_: object) -> None:
        raise RuntimeError("a bug of the engine")

    home.provider.after_intend = breaks
    owner = home.owner()
    with pytest.raises(RuntimeError, match="bug of the engine"):
        home.send(home.outbox(owner))
    assert home.counts(issue) == Counts(in_doubt=2)


def test_two_senders_at_once_mail_everybody_once(home: OutboxHome) -> None:
    """Two owners drain one lane in threads, two newsletters at a time: each delivery leaves exactly once."""
    home.crowd(120)
    first, second = home.approved([1, 2]), home.approved([2, 3], slug="other")
    home.plan()
    outboxes = [home.outbox(home.owner()) for _ in range(2)]
    threads = [threading.Thread(target=home.send, args=(outbox,)) for outbox in outboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    home.send()
    assert (home.counts(first), home.counts(second)) == (Counts(accepted=120), Counts(accepted=120))
    assert (len(home.provider.arrived), home.provider.doubles) == (240, [])
    for number in range(120):
        both = home.got(first, f"p{number}@example.org") + home.got(second, f"p{number}@example.org")
        assert sorted(both) == [1, 2, 3]


def test_a_guarded_move_changes_nothing_from_another_state(home: OutboxHome) -> None:
    """What is accepted is never claimed, suppressed, put back or failed."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    home.send()
    found = home.delivery(issue, ANNA)
    with writing(home.engine) as db:
        epoch = Epoch(db.execute(select(deliveries.c.epoch)).scalar_one())
        store.claim(db, [{"row": found.id, "packed": b""}], epoch=epoch, lease_until=NOW, now=NOW)
        store.suppress(db, [(found.id, "stale")], now=NOW)
        assert store.suppress_issue(db, issue.id, "cancelled", now=NOW, limit=9) == 0
        assert not store.put_back(db, found.id, epoch=epoch, reason="", due_at=NOW, now=NOW)
        assert not store.settle(db, found.id, DeliveryState.FAILED, epoch=epoch, reason="", now=NOW)
        assert store.release_keys(db, [found.key], epoch=epoch, now=NOW) == 0
    assert home.delivery(issue, ANNA) == found


def test_a_servers_words_hold_no_address(home: OutboxHome) -> None:
    """Servers repeat the address that they refuse: what is kept has it masked, so that erasing a person erases it."""
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    home.provider.refuses(ANNA, words=f"550 5.1.1 <{ANNA}>: Recipient address rejected: {ANNA} unknown")
    home.send()
    (attempt,) = home.attempts(issue, ANNA)
    assert ANNA not in attempt.answer + home.state(issue, ANNA)[1]
    assert "Recipient address rejected" in attempt.answer
    assert ANNA.partition("@")[2] in attempt.answer
