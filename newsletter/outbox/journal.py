"""The journal of hand-overs: commits `handing_over` before anything leaves, and outcomes with the next group.

One thread owns the commits. `intend` waits for the commit that holds its keys; `report` never waits. What comes in
within a few milliseconds shares one transaction, so that durable states cost a few microseconds a delivery.
A key whose row is no longer ours is not granted: that is the fence against a sender that was taken for dead.
"""

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from sqlalchemy import Engine

from newsletter.base.clock import Clock
from newsletter.base.ids import Epoch
from newsletter.base.log import get_log
from newsletter.db.engine import writing
from newsletter.outbox import store
from newsletter.outbox.record import Recorder
from newsletter.providers.provider import Key, Outcome

_GROUP_SECONDS = 0.002  # how long a group waits for company
_IDLE_SECONDS = 0.05  # outcomes without a following intent are written after this
_PAUSES = (0.5, 2.0, 10.0, 0.0)  # seconds between tries when the database cannot be written


@dataclass(slots=True)
class _Wish:
    """An `intend` call that waits for its commit."""

    keys: Sequence[Key]
    done: threading.Event = field(default_factory=threading.Event)
    granted: frozenset[Key] = frozenset()
    error: BaseException | None = None


class Book(Protocol):
    """What a carry knows of the deliveries that it has open."""

    @property
    def provider(self) -> str: ...

    def masked(self, key: Key) -> str:
        """Give the masked address of an open delivery."""
        ...

    def settled(self, keys: Sequence[Key]) -> None:
        """Take note that the outcomes of these are written."""
        ...


class Journal:
    """Commits hand-overs and outcomes in groups. Use as a context manager: leaving it writes what is still open."""

    def __init__(self, engine: Engine, clock: Clock, epoch: Epoch, recorder: Recorder, book: Book) -> None:
        self._engine, self._clock, self._epoch, self._recorder, self._book = engine, clock, epoch, recorder, book
        self._wishes: list[_Wish] = []
        self._outcomes: list[tuple[Key, Outcome]] = []
        self._condition = threading.Condition()
        self._closing = False
        self._ended = False
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join()
        if self._broken is not None:
            raise self._broken

    def intend(self, keys: Sequence[Key]) -> Collection[Key]:
        """Commit `handing_over` for the keys that are still ours; gives those, and only those may leave."""
        wish = _Wish(keys)
        with self._condition:
            if self._broken is not None:
                raise self._broken
            if self._ended:
                raise RuntimeError("the journal has ended: nothing may leave any more")
            self._wishes.append(wish)
            self._condition.notify()
        wish.done.wait()
        if wish.error is not None:
            raise wish.error
        return wish.granted

    def report(self, key: Key, outcome: Outcome) -> None:
        """Write an outcome with the next group."""
        with self._condition:
            self._outcomes.append((key, outcome))
            self._condition.notify()

    def _run(self) -> None:
        try:
            self._loop()
        finally:
            self._refuse_all()

    def _refuse_all(self) -> None:
        """Let nobody wait for a thread that has ended."""
        with self._condition:
            if self._wishes and self._broken is None:
                self._broken = RuntimeError("the journal ended while a hand-over was waiting")
            wishes, self._wishes = self._wishes, []
            self._ended = True
        for wish in wishes:
            wish.error = self._broken
            wish.done.set()

    def _loop(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._wishes or self._outcomes or self._closing)
                if not (self._wishes or self._outcomes):
                    return
                self._gather()
                wishes, self._wishes = self._wishes, []
                outcomes, self._outcomes = self._outcomes, []
            self._commit(wishes, outcomes)

    def _gather(self) -> None:
        """Wait for company: shortly when somebody waits for a grant, longer when only outcomes are open."""
        self._condition.wait_for(lambda: self._wishes or self._closing, timeout=_IDLE_SECONDS)
        self._condition.wait_for(lambda: self._closing, timeout=_GROUP_SECONDS)

    def _commit(self, wishes: list[_Wish], outcomes: list[tuple[Key, Outcome]]) -> None:
        granted: frozenset[Key] = frozenset()
        error: BaseException | None = RuntimeError("the journal ended while a hand-over was waiting")
        try:
            granted, error = self._write_or_give_up([key for wish in wishes for key in wish.keys], outcomes)
        finally:  # whatever happens to this thread, those who wait are told
            for wish in wishes:
                wish.granted, wish.error = granted.intersection(wish.keys), error
                wish.done.set()

    def _write_or_give_up(
        self, keys: list[Key], outcomes: list[tuple[Key, Outcome]]
    ) -> tuple[frozenset[Key], Exception | None]:
        """Write a group, again after a pause if need be; gives what is granted, or the error.

        When it gives up, nothing of the group is written: its messages must not leave, and the outcomes that cannot be
        written leave their deliveries in handing_over, which recovery reads as in doubt. That is the truth.
        """
        error: Exception | None = None
        for pause in _PAUSES:
            try:
                return self._write(keys, outcomes), None
            except Exception as trouble:  # noqa: BLE001 - whatever it is, the waiting senders must hear of it
                get_log("outbox").error("journal.failed", error=str(trouble), next_try_seconds=pause)
                error = trouble
                time.sleep(pause)
        with self._condition:
            self._broken = error
        return frozenset(), error

    def _write(self, keys: list[Key], outcomes: list[tuple[Key, Outcome]]) -> frozenset[Key]:
        now = self._clock.now()
        with writing(self._engine) as db:
            self._recorder.record(db, outcomes, now=now)
            granted = store.intend(
                db, keys, epoch=self._epoch, provider=self._book.provider, masked=self._book.masked, now=now
            )
        self._book.settled([key for key, _ in outcomes])
        return granted
