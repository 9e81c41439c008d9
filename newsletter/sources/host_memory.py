"""Keeps what we know of servers in the tables, each time in a short transaction of its own: never during a request."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from newsletter.db.engine import reading, writing
from newsletter.sources import host_store
from newsletter.sources.fetching.hosts import Host


class StoredHosts:
    """The HostMemory of a home: all its processes know what one has learned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, origin: str) -> Host:
        with reading(self._engine) as db:
            return host_store.load_host(db, origin)

    def keep_robots(self, origin: str, text: str, *, at: datetime) -> None:
        with writing(self._engine) as db:
            host_store.keep_robots(db, origin, text, at=at)

    def rest_until(self, origin: str, until: datetime) -> None:
        with writing(self._engine) as db:
            host_store.rest_until(db, origin, until)

    def reserve_page(self, host: str, pause: timedelta, *, now: datetime) -> datetime:
        with writing(self._engine) as db:
            return host_store.reserve_page(db, host, pause, now=now)
