"""Counts the requests under way, so that an end waits for them: no connection is closed under whoever reads from it.

A closed socket's number may be given to another file at once; who still read from it would read that one's bytes.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from newsletter.sources.errors import ProgramEnds

_WORDS = "the program is ending: what it has not read by now, it reads next time"


class UnderWay:
    """The requests of one fetcher. Used from several threads."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()
        self._is_ending = False

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a request during the block; ProgramEnds where none may begin any more."""
        with self._changed:
            self.go_on()
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def go_on(self) -> None:
        """Come back if the end has not begun; ProgramEnds if it has."""
        if self._is_ending:
            raise ProgramEnds(_WORDS, temporary=True)

    def until_the_end(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give the parts of an answer, but none after the end has begun."""
        for chunk in chunks:
            self.go_on()
            yield chunk

    def end(self) -> None:
        """Let no request begin, and come back when none is under way: each has a time-out of its own."""
        with self._changed:
            self._is_ending = True
            self._changed.wait_for(lambda: self._count == 0)
