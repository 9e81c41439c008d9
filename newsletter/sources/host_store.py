"""All SQL of hosts: what is remembered of servers, and PostgreSQL's locks by which processes take turns at them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.sources.fetching.hosts import Host
from newsletter.sources.tables import hosts

_CLASS = 0x6E68  # "nh": keeps these advisory locks apart from those of newsletter.db.locks


def load_host(db: Connection, origin: str) -> Host:
    """Give what is known of an origin; an empty Host where that is nothing."""
    row = db.execute(select(hosts).where(hosts.c.origin == origin)).mappings().first()
    return Host(**row) if row else Host(origin=origin)


def keep_robots(db: Connection, origin: str, text: str, *, at: datetime) -> None:
    """Keep an origin's robots.txt; empty: it has none."""
    _put(db, origin, robots=text.replace("\x00", ""), robots_at=at)  # PostgreSQL stores no NUL


def rest_until(db: Connection, origin: str, until: datetime) -> None:
    """Note until when an origin wants to be left alone."""
    _put(db, origin, not_before=until)


def try_turn(db: Connection, slot: int) -> bool:
    """Take a turn's lock for this session, if it is free (PostgreSQL)."""
    return bool(db.execute(select(func.pg_try_advisory_lock(_CLASS, slot))).scalar_one())


def end_turn(db: Connection, slot: int) -> None:
    """Let a turn's lock go (PostgreSQL)."""
    db.execute(select(func.pg_advisory_unlock(_CLASS, slot)))


def _put(db: Connection, origin: str, **values: Any) -> None:
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(hosts).values(origin=origin, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=values))
