"""The SQL of lanes that wait, and of the buckets that pace them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.outbox.delivery import provider_of
from newsletter.outbox.tables import buckets, lane_holds


def hold_of(db: Connection, lane: str, *, now: datetime) -> tuple[datetime, str] | None:
    """Tell until when and why a lane (or its whole provider) waits; None when it is free."""
    row = db.execute(
        select(lane_holds.c.held_until, lane_holds.c.reason)
        .where(lane_holds.c.lane.in_((lane, provider_of(lane))), lane_holds.c.held_until > now)
        .order_by(lane_holds.c.held_until.desc())
        .limit(1)
    ).one_or_none()
    return (row.held_until, row.reason) if row is not None else None


def failures_of(db: Connection, lane: str) -> int:
    """Tell how often in a row a lane or provider had trouble."""
    return db.execute(select(lane_holds.c.failures).where(lane_holds.c.lane == lane)).scalar_one_or_none() or 0


def hold(db: Connection, lane: str, *, until: datetime, reason: str, failures: int) -> None:
    """Let a lane or provider wait."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    values = {"held_until": until, "reason": reason, "failures": failures}
    statement = dialect.insert(lane_holds).values(lane=lane, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["lane"], set_=values))


def forget_past_holds(db: Connection, lanes: Sequence[str], *, now: datetime) -> None:
    """Forget the troubles of lanes and providers whose rest is over: something got through."""
    db.execute(delete(lane_holds).where(lane_holds.c.lane.in_(lanes), lane_holds.c.held_until <= now))


def free_all(db: Connection) -> None:
    """Let every lane go at once: a person said that the trouble is mended."""
    db.execute(delete(lane_holds))


def all_holds(db: Connection, *, now: datetime) -> list[tuple[str, datetime, str]]:
    """Give every lane or provider that waits, until when, and why."""
    rows = db.execute(select(lane_holds).where(lane_holds.c.held_until > now).order_by(lane_holds.c.lane))
    return [(row.lane, row.held_until, row.reason) for row in rows]


def next_tokens(db: Connection, names: Sequence[str], *, now: datetime) -> dict[str, datetime]:
    """Give the buckets' theoretical arrival times, locked until the end of the transaction. A new one begins now."""
    found = _locked_buckets(db, names)
    missing = [{"name": name, "next_at": now} for name in names if name not in found]
    if missing:
        dialect = sqlite if db.dialect.name == "sqlite" else postgresql
        # Made before it is locked: a row that is not there yet could be taken by two senders at once.
        db.execute(dialect.insert(buckets).on_conflict_do_nothing(), missing)
        found = _locked_buckets(db, names)
    return found


def save_tokens(db: Connection, next_at: Mapping[str, datetime]) -> None:
    """Write the buckets back."""
    for name, at in next_at.items():
        db.execute(update(buckets).where(buckets.c.name == name).values(next_at=at))


def _locked_buckets(db: Connection, names: Sequence[str]) -> dict[str, datetime]:
    # In one order, or two senders with two rates could wait for each other for ever.
    rows = db.execute(select(buckets).where(buckets.c.name.in_(names)).order_by(buckets.c.name).with_for_update())
    return {row.name: row.next_at for row in rows}
