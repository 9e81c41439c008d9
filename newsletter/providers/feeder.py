"""Pulls outgoing messages in a thread of their own, because pulling may block (claiming, composing).

The rule it keeps: never more than `ahead` messages wait here, and after `stop` not one more is pulled.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Thread
from typing import Self

from newsletter.providers.provider import Outgoing


class Feeder:
    """A bounded queue between the thread that pulls and the event loop that sends. Only the loop calls its methods."""

    def __init__(self, outgoing: Iterable[Outgoing], ahead: int, wake: Callable[[], object]) -> None:
        self.hungry = True  # the loop wants to be woken by the next message; set it before looking
        self.has_ended = False  # nothing more will come
        self.error: BaseException | None = None  # of the iterable
        self._outgoing = outgoing
        self._ahead = ahead
        self._wake = wake
        self._queue: deque[Outgoing] = deque()
        self._room = Event()
        self._stopped = False
        self._thread = Thread(target=self._pull, name="newsletter-feeder", daemon=True)

    def __len__(self) -> int:
        return len(self._queue)

    def start(self) -> None:
        self._thread.start()

    def take(self) -> Outgoing | None:
        """Give the next message if one is here."""
        try:
            outgoing = self._queue.popleft()
        except IndexError:
            return None
        if len(self._queue) <= self._ahead // 2:  # refilled in bursts: a switch of threads costs more than a message
            self._room.set()
        return outgoing

    def stop(self) -> None:
        """Pull no more. A message that is being pulled right now still comes."""
        self._stopped = True
        self._room.set()

    def join(self) -> None:
        """Wait until the pulling has ended."""
        self._thread.join()

    def _pull(self) -> None:
        try:
            for outgoing in self._outgoing:
                self._queue.append(outgoing)
                if self.hungry:
                    self.hungry = False
                    self._wake()
                self._wait_for_room()
                if self._stopped:
                    break
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller of carry, who gets it in their thread
            self.error = error
        self.has_ended = True
        self._wake()

    def _wait_for_room(self) -> None:
        self._room.clear()
        if len(self._queue) >= self._ahead and not self._stopped:
            self._room.wait()


class BatchFeeder:
    """The same for a way out that carries batches one after the other: `with` it, iterate over it.

    A batch is what is there, at most `most`: while one is on its way the next fills, and nobody waits for a full one.
    """

    def __init__(self, outgoing: Iterable[Outgoing], most: int) -> None:
        self._most = most
        self._arrived = Event()
        self._feeder = Feeder(outgoing, most, self._arrived.set)

    def __enter__(self) -> Self:
        self._feeder.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._feeder.join()

    def __iter__(self) -> Iterator[list[Outgoing]]:
        """Yield batches to the end; raises what the iterable raised, after the last."""
        while batch := self._wait_for_batch():
            yield batch
        if self._feeder.error is not None:
            raise self._feeder.error

    def stop(self) -> None:
        """Pull no more; what is pulled already is still yielded."""
        self._feeder.stop()

    def _wait_for_batch(self) -> list[Outgoing]:
        while True:
            self._arrived.clear()
            self._feeder.hungry = True
            has_ended = self._feeder.has_ended  # looked at first: what comes before the end is then in the queue
            batch: list[Outgoing] = []
            while len(batch) < self._most and (outgoing := self._feeder.take()) is not None:
                batch.append(outgoing)
            if batch or has_ended:
                return batch
            self._arrived.wait()
