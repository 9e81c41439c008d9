"""What an outcome means: the move of its delivery, and what else has to happen.

Accepted ends it. Temporary: later, or failed when it would be stale by then; the lane or the provider rests where the
trouble reaches that far. Refused: failed, this recipient only. OurFault: the delivery stays, its issue pauses, people
are told, nobody is blamed. Uncertain: in doubt, never guessed.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.base.ids import Epoch
from newsletter.base.log import get_log
from newsletter.outbox import alert_store, lane_store, store
from newsletter.outbox.delivery import DeliveryState, provider_of
from newsletter.outbox.pausing import pause_and_tell
from newsletter.outbox.retry import hold_until, next_due
from newsletter.outbox.store import OwnRow
from newsletter.providers.provider import Accepted, Key, OurFault, Outcome, Refused, Scope, Temporary, Uncertain
from subscribers.address import mask

_log = get_log("outbox")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")


def without_addresses(words: str) -> str:
    """Mask each address in a server's words: addresses stand in no table but those of people (design, section 3)."""
    return _ADDRESS.sub(lambda found: mask(found[0]), words)


class Recorder:
    """Writes the outcomes that one owner's carry reports in one lane."""

    def __init__(self, lane: str, epoch: Epoch, masked: Callable[[Key], str], chance: random.Random) -> None:
        self._lane, self._provider, self._epoch = lane, provider_of(lane), epoch
        self._masked, self._chance = masked, chance

    def record(self, db: Connection, outcomes: Sequence[tuple[Key, Outcome]], *, now: datetime) -> None:
        """Write outcomes; one whose delivery is no longer this owner's changes nothing."""
        accepted = {key: outcome.provider_id for key, outcome in outcomes if isinstance(outcome, Accepted)}
        if accepted:
            store.record_accepted(db, accepted, epoch=self._epoch, now=now)
            lane_store.forget_past_holds(db, (self._lane, self._provider), now=now)
            alert_store.close_alert(db, f"provider:{self._provider}", now=now)
        for key, told in outcomes:
            if not isinstance(told, Accepted):
                outcome = replace(told, reason=without_addresses(told.reason))
                row = store.row_of_key(db, key, epoch=self._epoch)
                if row is None:
                    _log.warning("outcome.too_late", key=key, outcome=type(outcome).__name__)
                else:
                    self._record_one(db, key, row, outcome, now=now)

    def _record_one(self, db: Connection, key: Key, row: OwnRow, outcome: Outcome, *, now: datetime) -> None:
        match outcome:
            case Temporary():
                self._postpone(db, key, row, outcome, now=now)
            case Refused(reason):
                self._close(db, key, row, DeliveryState.FAILED, "refused", reason, now=now)
            case Uncertain(reason):
                self._close(db, key, row, DeliveryState.IN_DOUBT, "uncertain", reason, now=now)
            case OurFault(reason):
                self._close(db, key, row, DeliveryState.PLANNED, "our_fault", reason, now=now)
                self._tell_our_fault(db, row, reason, now=now)

    def _postpone(self, db: Connection, key: Key, row: OwnRow, trouble: Temporary, *, now: datetime) -> None:
        if trouble.scope is not Scope.RECIPIENT:
            self._hold(db, trouble, now=now)
        if trouble.scope is Scope.PROVIDER and row.state == "claimed":
            # The message never got near the other side: no attempt, no blame; the lane waits, not the delivery.
            store.put_back(db, row.id, epoch=self._epoch, reason=trouble.reason, due_at=row.due_at, now=now)
            return
        due = next_due(
            attempts=row.attempt_count + (row.state == "claimed"),
            now=now,
            retry_after=trouble.retry_after,
            stale_at=row.stale_at,
            jitter=self._chance.random(),
        )
        if due is None:
            words = f"given up, it would be stale: {trouble.reason}"
            self._close(db, key, row, DeliveryState.FAILED, "temporary", words, now=now)
        else:
            self._close(db, key, row, DeliveryState.PLANNED, "temporary", trouble.reason, now=now, due_at=due)

    def _close(
        self,
        db: Connection,
        key: Key,
        row: OwnRow,
        to: DeliveryState,
        outcome: str,
        words: str,
        *,
        now: datetime,
        due_at: datetime | None = None,
    ) -> None:
        closed = {"provider": self._provider, "masked": self._masked(key), "outcome": outcome, "answer": words}
        store.close_attempt(db, row.id, epoch=self._epoch, now=now, **closed)
        if to is DeliveryState.PLANNED:
            store.put_back(db, row.id, epoch=self._epoch, reason=words, due_at=due_at or now, now=now)
        else:
            store.settle(db, row.id, to, epoch=self._epoch, reason=words, now=now)

    def _hold(self, db: Connection, trouble: Temporary, *, now: datetime) -> None:
        held = self._provider if trouble.scope is Scope.PROVIDER else self._lane
        if lane_store.hold_of(db, held, now=now) is not None:
            return  # one outage is one failure, however many deliveries report it
        failures = lane_store.failures_of(db, held) + 1
        until = hold_until(failures=failures, now=now, retry_after=trouble.retry_after)
        lane_store.hold(db, held, until=until, reason=trouble.reason, failures=failures)
        if trouble.scope is Scope.PROVIDER:
            words = f"the provider {held} cannot be used: {trouble.reason}. Deliveries stay and are tried again"
            alert_store.raise_alert(db, f"provider:{held}", words, remedy="newsletter doctor", now=now)

    def _tell_our_fault(self, db: Connection, row: OwnRow, reason: str, *, now: datetime) -> None:
        words = f"the provider {self._provider} refuses us: {reason}"
        if row.issue_id is None:
            lane_store.hold(db, self._lane, until=now + timedelta(minutes=30), reason=words, failures=1)
            alert_store.raise_alert(db, f"provider:{self._provider}", words, remedy="newsletter doctor", now=now)
            return
        pause_and_tell(db, row.issue_id, words, now=now)
