"""The ground's own tables: what people did, and facts about this home."""

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from newsletter.db.types import UtcDateTime

metadata = MetaData()

# People's acts: approvals, pauses, edits, applies. Append-only.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),  # "cli:NAME of the system's user", later a user of the desk
    Column("act", Text, nullable=False),  # "issue.approve"
    Column("subject", Text, nullable=False),  # "issue:12"
    Column("details", Text, nullable=False, server_default=""),
    Index("ix_audit_log_subject", "subject"),
    sqlite_autoincrement=True,
)

# Single facts by name, e.g. which machine this home last sent from.
home_facts = Table(
    "home_facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# How often something was done in a window of time: what rate limits look at. The name holds no address, only a hash.
rate_counts = Table(
    "rate_counts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("window_start", UtcDateTime, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_rate_counts_window", "window_start"),
)
