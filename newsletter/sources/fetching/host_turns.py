"""Lets one request at a time go to a server, over all threads and processes of a home.

A turn ends with its block, or with its process, however it dies: an flock on a file of the home (SQLite), or a session
advisory lock (PostgreSQL). Waiting is bounded: a server that is busy for longer is asked another time.
"""

import fcntl
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from newsletter.sources import host_store

_SLOTS = 1024  # two servers that share one take turns with each other, which harms nobody
_TURNS_AT_ONCE = 16  # twice as many at most: all threads that poll, and those that ask before a cutoff
_LOOK_AGAIN = 0.02  # seconds


class HostBusy(Exception):
    """Somebody else kept the server busy for as long as we may wait."""


class HostTurns(Protocol):
    """Gives turns at servers."""

    def turn(self, host: str, *, timeout: float) -> AbstractContextManager[None]:
        """Hold the only turn at a host during the block; HostBusy where none comes in time (seconds)."""
        ...

    def close(self) -> None:
        """Let go of what the turns need; nobody takes one any more."""
        ...


class ThreadTurns:
    """Turns among the threads of one process, for single uses and tests."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(_SLOTS)]

    @contextmanager
    def turn(self, host: str, *, timeout: float) -> Iterator[None]:
        lock = self._locks[_slot(host)]
        if not lock.acquire(timeout=timeout):
            raise HostBusy(host)
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Nothing to let go of."""


class FileTurns:
    """Turns among all processes on this machine, by flock on files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def turn(self, host: str, *, timeout: float) -> Iterator[None]:
        self._folder.mkdir(exist_ok=True)
        deadline = time.monotonic() + timeout
        # Opened anew each time: flock belongs to the opening, so threads exclude each other like processes.
        with (self._folder / f"host-{_slot(host)}").open("wb") as file:
            while not _locked(file):
                _wait(deadline, host)
            yield

    def close(self) -> None:
        """Nothing to let go of: each turn closes its own file."""


class AdvisoryTurns:
    """Turns among all machines that share one PostgreSQL. They have connections of their own: a turn lasts as long as
    its request, and a pool that is full of turns would let nobody work.
    """

    def __init__(self, engine: Engine, *, at_once: int = _TURNS_AT_ONCE) -> None:
        self._engine = create_engine(
            engine.url,
            pool_size=at_once,
            max_overflow=at_once,
            pool_timeout=_LOOK_AGAIN,  # who finds none is one of those who wait for a turn, and no longer than they
            pool_pre_ping=True,
            isolation_level="AUTOCOMMIT",
        )

    @contextmanager
    def turn(self, host: str, *, timeout: float) -> Iterator[None]:
        deadline = time.monotonic() + timeout
        while (session := self._held(host)) is None:
            _wait(deadline, host)
        try:
            yield
        finally:
            with session:
                host_store.end_turn(session, _slot(host))

    def close(self) -> None:
        self._engine.dispose()

    def _held(self, host: str) -> Connection | None:
        """Try once; between tries no connection is held, or many who wait would leave none for those who work."""
        try:
            session = self._engine.connect()
        except PoolIsEmpty:
            return None
        if host_store.try_turn(session, _slot(host)):
            return session
        session.close()
        return None


def host_turns(engine: Engine, folder: Path) -> HostTurns:
    """Give the kind of turns that fits the database; `folder` is for SQLite, whose home is on this machine."""
    return FileTurns(folder) if engine.dialect.name == "sqlite" else AdvisoryTurns(engine)


def _slot(host: str) -> int:
    return int.from_bytes(hashlib.sha256(host.encode("utf-8", "replace")).digest()[:4]) % _SLOTS


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(deadline: float, host: str) -> None:
    if time.monotonic() >= deadline:
        raise HostBusy(host)
    time.sleep(_LOOK_AGAIN)
