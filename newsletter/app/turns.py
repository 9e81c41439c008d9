"""Lets others write between the portions of work that writes all the time.

Whoever waits for SQLite's lock looks every 2 ms whether it is free (`newsletter/db/engine.py`). Portions that follow
each other at once leave it free for less than that: so each is followed by a pause in which whoever waits will look.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from newsletter.db.engine import writing

_PAUSE = 0.006  # seconds


@contextmanager
def writing_in_turn(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, and after its end the turn of others."""
    with writing(engine) as db:
        yield db
    if engine.dialect.name == "sqlite":  # on PostgreSQL nobody waits for the whole database
        time.sleep(_PAUSE)
