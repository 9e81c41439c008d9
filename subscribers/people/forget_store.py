"""The SQL of forgetting what is kept for a time only. Never opens a transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, literal_column, select, union, update

from subscribers.tables import consents, subscriptions, wishes

# As literals: SQLite uses a partial index only where the query's own words imply the index's.
_IS_PENDING = subscriptions.c.state == literal_column("'pending'")
_IS_PLACED = consents.c.network_address != literal_column("''")


def pending_before(db: Connection, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Give subscriptions that nobody confirmed since then: list and subscriber."""
    old = (_IS_PENDING, subscriptions.c.changed_at < before)
    query = select(subscriptions.c.list_id, subscriptions.c.subscriber_id).where(*old)
    return [(row.list_id, row.subscriber_id) for row in db.execute(query.limit(limit))]


def remove_pending(db: Connection, list_id: int, ids: Sequence[int], before: datetime) -> list[int]:
    """Remove those that were not confirmed, or asked for anew, meanwhile; gives whose."""
    which = (
        subscriptions.c.list_id == list_id,
        subscriptions.c.subscriber_id.in_(ids),
        subscriptions.c.state == "pending",
        subscriptions.c.changed_at < before,
    )
    return list(db.execute(delete(subscriptions).where(*which).returning(subscriptions.c.subscriber_id)).scalars())


def with_other_rows(db: Connection, ids: Sequence[int]) -> set[int]:
    """Give those who are or were on any list, or said no to something: they are not forgotten."""
    listed = select(subscriptions.c.subscriber_id).where(subscriptions.c.subscriber_id.in_(ids))
    said_no = select(wishes.c.subscriber_id).where(wishes.c.subscriber_id.in_(ids), wishes.c.kind == "opt_out")
    return set(db.execute(union(listed, said_no)).scalars())


def places_before(db: Connection, before: datetime, limit: int) -> list[int]:
    """Give consent records, older than then, that hold a network address."""
    old = (_IS_PLACED, consents.c.recorded_at < before)
    return [row.id for row in db.execute(select(consents.c.id).where(*old).limit(limit))]


def blank_places(db: Connection, ids: Sequence[int]) -> None:
    """Take the network address out of these records; all else of them stays."""
    db.execute(update(consents).where(consents.c.id.in_(ids)).values(network_address=""))
