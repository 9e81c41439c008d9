"""A way out that does what it is told, for tests of the outbox: it keeps to the contract of every Provider.

`FakeProvider().refuses("x@y")` and so on; words can be chained. What arrived stands in `arrived`, by key. It runs
through the same contract suite as the real ones, so that it cannot promise what they do not.
"""

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Self

from newsletter.providers.errors import ProviderError
from newsletter.providers.feeder import BatchFeeder
from newsletter.providers.provider import (
    Accepted,
    Intend,
    Key,
    OurFault,
    Outcome,
    Outgoing,
    Refused,
    Report,
    Scope,
    Temporary,
    Uncertain,
)

Say = Callable[[Outgoing], Outcome | None]


class PowerCut(BaseException):
    """The process dies here: nothing of this program may catch it."""


class FakeProvider:
    """One fake for all lanes and threads of a test."""

    form: Literal["mime", "parts"] = "mime"
    alters: Sequence[str] = ()

    def __init__(self, name: str = "box", batch: int = 5) -> None:
        self.name = name
        self.batch = batch
        self.arrived: dict[Key, list[Outgoing]] = {}  # what the other side took, by key; more than one is a double
        self.tried: list[Key] = []
        self.on_accept: Callable[[Key], None] = lambda _: None
        self.before_intend: Callable[[Sequence[Key]], None] = lambda _: None
        self.after_intend: Callable[[Sequence[Key]], None] = lambda _: None
        self._always: dict[str, Outcome] = {}  # by recipient
        self._once: dict[str, Outcome] = {}
        self._say: Say = lambda _: None
        self._down = False
        self._loses = 0
        self._dies_after: int | None = None
        self._lock = threading.Lock()

    # --- words

    def refuses(self, *addresses: str, words: str = "550 5.1.1 no such user") -> Self:
        """Say no to these recipients, for ever."""
        self._always |= dict.fromkeys(addresses, Refused(words))
        return self

    def postpones(
        self, *addresses: str, words: str = "451 later", scope: Scope = Scope.RECIPIENT, after: timedelta | None = None
    ) -> Self:
        """Say "not now" to these recipients."""
        self._always |= dict.fromkeys(addresses, Temporary(words, after, scope))
        return self

    def postpones_once(self, address: str, words: str = "451 later") -> Self:
        """Say "not now" once, then take it."""
        self._once[address] = Temporary(words)
        return self

    def our_fault(self, words: str = "535 login") -> Self:
        """Say of all that it is the sender's fault."""
        return self.says(lambda _: OurFault(words))

    def loses_answers(self, count: int = 10**9) -> Self:
        """Take the next messages, and let their answers be lost."""
        self._loses = count
        return self

    def is_down(self) -> Self:
        """Nobody is there."""
        self._down = True
        return self

    def is_up(self) -> Self:
        """Somebody is there again, and takes everything."""
        self._down, self._loses, self._dies_after = False, 0, None
        self._always, self._once, self._say = {}, {}, lambda _: None
        return self

    def dies_after(self, count: int) -> Self:
        """Take this many, then lose power before the next answer is heard."""
        self._dies_after = count
        return self

    def says(self, say: Say) -> Self:
        """Answer what a function says; None: accepted."""
        self._say = say
        return self

    def at_random(self, chance: random.Random, weights: Mapping[str, int]) -> Self:
        """Answer at random; of what is uncertain a half has arrived."""
        kinds: dict[str, Outcome | None] = {
            "accepted": None,
            "refused": Refused("550 no"),
            "temporary": Temporary("451 later"),
            "lane": Temporary("421 slower", scope=Scope.LANE),
            "provider": Temporary("down", scope=Scope.PROVIDER),
            "our_fault": OurFault("535 login"),
            "uncertain": Uncertain("no answer"),
        }
        return self.says(lambda _: kinds[chance.choices(list(weights), list(weights.values()))[0]])

    # --- what arrived

    @property
    def keys(self) -> set[Key]:
        return set(self.arrived)

    @property
    def doubles(self) -> list[Key]:
        return [key for key, copies in self.arrived.items() if len(copies) > 1]

    # --- Provider

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all; see Provider."""
        verdict: Outcome | None = Temporary("nobody is there", scope=Scope.PROVIDER) if self._down else None
        with BatchFeeder(outgoing, self.batch) as feeder:
            for batch in feeder:
                if verdict is None:
                    verdict = self._carry_batch(batch, intend, report)
                else:
                    for one in batch:
                        report(one.key, verdict)
                if verdict is not None:
                    feeder.stop()

    def check(self) -> str:
        """Say that somebody is there, or that nobody is."""
        if self._down:
            raise ProviderError("nobody is there")
        return "a fake that takes everything"

    def _carry_batch(self, batch: list[Outgoing], intend: Intend, report: Report) -> Outcome | None:
        keys = [one.key for one in batch]
        self.before_intend(keys)
        granted = frozenset(intend(keys))
        self.after_intend(keys)
        verdict = None
        for one in batch:
            if one.key in granted:
                outcome = self._hand_over(one)
                report(one.key, outcome)
                if isinstance(outcome, Temporary) and outcome.scope is Scope.PROVIDER:
                    verdict = outcome
        return verdict

    def _hand_over(self, one: Outgoing) -> Outcome:
        with self._lock:
            self.tried.append(one.key)
            if self._dies_after is not None and sum(map(len, self.arrived.values())) >= self._dies_after:
                self._take(one)
                raise PowerCut
            recipient = one.envelope.recipient
            outcome = self._once.pop(recipient, None) or self._always.get(recipient) or self._say(one)
            if outcome is not None:
                return outcome
            self._take(one)
            if self._loses > 0:
                self._loses -= 1
                return Uncertain("the answer was lost")
            return Accepted(f"250 taken {one.key}")

    def _take(self, one: Outgoing) -> None:
        self.arrived.setdefault(one.key, []).append(one)
        self.on_accept(one.key)
