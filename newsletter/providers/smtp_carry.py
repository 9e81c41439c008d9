"""One carry over SMTP: as many connections as the work needs and the relay bears, and one intent for many dots.

Everything runs in one event loop but pulling (the feeder's thread) and `intend` (an executor's). The rules it keeps:
a message that was taken is reported exactly once unless it was fenced, and a relay that cannot be used is found out
once, not once a message.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache, partial
from typing import Any

from newsletter.base.log import get_log
from newsletter.providers.feeder import Feeder
from newsletter.providers.provider import Intend, Key, OurFault, Outcome, Outgoing, Report, Scope, Temporary
from newsletter.providers.smtp_connection import Connection, LostError
from newsletter.providers.smtp_dialogue import Dialogue
from newsletter.providers.smtp_greeting import RelayError, open_ready
from newsletter.providers.smtp_intents import Intents
from newsletter.providers.smtp_relay import Relay

LEAST_FRUITLESS = 3  # connections in a row that broke before anything was answered: then the relay counts as down


class Carriage:
    """The state of one carry. All of it runs in the event loop's thread."""

    def __init__(self, relay: Relay, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        self._relay = relay
        self._loop = asyncio.get_running_loop()
        self._intents = Intents(intend, self)
        self._tell = report
        wake = partial(self._loop.call_soon_threadsafe, self._go_on)
        self._feeder = Feeder(outgoing, 2 * relay.connections + 4, wake)
        self._tls_context = cache(relay.tls_context)
        self._limit = relay.connections  # falls when the relay refuses a connection
        self._open: dict[Dialogue, Connection] = {}
        self._resting: list[Dialogue] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._in_hand = 0  # taken, and neither reported nor fenced
        self._fruitless = 0
        self._verdict: Temporary | OurFault | None = None  # of all that is not taken yet
        self._error: BaseException | None = None
        self._done = self._loop.create_future()

    async def run(self) -> None:
        """Carry everything; raises what the iterable, `intend` or `report` raised, after the rest is settled."""
        self._loop.set_exception_handler(self._on_exception)
        self._feeder.start()
        watch = self._loop.create_task(self._watch())
        try:
            await self._done
        finally:
            self._feeder.stop()
            watch.cancel()
            await self._say_goodbye()
            self._intents.close()
            self._feeder.join()
        if error := self._error or self._feeder.error:
            raise error

    # What dialogues call

    def take(self) -> Outgoing | None:
        outgoing = None if self._verdict else self._feeder.take()
        self._in_hand += outgoing is not None
        return outgoing

    def wait_at_dot(self, dialogue: Dialogue) -> None:
        self._intents.ask(dialogue)

    def report(self, key: Key, outcome: Outcome) -> None:
        self._in_hand -= 1
        try:
            self._tell(key, outcome)
        except BaseException as error:
            self._fail(error)
            raise
        self._end_if_done()

    def rest(self, dialogue: Dialogue) -> None:
        if dialogue.left == 0:
            dialogue.quit()
        else:
            self._resting.append(dialogue)
            self._loop.call_soon(self._go_on)

    # What intents and connections call

    @property
    def going(self) -> int:
        return len(self._open) - len(self._resting)

    def fenced(self, dialogue: Dialogue) -> None:
        dialogue.fence()
        self._in_hand -= 1
        if connection := self._open.get(dialogue):
            connection.drop("a message was fenced")
        self._end_if_done()

    def intend_failed(self, dialogues: Sequence[Dialogue], error: BaseException) -> None:
        self._error = self._error or error
        reason = f"not sent: that it was leaving could not be recorded ({error})"
        self._give_up(Temporary(reason))
        for dialogue in dialogues:
            if connection := self._open.get(dialogue):
                connection.drop(reason)
            dialogue.release()  # ended: it reports

    def lost(self, connection: Connection) -> None:
        dialogue = connection.dialogue
        if dialogue is None or self._open.pop(dialogue, None) is None:
            return
        if dialogue in self._resting:
            self._resting.remove(dialogue)
        if dialogue.settled:
            self._fruitless = 0
        elif dialogue.has_failed:
            self._fruitless += 1
            if self._fruitless >= max(LEAST_FRUITLESS, self._relay.connections):
                words = (
                    f"relay {self._relay.place} ends every connection before a message is through: {connection.reason}"
                )
                self._give_up(Temporary(words, scope=Scope.PROVIDER))
        self._loop.call_soon(self._go_on)

    # Connections

    def _go_on(self) -> None:
        """Give messages to those who rest, open what more is needed, or tell the rest that it is over."""
        self._feeder.hungry = True  # first this, then look: a message that comes in between calls here once more
        if self._verdict is not None:
            self._tell_rest(self._verdict)
        else:
            while self._resting and len(self._feeder):
                self._resting.pop().proceed()
            spare = self._limit - len(self._open) - len(self._opening)
            for _ in range(min(spare, len(self._feeder) - len(self._opening))):
                self._start_opening()
                spare -= 1
            self._feeder.hungry = bool(self._resting) or spare > 0
        self._end_if_done()

    def _start_opening(self) -> None:
        task = self._loop.create_task(self._open_one())
        self._opening.add(task)
        task.add_done_callback(self._opened)

    async def _open_one(self) -> None:
        ready = await open_ready(self._relay, self._tls_context, self)
        if ready.connection.closed.done():
            raise RelayError(Temporary(f"relay {self._relay.place}: {ready.connection.reason}", scope=Scope.PROVIDER))
        dialogue = Dialogue(ready.extensions, self._relay.per_connection, ready.connection.write, self)
        self._open[dialogue] = ready.connection
        ready.connection.begin(dialogue)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, RelayError):
            self._refused(error)
        elif error is not None:
            self._fail(error)
        if not self._done.done():
            self._go_on()

    def _refused(self, error: RelayError) -> None:
        """Make do with the connections there are; without any, it is over."""
        going = len(self._open) + len(self._opening)
        self._limit = max(1, going)
        get_log("providers").warning("connection refused", relay=self._relay.place, going=going, reason=str(error))
        if not going:
            self._give_up(error.outcome)

    async def _watch(self) -> None:
        pause = min(1.0, *(getattr(self._relay.timeouts, field.name) / 4 for field in fields(self._relay.timeouts)))
        while True:
            await asyncio.sleep(pause)
            now = self._loop.time()
            for dialogue, connection in list(self._open.items()):
                connection.watch(now)
                if dialogue in self._resting and connection.is_idle(now):
                    self._resting.remove(dialogue)  # first: what is leaving gets no message
                    dialogue.quit()

    # The end

    def _give_up(self, verdict: Temporary | OurFault) -> None:
        self._verdict = self._verdict or verdict
        self._feeder.stop()
        self._loop.call_soon(self._go_on)

    def _tell_rest(self, verdict: Temporary | OurFault) -> None:
        while (outgoing := self._feeder.take()) is not None:
            self._in_hand += 1
            self.report(outgoing.key, verdict)

    def _end_if_done(self) -> None:
        is_over = self._in_hand == 0 and self._feeder.has_ended and not len(self._feeder)
        if is_over and not self._done.done():
            self._done.set_result(None)

    async def _say_goodbye(self) -> None:
        for task in self._opening:
            task.cancel()
        for dialogue, connection in list(self._open.items()):
            if dialogue.is_resting:
                dialogue.quit()
            elif not dialogue.is_leaving:
                connection.drop("given up")
        if self._open:
            await asyncio.wait([c.closed for c in self._open.values()], timeout=self._relay.timeouts.quit)
        for connection in list(self._open.values()):
            connection.drop("no answer to QUIT")
        await asyncio.sleep(0)  # the loop closes what was dropped

    def _on_exception(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell the network's troubles, which connections see themselves, from faults of ours (or of `report`)."""
        error = context.get("exception")
        if error is None or isinstance(error, OSError | LostError | RelayError):
            get_log("providers").warning(
                "connection trouble", relay=self._relay.place, reason=str(error or context["message"])
            )
        else:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """A bug: end now, and let it be seen."""
        self._error = self._error or error
        if not self._done.done():
            self._done.set_result(None)
