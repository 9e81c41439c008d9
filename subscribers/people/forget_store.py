"""The SQL of forgetting what is kept for a time only. Never opens a transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, literal_column, select, update

from subscribers.subscriber import Subscriber
from subscribers.tables import consents, subscribers, subscriptions, wishes

# As literals: SQLite uses a partial index only where the query's own words imply the index's.
_IS_PENDING = subscriptions.c.state == literal_column("'pending'")
_IS_PLACED = consents.c.network_address != literal_column("''")


def pending_before(db: Connection, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Give subscriptions that nobody confirmed since then: list and subscriber."""
    old = (_IS_PENDING, subscriptions.c.changed_at < before)
    query = select(subscriptions.c.list_id, subscriptions.c.subscriber_id).where(*old)
    return [(row.list_id, row.subscriber_id) for row in db.execute(query.limit(limit))]


def remove_pending(db: Connection, list_id: int, subscriber_id: int, before: datetime) -> bool:
    """Remove one unless it was confirmed, or asked for anew, meanwhile."""
    which = (
        subscriptions.c.list_id == list_id,
        subscriptions.c.subscriber_id == subscriber_id,
        subscriptions.c.state == "pending",
        subscriptions.c.changed_at < before,
    )
    return db.execute(delete(subscriptions).where(*which)).rowcount == 1


def has_other_rows(db: Connection, person: Subscriber) -> bool:
    """Tell whether a person is or was on any list, or said no to something: then they are not forgotten."""
    listed = select(subscriptions.c.list_id).where(subscriptions.c.subscriber_id == person.id)
    said_no = select(wishes.c.key).where(wishes.c.subscriber_id == person.id, wishes.c.kind == "opt_out")
    query = select(subscribers.c.id).where(subscribers.c.id == person.id, exists(listed) | exists(said_no))
    return db.execute(query).first() is not None


def places_before(db: Connection, before: datetime, limit: int) -> list[int]:
    """Give consent records, older than then, that hold a network address."""
    old = (_IS_PLACED, consents.c.recorded_at < before)
    return [row.id for row in db.execute(select(consents.c.id).where(*old).limit(limit))]


def blank_places(db: Connection, ids: Sequence[int]) -> None:
    """Take the network address out of these records; all else of them stays."""
    db.execute(update(consents).where(consents.c.id.in_(ids)).values(network_address=""))
