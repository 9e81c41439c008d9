"""The SQL of one reader's deliveries: what they got, and whose they are when two people become one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from newsletter.outbox.tables import attempts, deliveries

_OVER = ("accepted", "in_doubt")


class Got(NamedTuple):
    """A delivery as its reader is told of it."""

    issue_id: int | None  # None: a notice
    notice: str
    state: str
    reason: str
    at: datetime
    choice: bytes
    answers: tuple[str, ...]  # the servers' own words


def deliveries_of(db: Connection, reader: int) -> list[Got]:
    """Give all that was planned for a reader, the newest first."""
    at = func.coalesce(deliveries.c.dated_at, deliveries.c.changed_at).label("at")
    columns = (deliveries.c.id, deliveries.c.issue_id, deliveries.c.notice, deliveries.c.state, deliveries.c.reason)
    mine = deliveries.c.subscriber_id == reader
    rows = db.execute(select(*columns, at, deliveries.c.choice).where(mine).order_by(deliveries.c.id.desc())).all()
    told: dict[int, list[str]] = {}
    theirs = attempts.c.delivery_id.in_(select(deliveries.c.id).where(mine))
    for one in db.execute(select(attempts.c.delivery_id, attempts.c.answer).where(theirs).order_by(attempts.c.id)):
        told.setdefault(one.delivery_id, []).append(one.answer)
    return [
        Got(row.issue_id, row.notice, row.state, row.reason, row.at, row.choice or b"", tuple(told.get(row.id, ())))
        for row in rows
    ]


def is_on_its_way(db: Connection, issue_id: int, reader: int) -> bool:
    """Tell whether an issue is planned for a reader, or being handed over now."""
    theirs = (deliveries.c.issue_id == issue_id, deliveries.c.subscriber_id == reader)
    coming = deliveries.c.state.in_(("planned", "claimed", "handing_over"))
    return db.execute(select(deliveries.c.id).where(*theirs, coming).limit(1)).first() is not None


def take_over(db: Connection, keep: int, gone: int) -> None:
    """Give what one reader was shown to another, so that none of it is shown again. Keys and ids stay."""
    shown = (deliveries.c.subscriber_id == gone, deliveries.c.state.in_(_OVER))
    db.execute(update(deliveries).where(*shown).values(subscriber_id=keep))
