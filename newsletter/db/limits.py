"""Limits on how often something may be done: by whom, how many times, in how long. The store of `rate_counts`.

A window slides: what was done in the fixed window before counts as far as the sliding one still covers it. Acts are
counted by one upsert each, so processes side by side cannot pass a limit together. Names hold no address, only hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.db.tables import rate_counts

_LONGEST_WINDOW = timedelta(days=1)
_IPV6_CUSTOMER = 64  # bits of an IPv6 address that one household or office is given
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` acts of this name within any `window` (a day at the longest)."""

    name: str
    most: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.most < 1 or not timedelta(0) < self.window <= _LONGEST_WINDOW:
            raise ValueError("a limit lets at least one act through, in a window of at most a day")


def take(db: Connection, limits: Sequence[Limit], *, now: datetime) -> timedelta | None:
    """Count one act against all the limits; if one forbids it, count it against none and tell how long to wait."""
    db.execute(delete(rate_counts).where(rate_counts.c.window_start < now - 3 * _LONGEST_WINDOW))
    waits = []
    for limit in sorted(limits, key=lambda one: one.name):  # always in one order: no two processes wait for each other
        count = _add(db, limit, now, 1)
        waits.append(wait_for(limit, before=_before(db, limit, now), present=count, now=now))
    wait = max(waits, default=timedelta(0))
    if wait <= timedelta(0):
        return None
    for limit in sorted(limits, key=lambda one: one.name):
        _add(db, limit, now, -1)
    return wait


def wait_for(limit: Limit, *, before: int, present: int, now: datetime) -> timedelta:
    """Decide how long an act must wait that is the `present`th of its window, with `before` in the one before. Pure."""
    passed = now - window_start(limit, now)
    if present > limit.most:  # only the next window helps, when enough of this one (without this act) is out of sight
        return limit.window - passed + limit.window * _share_to_pass(limit.most - 1, present - 1)
    return max(timedelta(0), limit.window * _share_to_pass(limit.most - present, before) - passed)


def customer(address: str) -> str:
    """Give what of a network address belongs to one sender: all of IPv4, the front half of IPv6."""
    try:
        if ip_address(address).version == 6:
            return str(ip_network(f"{address}/{_IPV6_CUSTOMER}", strict=False))
    except ValueError:
        pass  # no address at all: those who hide theirs share a limit
    return address


def window_start(limit: Limit, now: datetime) -> datetime:
    """Give the beginning of the fixed window that an instant is in."""
    return now - (now - _EPOCH) % limit.window


def _share_to_pass(room: int, count: int) -> float:
    """Give the share of a window that must have passed until of the window before at most `room` acts count."""
    return max(0.0, 1 - room / count) if count else 0.0


def _add(db: Connection, limit: Limit, now: datetime, number: int) -> int:
    start = window_start(limit, now)
    if number < 0:
        mine = (rate_counts.c.name == limit.name, rate_counts.c.window_start == start)
        taken_back = update(rate_counts).where(*mine).values(count=rate_counts.c.count + number)
        return int(db.execute(taken_back.returning(rate_counts.c.count)).scalar_one())
    insert = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    row = insert(rate_counts).values(name=limit.name, window_start=start, count=number)
    counted = row.on_conflict_do_update(
        index_elements=["name", "window_start"], set_={"count": rate_counts.c.count + number}
    )
    return int(db.execute(counted.returning(rate_counts.c.count)).scalar_one())


def _before(db: Connection, limit: Limit, now: datetime) -> int:
    start = window_start(limit, now) - limit.window
    mine = (rate_counts.c.name == limit.name, rate_counts.c.window_start == start)
    return db.execute(select(rate_counts.c.count).where(*mine)).scalar() or 0
