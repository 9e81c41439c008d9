"""A shelf for what is dear to make: compiled editions and public pages. Bounded, and each thing is made once."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Shelf:
    """Keeps at most `limit` things for at most `life`."""

    def __init__(self, *, limit: int, life: timedelta) -> None:
        self._limit = limit
        self._life = life
        self._lock = Lock()
        self._things: dict[Hashable, tuple[datetime, object]] = {}

    def take(self, key: Hashable, kind: type[T], make: Callable[[], T], *, now: datetime) -> T:
        """Give the thing under a key, making it when it is not there or too old. Of callers at once, one makes it."""
        found = self._find(key, kind, now)
        if found is not None:
            return found
        with self._lock:
            found = self._find(key, kind, now)
            if found is not None:
                return found
            made = make()
            self._things.pop(key, None)
            while len(self._things) >= self._limit:
                self._things.pop(next(iter(self._things)))  # the oldest
            self._things[key] = (now, made)
            return made

    def _find(self, key: Hashable, kind: type[T], now: datetime) -> T | None:
        at, thing = self._things.get(key, (None, None))
        return thing if at is not None and now - at < self._life and isinstance(thing, kind) else None
