"""The tables of what the world reported, and of how often stories were opened."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

from newsletter.db.types import UtcDateTime

metadata = MetaData()

feedback_events = Table(
    "feedback_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),  # "page", "mailbox", later a provider's name
    Column("origin_event_id", Text, nullable=False),  # the same event may be told twice
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind IN ('bounce', 'complaint', 'unsubscribe', 'delivered', 'click')", name="ck_feedback_events_kind"
        ),
        nullable=False,
    ),
    Column("delivery_id", Integer),
    Column("subscriber_id", Integer),
    Column("issue_id", Integer),
    Column("details", Text, nullable=False, server_default=""),  # the other side's words, masked
    Column("happened_at", UtcDateTime),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("origin", "origin_event_id", name="uq_feedback_events_origin"),
    Index("ix_feedback_events_subscriber", "subscriber_id"),
    sqlite_autoincrement=True,
)

# A newsletter with clicks = "counted": by story and day, never by reader.
clicks = Table(
    "clicks",
    metadata,
    Column("issue_id", Integer, primary_key=True),
    Column("post_id", Integer, primary_key=True),
    Column("day", Text, primary_key=True),  # ISO date in the newsletter's zone
    Column("count", Integer, nullable=False),
)
