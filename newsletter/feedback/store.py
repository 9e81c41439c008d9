"""The SQL of feedback events: append-only, each once."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.feedback.event import FeedbackEvent
from newsletter.feedback.tables import feedback_events


def insert_event(db: Connection, event: FeedbackEvent, *, now: datetime) -> bool:
    """Store an event; False when it was told before."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(feedback_events).values(
        origin=event.origin,
        origin_event_id=event.origin_event_id,
        kind=event.kind.value,
        delivery_id=event.delivery_id,
        subscriber_id=event.subscriber_id,
        issue_id=event.issue_id,
        details=event.details,
        happened_at=event.happened_at,
        recorded_at=now,
    )
    once = statement.on_conflict_do_nothing(index_elements=["origin", "origin_event_id"])
    return db.execute(once).rowcount == 1


def events_of(db: Connection, subscriber_id: int) -> list[RowMapping]:
    """Give what was told about a reader's mail: bounces, complaints, departures."""
    columns = (feedback_events.c.kind, feedback_events.c.issue_id, feedback_events.c.details)
    times = (feedback_events.c.happened_at, feedback_events.c.recorded_at)
    mine = feedback_events.c.subscriber_id == subscriber_id
    return list(db.execute(select(*columns, *times).where(mine).order_by(feedback_events.c.id)).mappings())


def forget_before(db: Connection, before: datetime, limit: int) -> int:
    """Remove what was told before then, at most so many; gives how many."""
    old = select(feedback_events.c.id).where(feedback_events.c.recorded_at < before).limit(limit)
    ids = list(db.execute(old).scalars())
    db.execute(delete(feedback_events).where(feedback_events.c.id.in_(ids)))
    return len(ids)


def forget_reader(db: Connection, subscriber_id: int) -> None:
    """Remove what was told about the mail of somebody who is erased."""
    db.execute(delete(feedback_events).where(feedback_events.c.subscriber_id == subscriber_id))
