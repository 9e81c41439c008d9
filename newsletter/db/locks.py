"""Locks that end with their holder: how a process can tell whether another one is still alive.

An flock on a file of the home (SQLite), or a session advisory lock (PostgreSQL): both are let go by the system when the
holder dies, however it dies. No heartbeat can lie about that.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

# "nl" and "nm": keep our advisory locks apart from anybody else's in the same database.
_ADVISORY_CLASS, _TURN_CLASS = 0x6E6C, 0x6E6D


class NumberedLocks(Protocol):
    """Locks that end with their holder."""

    def hold(self, number: int) -> None:
        """Take a new number's lock; it is free, because nobody knows the number yet."""
        ...

    def is_free(self, number: int) -> bool:
        """Tell whether the holder of a number is gone."""
        ...

    def release(self) -> None: ...


class FileLocks:
    """flock on one file a number, for SQLite: the home is on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: IO[bytes] | None = None
        self._path: Path | None = None

    def hold(self, number: int) -> None:
        self._folder.mkdir(exist_ok=True)
        self._path = self._folder / f"{number}"
        self._held = self._path.open("wb")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_free(self, number: int) -> bool:
        path = self._folder / f"{number}"
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        path.unlink(missing_ok=True)
        return True

    def release(self) -> None:
        if self._held is not None and self._path is not None:
            self._path.unlink(missing_ok=True)
            self._held.close()
            self._held = None


class AdvisoryLocks:
    """Session advisory locks, for PostgreSQL: the server frees them when the holder's connection ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None

    def hold(self, number: int) -> None:
        self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._session.execute(
            text("SELECT pg_advisory_lock(:class, :number)"), {"class": _ADVISORY_CLASS, "number": number}
        )

    def is_free(self, number: int) -> bool:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            parameters = {"class": _ADVISORY_CLASS, "number": number}
            free = bool(session.execute(text("SELECT pg_try_advisory_lock(:class, :number)"), parameters).scalar_one())
            if free:
                session.execute(text("SELECT pg_advisory_unlock(:class, :number)"), parameters)
            return free

    def release(self) -> None:
        if self._session is not None:
            # Said aloud, because a server notices the end of a connection only some time after it.
            with suppress(DBAPIError):  # a session that has died has let go already
                self._session.execute(text("SELECT pg_advisory_unlock_all()"))
            self._session.invalidate()  # a pooled connection would keep the lock: the session itself must end
            self._session.close()
            self._session = None


def numbered_locks(engine: Engine, folder: Path) -> NumberedLocks:
    """Give the kind of lock that fits the database; `folder` is for SQLite, whose home is on this machine."""
    return FileLocks(folder) if engine.dialect.name == "sqlite" else AdvisoryLocks(engine)


@contextmanager
def turn(engine: Engine, folder: Path, number: int) -> Iterator[None]:
    """Wait for our turn among all processes of this home; it ends with the block, or with the process."""
    if engine.dialect.name == "sqlite":
        folder.mkdir(exist_ok=True)
        with (folder / f"turn-{number}").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    parameters = {"class": _TURN_CLASS, "number": number}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text("SELECT pg_advisory_lock(:class, :number)"), parameters)
        try:
            yield
        finally:
            session.execute(text("SELECT pg_advisory_unlock(:class, :number)"), parameters)
