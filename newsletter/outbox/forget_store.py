"""The SQL of forgetting deliveries of long ago. Their numbers stay, by how they ended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.base.ids import IssueId
from newsletter.outbox.tables import attempts, deliveries, delivery_tallies

# What is unclear or still to be done is never forgotten.
_ENDED = ("accepted", "failed", "suppressed")
_UNTRIED = ("planned", "suppressed")


def ended_before(db: Connection, before: datetime, limit: int) -> list[int]:
    """Give the first deliveries that ended before then."""
    old = (deliveries.c.changed_at < before, deliveries.c.state.in_(_ENDED))
    return [row.id for row in db.execute(select(deliveries.c.id).where(*old).order_by(deliveries.c.id).limit(limit))]


def forget_who_it_was(db: Connection, reader: int) -> None:
    """Let a reader's deliveries that ended lead to nobody: issues keep their numbers, and no row has the reader's.

    The masked address goes from all attempts: at a domain of one's own it names the person.
    """
    theirs = deliveries.c.subscriber_id == reader
    tried = attempts.c.delivery_id.in_(select(deliveries.c.id).where(theirs))
    db.execute(update(attempts).where(tried).values(masked_address=""))
    nobody = {"subscriber_id": None, "key": literal("erased:") + cast(deliveries.c.id, Text)}
    db.execute(update(deliveries).where(theirs, deliveries.c.state.in_(_ENDED)).values(**nobody))


def is_begun(db: Connection, issue_id: IssueId) -> bool:
    """Tell whether anything of an issue was tried, or is in somebody's hands now."""
    begun = or_(deliveries.c.state.not_in(_UNTRIED), deliveries.c.attempt_count > 0)
    return (
        db.execute(select(deliveries.c.id).where(deliveries.c.issue_id == issue_id, begun).limit(1)).first() is not None
    )


def forget_untried(db: Connection, issue_id: IssueId, *, limit: int) -> int:
    """Remove up to `limit` of an issue's deliveries that were never tried; gives how many."""
    untried = (
        deliveries.c.issue_id == issue_id,
        deliveries.c.state.in_(_UNTRIED),
        deliveries.c.attempt_count == 0,
    )
    some = select(deliveries.c.id).where(*untried).limit(limit)
    return db.execute(delete(deliveries).where(deliveries.c.id.in_(some), *untried)).rowcount


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
