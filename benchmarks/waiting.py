"""For how long others are kept from writing: measured from outside, by a process that tries to write all the time.

What a transaction takes from its begin to the end of its commit is more than that: a checkpoint of the log comes after
the lock is let go.
"""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

_EVERY = 0.001  # seconds between two tries


@contextmanager
def watched(database: Path) -> Iterator[Callable[[], float]]:
    """Watch a database within the block; gives a function that ends it and tells the longest wait in milliseconds."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_try_to_write, args=(its, database))
    process.start()
    ours.recv()  # it has begun
    told: list[float] = []

    def end() -> float:
        if not told:
            ours.send(None)
            told.append(ours.recv())
            process.join()
        return told[0]

    try:
        yield end
    finally:
        end()


def _try_to_write(pipe: Connection, database: Path) -> None:
    db = sqlite3.connect(database, timeout=0, isolation_level=None)
    longest, since = 0.0, 0.0  # since: of the first try in vain
    pipe.send(None)
    while not pipe.poll():
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
            longest, since = max(longest, time.perf_counter() - since if since else 0.0), 0.0
        except sqlite3.OperationalError:  # locked
            since = since or time.perf_counter()
        time.sleep(_EVERY)
    db.close()
    pipe.send(longest * 1000)
