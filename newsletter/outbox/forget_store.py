"""The SQL of forgetting deliveries of long ago. Their numbers stay, by how they ended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.outbox.tables import attempts, deliveries, delivery_tallies

# What is unclear or still to be done is never forgotten.
_ENDED = ("accepted", "failed", "suppressed")


def ended_before(db: Connection, before: datetime, limit: int) -> list[int]:
    """Give the first deliveries that ended before then."""
    old = (deliveries.c.changed_at < before, deliveries.c.state.in_(_ENDED))
    return [row.id for row in db.execute(select(deliveries.c.id).where(*old).order_by(deliveries.c.id).limit(limit))]


def forget_addresses(db: Connection, reader: int) -> None:
    """Take the masked address of a reader out of their attempts: at a domain of one's own it names the person."""
    theirs = select(deliveries.c.id).where(deliveries.c.subscriber_id == reader)
    db.execute(update(attempts).where(attempts.c.delivery_id.in_(theirs)).values(masked_address=""))


def forget(db: Connection, ids: Sequence[int]) -> None:
    """Remove these deliveries and their attempts, and count them."""
    which = (deliveries.c.id.in_(ids), deliveries.c.state.in_(_ENDED))
    how = (deliveries.c.issue_id, deliveries.c.state, deliveries.c.reason)
    counted = db.execute(
        select(*how, func.count().label("number")).where(*which, deliveries.c.issue_id.is_not(None)).group_by(*how)
    ).all()
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    for row in counted:
        values = {"issue_id": row.issue_id, "state": row.state, "reason": row.reason, "count": row.number}
        more = delivery_tallies.c.count + row.number
        tally = dialect.insert(delivery_tallies).values(**values)
        db.execute(tally.on_conflict_do_update(index_elements=["issue_id", "state", "reason"], set_={"count": more}))
    db.execute(delete(attempts).where(attempts.c.delivery_id.in_(ids)))
    db.execute(delete(deliveries).where(*which))
