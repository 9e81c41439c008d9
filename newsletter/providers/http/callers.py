"""Threads that make calls, as many at once as the provider says, each with a client of its own.

One httpx pool for many calls at once collapses; a client a thread does not. The rule it keeps: after a verdict nothing
is posted any more, and after an error nothing is even reported: it belongs to the caller of carry.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Lock, Semaphore, local
from typing import Self

import httpx

from newsletter.providers.http.dialect import Answer, Item
from newsletter.providers.provider import Intend, OurFault, Report, Scope, Temporary

LONGEST_REST = timedelta(seconds=5)  # that is waited out here; in a longer one others use the time

Post = Callable[[httpx.Client, Sequence[Item]], Answer]


class Callers:
    """Hands over batches: `with` it, call `hand_over`; at its end all are reported."""

    def __init__(
        self, calls: int, make_client: Callable[[], httpx.Client], post: Post, intend: Intend, report: Report
    ) -> None:
        self._make_client = make_client
        self._post = post
        self._intend = intend
        self._report = report
        self._verdict: Temporary | OurFault | None = None
        self._error: BaseException | None = None
        self._rested = 0.0  # on the monotonic clock: before it no call is made
        self._free = Semaphore(calls)
        self._own = local()
        self._clients: list[httpx.Client] = []
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(calls, thread_name_prefix="newsletter-http")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._threads.shutdown()
        for client in self._clients:
            client.close()
        if kind is None and self._error is not None:
            raise self._error

    @property
    def is_over(self) -> bool:
        """Whether nothing is posted any more."""
        return self._verdict is not None or self._error is not None

    def hand_over(self, batch: Sequence[Item]) -> None:
        """Make the call as soon as a thread is free; after a verdict report that instead."""
        self._free.acquire()
        self._rest()
        if not self.is_over:
            self._threads.submit(self._work, batch).add_done_callback(self._done)
            return
        self._free.release()
        if self._verdict is not None and self._error is None:
            for item in batch:
                self._report(item.key, self._verdict)

    def wait_for_free(self) -> None:
        """Wait until a thread is free: what is pulled before would only wait here."""
        with self._free:
            pass

    def _rest(self) -> None:
        rest = self._rested - time.monotonic()
        if rest > LONGEST_REST.total_seconds():
            told = "the calls that the provider allows are used up for now"
            self._verdict = self._verdict or Temporary(told, timedelta(seconds=rest), Scope.PROVIDER)
        elif rest > 0 and not self.is_over:
            time.sleep(rest)

    def _work(self, batch: Sequence[Item]) -> None:
        granted = frozenset(self._intend([item.key for item in batch]))
        going = [item for item in batch if item.key in granted]
        if not going:
            return
        answer = self._post(self._client(), going)
        # Before the outcomes are reported: who hands over the next batch must know.
        with self._lock:
            self._verdict = self._verdict or answer.verdict
            if answer.rest is not None:
                self._rested = max(self._rested, time.monotonic() + answer.rest.total_seconds())
        for item, outcome in zip(going, answer.outcomes, strict=True):
            self._report(item.key, outcome)

    def _client(self) -> httpx.Client:
        """Give this thread's client."""
        if not hasattr(self._own, "client"):
            self._own.client = self._make_client()
            with self._lock:
                self._clients.append(self._own.client)
        client: httpx.Client = self._own.client
        return client

    def _done(self, work: Future[None]) -> None:
        self._error = self._error or work.exception()
        self._free.release()
