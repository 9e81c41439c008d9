"""Lets others write between the portions of work that writes all the time.

Whoever waits for SQLite's lock looks whether it is free only every 25 to 100 ms. Portions that follow each other at
once leave it free for less than one, and a reader who leaves would wait for seconds: so each is followed by a pause.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from newsletter.db.engine import writing

_PAUSE = 0.025  # seconds; a portion takes about as long


@contextmanager
def writing_in_turn(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, and after its end the turn of others."""
    with writing(engine) as db:
        yield db
    if engine.dialect.name == "sqlite":  # on PostgreSQL nobody waits for the whole database
        time.sleep(_PAUSE)
