"""Sending: claim, compose, carry, record, for one lane until it is empty or its time is over.

The messages are pulled by the provider, so no more is claimed than is soon handed over. Whatever happens to the
provider or the process, each claimed delivery is handed over, put back, or found by recovery.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from newsletter.base.clock import Clock
from newsletter.base.ids import Epoch
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.issue import IssueState
from newsletter.outbox import alert_store, report_store, store
from newsletter.outbox.claim import Claimed, claim_some
from newsletter.outbox.context import IssueContexts
from newsletter.outbox.delivery import Counts, DeliveryState, provider_of
from newsletter.outbox.journal import Journal
from newsletter.outbox.pace import Rate
from newsletter.outbox.record import Recorder
from newsletter.providers.provider import Key, Outgoing, Provider
from subscribers.address import mask

CLAIM_SIZE = 200  # deliveries a claim: under 50 ms of write transaction
_log = get_log("outbox")

_SUPPRESS_SIZE = 2000  # rows a write transaction
_CANCELLED_LOOK_BACK = timedelta(days=2)
_LONGEST_NAP = 0.25  # seconds between looks at the stop sign while the pace makes us wait

Compose = Callable[[Claimed, Provider], Outgoing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What sending needs; put together by app, one a process."""

    engine: Engine
    clock: Clock
    epoch: Epoch
    contexts: IssueContexts
    compose: Compose
    make_provider: Callable[[str], Provider]
    rates: Mapping[str, tuple[Rate, ...]]  # by provider


def send_some(outbox: Outbox, lane: str, *, stop: threading.Event, seconds: float = 30.0) -> int:
    """Send what is due in a lane, until it is empty, `stop` is set or the time is over; gives how many were decided."""
    carry = _Carry(outbox, lane, stop, time.monotonic() + seconds)
    return carry.run()


def finish_issues(engine: Engine, clock: Clock) -> int:
    """End the issues of which nothing is left to do, and nothing is unclear. Gives how many."""
    leave_out_cancelled(engine, clock)
    finished = 0
    with reading(engine) as db:
        over = [
            issue
            for issue in issue_store.issues_sending(db)
            if issue.planned_at and report_store.counts_of(db, issue.id).is_over
        ]
    for issue in over:
        with writing(engine) as db:
            counts = report_store.counts_of(db, issue.id)
            if counts.is_over:
                to, reason = _ending(counts, report_store.reasons_of(db, issue.id))
                issue_store.move_issue(db, issue.id, {IssueState.SENDING}, to, now=clock.now(), reason=reason)
                alert_store.close_alert(db, f"issue:{issue.id}", now=clock.now())
                _log.info("issue.over", issue=issue.name, state=to.value, accepted=counts.accepted)
                finished += 1
    return finished


def _ending(counts: Counts, reasons: Mapping[tuple[str, str], int]) -> tuple[IssueState, str]:
    """Say how an issue ended. It is "sent" only if the other side took at least one mail."""
    if counts.accepted:
        return IssueState.SENT, ""
    if counts.failed:
        return IssueState.FAILED, f"all {counts.failed} mails were refused"
    told = ", ".join(f"{count} {reason}" for (_, reason), count in reasons.items())
    return IssueState.SKIPPED, f"nobody was mailed: {told or 'nobody is on its lists'}"


def leave_out_cancelled(engine: Engine, clock: Clock) -> None:
    """Leave out what is still planned of issues that were cancelled: also what a sender put back after the act."""
    with reading(engine) as db:
        cancelled = sending_store.cancelled_since(db, clock.now() - _CANCELLED_LOOK_BACK)
    for issue_id in cancelled:
        more = True
        while more:
            with writing(engine) as db:
                more = bool(store.suppress_issue(db, issue_id, "cancelled", now=clock.now(), limit=_SUPPRESS_SIZE))


class _Carry:
    """One provider's `carry` over one lane, and the book of what it has open."""

    def __init__(self, outbox: Outbox, lane: str, stop: threading.Event, deadline: float) -> None:
        self._outbox, self._lane, self._stop, self._deadline = outbox, lane, stop, deadline
        self.provider = provider_of(lane)
        self._way_out = outbox.make_provider(self.provider)
        self._open: dict[Key, Claimed] = {}  # claimed, and no outcome written yet
        self._decided = 0

    def run(self) -> int:
        outbox = self._outbox
        recorder = Recorder(self._lane, outbox.epoch, self.masked, random.Random())  # noqa: S311 - spreads retries
        try:
            with Journal(outbox.engine, outbox.clock, outbox.epoch, recorder, self) as journal:
                self._way_out.carry(self._outgoing(), journal.intend, journal.report)
        finally:
            self._release()
        return self._decided

    def masked(self, key: Key) -> str:
        claimed = self._open.get(key)
        return mask(claimed.recipient.address) if claimed and claimed.recipient else ""

    def settled(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self._open.pop(key, None)

    def _outgoing(self) -> Iterator[Outgoing]:
        outbox = self._outbox
        rates = outbox.rates.get(self.provider, ())
        while not self._stop.is_set() and time.monotonic() < self._deadline:
            claims = claim_some(
                outbox.engine,
                outbox.contexts,
                self._lane,
                epoch=outbox.epoch,
                clock=outbox.clock,
                rates=rates,
                limit=CLAIM_SIZE,
            )
            self._decided += len(claims.claimed) + claims.left_out
            if claims.wait:
                self._stop.wait(min(claims.wait.total_seconds(), _LONGEST_NAP))
            elif claims.is_empty:
                return
            self._open |= {claimed.key: claimed for claimed in claims.claimed}
            yield from self._composed(claims.claimed)

    def _composed(self, claimed: list[Claimed]) -> Iterator[Outgoing]:
        for one in claimed:
            if self._stop.is_set():
                return
            try:
                outgoing = self._outbox.compose(one, self._way_out)
            except Exception as error:  # noqa: BLE001 - one bad mail must not stop the others (it is kept and shown)
                self._quarantine(one, error)
            else:
                yield outgoing

    def _quarantine(self, claimed: Claimed, error: Exception) -> None:
        """Fail one delivery that cannot be composed, and tell people: it is a fault of the content or of this program."""
        _log.error("delivery.not_composed", key=claimed.key, error=repr(error))
        words = f"could not be composed: {error}"
        now = self._outbox.clock.now()
        with writing(self._outbox.engine) as db:
            store.settle(db, claimed.id, DeliveryState.FAILED, epoch=self._outbox.epoch, reason=words, now=now)
            alert_store.raise_alert(
                db,
                f"compose:{claimed.issue_id or claimed.key}",
                f"a delivery of issue {claimed.issue_id} {words}",
                remedy=f"newsletter issue status {claimed.issue_id}" if claimed.issue_id else "newsletter doctor",
                now=now,
            )

    def _release(self) -> None:
        """Put back what was claimed and never got as far as an intent; rows in any other state are not touched."""
        with writing(self._outbox.engine) as db:
            store.release_keys(db, list(self._open), epoch=self._outbox.epoch, now=self._outbox.clock.now())
