"""All SQL of hosts: what is remembered of servers, and PostgreSQL's locks by which processes take turns at them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.sources.fetching.hosts import Host, next_page, pages_of
from newsletter.sources.tables import hosts

_CLASS = 0x6E68  # "nh": keeps these advisory locks apart from those of newsletter.db.locks


def load_host(db: Connection, origin: str) -> Host:
    """Give what is known under an origin or a host; an empty Host where that is nothing."""
    row = db.execute(select(hosts).where(hosts.c.origin == origin)).mappings().first()
    return Host(**row) if row else Host(origin=origin)


def keep_robots(db: Connection, origin: str, text: str, *, at: datetime) -> None:
    """Keep an origin's robots.txt; empty: it has none."""
    _put(db, origin, {"robots": text.replace("\x00", ""), "robots_at": at})  # PostgreSQL stores no NUL


def rest_until(db: Connection, origin: str, until: datetime) -> None:
    """Note until when a server wants to be left alone."""
    _put(db, origin, {"not_before": until})


def reserve_page(db: Connection, host: str, pause: timedelta, *, now: datetime) -> datetime:
    """Take the next moment at which a page of this host may be asked; who comes at the same time waits for the row."""
    key = pages_of(host)
    _put(db, key, {})  # it is there from now on, and nobody else may change it
    kept = db.execute(select(hosts.c.not_before).where(hosts.c.origin == key).with_for_update()).scalar()
    start = next_page(kept, now=now)
    _put(db, key, {"not_before": start + pause})
    return start


def try_turn(db: Connection, slot: int) -> bool:
    """Take a turn's lock for this session, if it is free (PostgreSQL)."""
    return bool(db.execute(select(func.pg_try_advisory_lock(_CLASS, slot))).scalar_one())


def end_turn(db: Connection, slot: int) -> None:
    """Let a turn's lock go (PostgreSQL)."""
    db.execute(select(func.pg_advisory_unlock(_CLASS, slot)))


def _put(db: Connection, origin: str, values: Mapping[str, object]) -> None:
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    row = {"origin": origin, **values}
    db.execute(dialect.insert(hosts).values(row).on_conflict_do_update(index_elements=["origin"], set_=row))
