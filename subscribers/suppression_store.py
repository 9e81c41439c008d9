"""The SQL of suppressions. Never opens a transaction."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from subscribers.consent import Suppression, SuppressionKind
from subscribers.store import is_new
from subscribers.tables import suppressions


def suppressions_of(db: Connection, address_hash: str) -> list[Suppression]:
    query = select(suppressions).where(suppressions.c.address_hash == address_hash).order_by(suppressions.c.id)
    return [
        Suppression(
            kind=SuppressionKind(row.kind),
            reason=row.reason,
            since=row.since,
            ended_at=row.ended_at,
            ended_why=row.ended_why,
        )
        for row in db.execute(query)
    ]


def open_suppressions(db: Connection, address_hash: str) -> set[SuppressionKind]:
    return {one.kind for one in suppressions_of(db, address_hash) if one.ended_at is None}


def new_suppression(db: Connection, address_hash: str, kind: SuppressionKind, reason: str, now: datetime) -> bool:
    """Open a suppression; False where one of its kind is open."""
    values = {"address_hash": address_hash, "kind": kind.value, "reason": reason, "since": now}
    return is_new(db, suppressions, values)


def end_suppression(db: Connection, address_hash: str, kind: SuppressionKind, why: str, now: datetime) -> bool:
    which = (
        suppressions.c.address_hash == address_hash,
        suppressions.c.kind == kind.value,
        suppressions.c.ended_at.is_(None),
    )
    return db.execute(update(suppressions).where(*which).values(ended_at=now, ended_why=why)).rowcount > 0
