"""The tables of deliveries, attempts, owners and lanes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from newsletter.db.types import UtcDateTime

metadata = MetaData()

_IN_FLIGHT = text("state IN ('claimed', 'handing_over') AND issue_id IS NOT NULL")
_PLANNED = text("state = 'planned'")
_ON_ITS_WAY = text("state IN ('claimed', 'handing_over')")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # "issue:12:345", "test:..."; Message-ID derives from it
    Column("issue_id", Integer),  # null: a notice
    Column("subscriber_id", Integer),  # of subscribers; one of the two is set
    Column("correspondent_id", Integer),
    Column("notice", Text, nullable=False, server_default=""),  # JSON: kind and what it needs; empty for issues
    Column("priority", Integer, nullable=False, server_default="5"),  # notices 1, issues 5: lower goes first
    Column("lane", Text, nullable=False),  # "relay/gmail": provider and recipient-domain group
    Column(
        "state",
        Text,
        CheckConstraint(
            "state IN ('planned', 'claimed', 'handing_over', 'accepted', 'failed', 'in_doubt', 'suppressed')",
            name="ck_deliveries_state",
        ),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),  # of failed, in_doubt, suppressed, or of the last retry
    Column("due_at", UtcDateTime, nullable=False),  # moves on a retry
    Column("stale_at", UtcDateTime),  # later than this it is left out
    Column("epoch", Integer),  # the owner, while claimed or handing over, and of the last hand-over
    Column("lease_until", UtcDateTime),
    Column("attempt_count", Integer, nullable=False, server_default="0"),
    Column("choice", LargeBinary),  # packed post ids and reason codes, see issues/choice.py
    Column("dated_at", UtcDateTime),  # the Date header: set at the first hand-over, then kept
    Column("provider_id", Text, nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    # By issue, so that a claim never walks over what is planned of a paused one.
    Index("ix_deliveries_todo", "lane", "issue_id", "due_at", "id", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
    # One reader is in flight once, or two digests could choose the same story.
    Index(
        "ix_deliveries_reader_in_flight",
        "subscriber_id",
        unique=True,
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    ),
    Index("ix_deliveries_on_its_way", "epoch", sqlite_where=_ON_ITS_WAY, postgresql_where=_ON_ITS_WAY),
    Index("ix_deliveries_subscriber", "subscriber_id"),
    Index("ix_deliveries_issue_state", "issue_id", "state"),
    sqlite_autoincrement=True,
)

# Deliveries that were forgotten, counted by how they ended: an issue's figures stay true.
delivery_tallies = Table(
    "delivery_tallies",
    metadata,
    Column("issue_id", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("issue_id", "state", "reason"),
)

# The attempt is the event: opened with the hand-over, closed with the server's words.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("masked_address", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # accepted | temporary | refused | our_fault | uncertain
    Column("outcome", Text, nullable=False, server_default=""),
    Column("answer", Text, nullable=False, server_default=""),  # the server's own words
    Index("ix_attempts_delivery", "delivery_id"),
    sqlite_autoincrement=True,
)

# A running sender. Liveness is a lock on its epoch, not this row.
owners = Table(
    "owners",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # left in order, or taken over
    sqlite_autoincrement=True,
)

# A lane, or a whole provider (name without a slash), that waits, and why.
lane_holds = Table(
    "lane_holds",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("held_until", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
)

# GCRA: one row a bucket; `next_at` is the theoretical arrival time.
buckets = Table(
    "buckets",
    metadata,
    Column("name", Text, primary_key=True),  # "relay 5/s"
    Column("next_at", UtcDateTime, nullable=False),
)

# What waits for a person. One open row a key, so that the same trouble is told once.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),  # "provider:relay", "issue:12"
    Column("words", Text, nullable=False),
    Column("remedy", Text, nullable=False, server_default=""),  # the command that ends it
    Column("since", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Index(
        "ix_alerts_open",
        "key",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)
