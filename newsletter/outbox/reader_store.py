"""The SQL of one reader's deliveries: what they got, and whose they are when two people become one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from newsletter.outbox.tables import deliveries

_OVER = ("accepted", "in_doubt")


class Got(NamedTuple):
    """A delivery as its reader is told of it."""

    issue_id: int | None  # None: a notice
    notice: str
    state: str
    reason: str
    at: datetime


def deliveries_of(db: Connection, reader: int) -> list[Got]:
    """Give all that was planned for a reader, the newest first."""
    at = func.coalesce(deliveries.c.dated_at, deliveries.c.changed_at).label("at")
    query = select(deliveries.c.issue_id, deliveries.c.notice, deliveries.c.state, deliveries.c.reason, at)
    rows = db.execute(query.where(deliveries.c.subscriber_id == reader).order_by(deliveries.c.id.desc()))
    return [Got(row.issue_id, row.notice, row.state, row.reason, row.at) for row in rows]


def take_over(db: Connection, keep: int, gone: int) -> None:
    """Give what one reader was shown to another, so that none of it is shown again. Keys and ids stay."""
    shown = (deliveries.c.subscriber_id == gone, deliveries.c.state.in_(_OVER))
    db.execute(update(deliveries).where(*shown).values(subscriber_id=keep))
