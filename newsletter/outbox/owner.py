"""An Owner: a running sender, known by its epoch. Liveness is a lock that dies with the process, not a heartbeat.

The lock is an flock on a file of the home (SQLite), or a session advisory lock (PostgreSQL). Whoever starts takes over
every epoch whose lock is free: claimed goes back to planned, handing_over becomes in_doubt. Recovery is start-up.
"""

import os
import socket
from pathlib import Path

from sqlalchemy import Engine

from newsletter.base.clock import Clock
from newsletter.base.ids import Epoch
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.db.locks import NumberedLocks, numbered_locks
from newsletter.outbox import owner_store


class Owner:
    """A sender's right to claim: its epoch and the lock on it."""

    def __init__(self, epoch: Epoch, locks: NumberedLocks) -> None:
        self.epoch = epoch
        self._locks = locks

    def resign(self, engine: Engine, clock: Clock) -> None:
        """End: what is claimed goes back, a hand-over without an outcome is in doubt, and the lock is let go."""
        try:
            with writing(engine) as db:
                owner_store.take_over(db, self.epoch, now=clock.now())
        finally:
            self._locks.release()  # whatever the database says: others may take over from here


def take_office(engine: Engine, home: Path, clock: Clock) -> Owner:
    """Become an owner, and take over from every owner that is dead."""
    locks = numbered_locks(engine, home / "locks")
    try:
        with writing(engine) as db:
            epoch = owner_store.insert_owner(db, host=socket.gethostname(), pid=os.getpid(), now=clock.now())
            # Locked before it is visible to others: nobody can find this epoch free.
            locks.hold(epoch)
        recover(engine, home, clock)
    except BaseException:
        locks.release()  # nobody would resign from an office that was never given
        raise
    return Owner(epoch, locks)


def recover(engine: Engine, home: Path, clock: Clock) -> int:
    """Take over every epoch whose lock is free, and what has hung too long; gives how many deliveries are in doubt."""
    locks = numbered_locks(engine, home / "locks")
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
