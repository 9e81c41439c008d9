"""Sending: claim, compose, carry, record, for one lane until it is empty or its time is over.

The messages are pulled by the provider, so no more is claimed than is soon handed over. Whatever happens to the
provider or the process, each claimed delivery is handed over, put back, or found by recovery.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from newsletter.base.clock import Clock, SystemClock
from newsletter.base.ids import Epoch, IssueId
from newsletter.base.log import get_log
from newsletter.db.engine import writing
from newsletter.outbox import alert_store, store
from newsletter.outbox.claim import Claimed, Claims, Pace, claim_some
from newsletter.outbox.context import IssueContexts
from newsletter.outbox.delivery import DeliveryState, provider_of
from newsletter.outbox.errors import OfficeLost
from newsletter.outbox.journal import Journal
from newsletter.outbox.pace import Rate
from newsletter.outbox.pausing import pause_and_tell
from newsletter.outbox.record import Recorder
from newsletter.providers.provider import Key, Outgoing, Provider
from subscribers.address import mask

CLAIM_SIZE = 200  # deliveries a claim: under 50 ms of write transaction
_MOST_BAD_MAILS = 3  # of an issue, one after the other: then it is the issue that cannot be composed
_log = get_log("outbox")


class Compose(Protocol):
    """Makes messages of claimed deliveries."""

    def tokens(self, claimed: Sequence[Claimed]) -> list[str]:
        """Give the tokens of a whole claim, in order: one call of the cipher costs what one token does."""
        ...

    def __call__(self, claimed: Claimed, token: str, provider: Provider) -> Outgoing:
        """Compose one delivery in the provider's form."""
        ...


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
    pacing: Clock = SystemClock()  # noqa: RUF009 - it holds nothing; `tick --at` moves the schedule, not the world's time


def send_some(outbox: Outbox, lane: str, *, stop: threading.Event, seconds: float = 30.0) -> int:
    """Send what is due in a lane, until it is empty, `stop` is set or the time is over; gives how many were decided.

    OfficeLost when others have taken over this sender; it must take office anew.
    """
    carry = _Carry(outbox, lane, stop, time.monotonic() + seconds)
    return carry.run()


class _Carry:
    """One provider's `carry` over one lane, and the book of what it has open."""

    def __init__(self, outbox: Outbox, lane: str, stop: threading.Event, deadline: float) -> None:
        self._outbox, self._lane, self._stop, self._deadline = outbox, lane, stop, deadline
        self.provider = provider_of(lane)
        self._way_out = outbox.make_provider(self.provider)
        self._open: dict[Key, str] = {}  # claimed, and no outcome written yet: the masked address
        self._bad_mails: dict[IssueId | None, int] = {}  # one after the other, by issue
        self._decided = 0
        self._lost: OfficeLost | None = None

    def run(self) -> int:
        outbox = self._outbox
        recorder = Recorder(self._lane, outbox.epoch, self.masked, random.Random())  # noqa: S311 - spreads retries
        try:
            with Journal(outbox.engine, outbox.clock, outbox.epoch, recorder, self) as journal:
                self._way_out.carry(self._outgoing(), journal.intend, journal.report)
        finally:
            self._release()
        if self._lost is not None:
            raise self._lost
        return self._decided

    def masked(self, key: Key) -> str:
        return self._open.get(key, "")

    def settled(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self._open.pop(key, None)

    def _outgoing(self) -> Iterator[Outgoing]:
        outbox = self._outbox
        pace = Pace(outbox.rates.get(self.provider, ()), outbox.pacing)
        while not self._stop.is_set() and (left := self._deadline - time.monotonic()) > 0:
            try:
                claims = self._claim(pace)
            except OfficeLost as lost:
                self._lost = lost  # told at the end: what is in flight is heard first, since late truth counts
                return
            self._decided += len(claims.claimed) + claims.left_out
            if claims.wait:
                self._stop.wait(min(claims.wait.total_seconds(), left))
            elif claims.is_empty:
                return
            self._open |= dict.fromkeys((one.key for one in claims.claimed), "")
            yield from self._composed(claims.claimed)

    def _claim(self, pace: Pace) -> Claims:
        outbox = self._outbox
        return claim_some(
            outbox.engine,
            outbox.contexts,
            self._lane,
            epoch=outbox.epoch,
            clock=outbox.clock,
            pace=pace,
            limit=CLAIM_SIZE,
        )

    def _composed(self, claimed: list[Claimed]) -> Iterator[Outgoing]:
        for one, token in zip(claimed, self._outbox.compose.tokens(claimed), strict=True):
            if self._stop.is_set():
                return
            if self._bad_mails.get(one.issue_id, 0) >= _MOST_BAD_MAILS:
                continue  # paused; it is put back at the end
            try:
                outgoing = self._outbox.compose(one, token, self._way_out)
            except Exception as error:  # noqa: BLE001 - one bad mail must not stop the others; it is kept and shown
                self._quarantine(one, error)
            else:
                self._bad_mails.pop(one.issue_id, None)
                self._open[one.key] = mask(outgoing.envelope.recipient)
                yield outgoing

    def _quarantine(self, claimed: Claimed, error: Exception) -> None:
        """Fail one delivery that cannot be composed, and tell people. Several in a row: the issue pauses instead."""
        _log.error("delivery.not_composed", key=claimed.key, error=repr(error))
        words, now = f"could not be composed: {error}", self._outbox.clock.now()
        issue_id = claimed.issue_id
        if issue_id is not None:  # each notice has a content of its own
            self._bad_mails[issue_id] = self._bad_mails.get(issue_id, 0) + 1
        with writing(self._outbox.engine) as db:
            if issue_id is not None and self._bad_mails[issue_id] >= _MOST_BAD_MAILS:
                pause_and_tell(db, issue_id, f"its mails {words}", now=now)
                return
            store.settle(db, claimed.id, DeliveryState.FAILED, epoch=self._outbox.epoch, reason=words, now=now)
            what = f"a delivery of issue {issue_id}" if issue_id else f"the notice {claimed.key}"
            remedy = f"newsletter issue status {issue_id}" if issue_id else "newsletter doctor"
            key = f"compose:{issue_id or claimed.key}"
            alert_store.raise_alert(db, key, f"{what} {words}", remedy=remedy, now=now)

    def _release(self) -> None:
        """Put back what never got as far as an intent; what was handed over and nobody will report is in doubt."""
        keys, epoch, now = list(self._open), self._outbox.epoch, self._outbox.clock.now()
        if keys:
            with writing(self._outbox.engine) as db:
                store.release_keys(db, keys, epoch=epoch, now=now)
                store.doubt_keys(db, keys, epoch=epoch, now=now)
