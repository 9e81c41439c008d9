"""Asks `intend` for all connections that wait at their dot, in groups that make themselves.

The rule it keeps: one question at a time; those who come while it is under way are the next group. So a commit is
shared by as many dots as there are, and nobody waits for a timer.
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

    def ask(self, dialogue: Dialogue) -> None:
        """Ask for the message at this dialogue's dot; its `release` follows, or `fenced`."""
        self._waiting.append(dialogue)
        if not self._is_asking:
            self._is_asking = True
            self._loop.call_soon(self._ask_all)  # after all that arrived in this turn of the loop

    def close(self) -> None:
        self._executor.shutdown()

    def _ask_all(self) -> None:
        group, self._waiting = self._waiting, []
        for dialogue in group:
            if dialogue.has_ended:
                dialogue.release()  # its connection is gone: it only reports, and needs no leave for it
        asked = [dialogue for dialogue in group if not dialogue.has_ended]
        if not asked:
            self._is_asking = False
            return
        keys = [dialogue.key for dialogue in asked]
        answer: asyncio.Future[Collection[Key]] = self._loop.run_in_executor(self._executor, self._intend, keys)
        answer.add_done_callback(partial(self._act, asked))

    def _act(self, asked: Sequence[Dialogue], answer: "asyncio.Future[Collection[Key]]") -> None:
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
        self._ask_all()
