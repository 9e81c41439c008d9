"""Asks `intend` for all connections that wait at their dot, in groups that make themselves.

The rule it keeps: one question at a time; those who come while it is under way are the next group. A group waits for
the connections that are still on their way, at most half the time that the last answer took: without that they fall
into two halves that take turns, and each message waits for two commits.
"""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from newsletter.providers.provider import Intend, Key
from newsletter.providers.smtp_dialogue import Dialogue


class Asker(Protocol):
    """Who acts on what was not granted."""

    @property
    def going(self) -> int:
        """How many connections have something in hand."""
        ...

    def fenced(self, dialogue: Dialogue) -> None: ...

    def intend_failed(self, dialogues: Sequence[Dialogue], error: BaseException) -> None: ...


class Intents:
    """The dots of one carry."""

    def __init__(self, intend: Intend, asker: Asker) -> None:
        self._intend = intend
        self._asker = asker
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="newsletter-intend")
        self._waiting: list[Dialogue] = []
        self._is_asking = False
        self._last_took = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, dialogue: Dialogue) -> None:
        """Ask for the message at this dialogue's dot; its `release` follows, or `fenced`."""
        self._waiting.append(dialogue)
        if not self._is_asking:
            self._ask_soon()

    def close(self) -> None:
        self._executor.shutdown()

    def _ask_soon(self) -> None:
        """Ask in a moment, or at the end of this turn of the loop when all are here."""
        if self._timer is not None and len(self._waiting) < self._asker.going:
            return
        if self._timer is not None:
            self._timer.cancel()
        is_complete = len(self._waiting) >= self._asker.going
        self._timer = self._loop.call_later(0 if is_complete else self._last_took / 2, self._ask_all)

    def _ask_all(self) -> None:
        self._timer = None
        group, self._waiting = self._waiting, []
        for dialogue in group:
            if dialogue.has_ended:
                dialogue.release()  # its connection is gone: it only reports, and needs no leave for it
        asked = [dialogue for dialogue in group if not dialogue.has_ended]
        if not asked:
            return
        self._is_asking = True
        keys = [dialogue.key for dialogue in asked]
        answer: asyncio.Future[Collection[Key]] = self._loop.run_in_executor(self._executor, self._intend, keys)
        answer.add_done_callback(partial(self._act, asked, self._loop.time()))

    def _act(self, asked: Sequence[Dialogue], since: float, answer: "asyncio.Future[Collection[Key]]") -> None:
        self._is_asking = False
        self._last_took = self._loop.time() - since
        error = answer.exception()
        if error is not None:
            self._asker.intend_failed(asked, error)
        else:
            granted = frozenset(answer.result())
            for dialogue in asked:
                if dialogue.key in granted:
                    dialogue.release()
                else:
                    self._asker.fenced(dialogue)
        if self._waiting:
            self._ask_soon()
