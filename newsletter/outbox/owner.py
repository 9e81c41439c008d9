"""An Owner: a running sender, known by its epoch. Liveness is a lock that dies with the process, not a heartbeat.

The lock is an flock on a file of the home (SQLite), or a session advisory lock (PostgreSQL). Whoever starts takes over
every epoch whose lock is free: claimed goes back to planned, handing_over becomes in_doubt. Recovery is start-up.
"""

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text

from newsletter.base.clock import Clock
from newsletter.base.ids import Epoch
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.outbox import owner_store

_ADVISORY_CLASS = 0x6E6C  # "nl": keeps our advisory locks apart from anybody else's in the same database


class EpochLocks(Protocol):
    """Locks that end with their holder."""

    def hold(self, epoch: Epoch) -> None:
        """Take a new epoch's lock; it is free, because nobody knows the epoch yet."""
        ...

    def is_free(self, epoch: Epoch) -> bool:
        """Tell whether the holder of an epoch is gone."""
        ...

    def release(self) -> None: ...


class FileLocks:
    """flock on one file an epoch, for SQLite: the home is on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: IO[bytes] | None = None
        self._path: Path | None = None

    def hold(self, epoch: Epoch) -> None:
        self._folder.mkdir(exist_ok=True)
        self._path = self._folder / f"epoch-{epoch}"
        self._held = self._path.open("wb")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_free(self, epoch: Epoch) -> bool:
        path = self._folder / f"epoch-{epoch}"
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

    def hold(self, epoch: Epoch) -> None:
        self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._session.execute(text("SELECT pg_advisory_lock(:class, :epoch)"), {"class": _ADVISORY_CLASS, "epoch": epoch})

    def is_free(self, epoch: Epoch) -> bool:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            parameters = {"class": _ADVISORY_CLASS, "epoch": epoch}
            free = bool(session.execute(text("SELECT pg_try_advisory_lock(:class, :epoch)"), parameters).scalar_one())
            if free:
                session.execute(text("SELECT pg_advisory_unlock(:class, :epoch)"), parameters)
            return free

    def release(self) -> None:
        if self._session is not None:
            # A pooled connection would keep the lock: the session itself must end.
            with suppress(Exception):
                self._session.invalidate()
            self._session.close()
            self._session = None


class Owner:
    """A sender's right to claim: its epoch and the lock on it."""

    def __init__(self, epoch: Epoch, locks: EpochLocks) -> None:
        self.epoch = epoch
        self._locks = locks

    def resign(self, engine: Engine, clock: Clock) -> None:
        """End in order: what is claimed and not handed over goes back, and the lock is let go."""
        with writing(engine) as db:
            owner_store.release_claims(db, self.epoch, now=clock.now())
            owner_store.end_owner(db, self.epoch, now=clock.now())
        self._locks.release()


def epoch_locks(engine: Engine, home: Path) -> EpochLocks:
    """Give the kind of lock that fits the database."""
    return FileLocks(home / "locks") if engine.dialect.name == "sqlite" else AdvisoryLocks(engine)


def take_office(engine: Engine, home: Path, clock: Clock) -> Owner:
    """Become an owner, and take over from every owner that is dead."""
    locks = epoch_locks(engine, home)
    with writing(engine) as db:
        epoch = owner_store.insert_owner(db, host=socket.gethostname(), pid=os.getpid(), now=clock.now())
        # Locked before it is visible to others: nobody can find this epoch free.
        locks.hold(epoch)
    owner = Owner(epoch, locks)
    recover(engine, home, clock)
    return owner


def recover(engine: Engine, home: Path, clock: Clock) -> int:
    """Take over every epoch whose lock is free; gives how many deliveries are in doubt because of it."""
    locks = epoch_locks(engine, home)
    with reading(engine) as db:
        epochs = owner_store.open_epochs(db)
    with writing(engine) as db:
        owner_store.release_expired(db, now=clock.now())
    doubtful = 0
    for epoch in epochs:
        if locks.is_free(epoch):
            with writing(engine) as db:
                released, in_doubt = owner_store.take_over(db, epoch, now=clock.now())
            doubtful += in_doubt
            get_log("outbox").warning("owner.taken_over", epoch=epoch, released=released, in_doubt=in_doubt)
    return doubtful
