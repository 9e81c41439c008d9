"""The tables of newsletters and their issues."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.db.types import UtcDateTime

metadata = MetaData()

newsletters = Table(
    "newsletters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("recipe", Text, nullable=False),  # JSON of Recipe, see recipe.py
    Column("applied", Text, nullable=False, server_default="{}"),  # JSON of the recipe as `apply` last wrote it
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_since", UtcDateTime, nullable=False),  # made, rescheduled or resumed: no earlier slot is ever due
    Column("paused_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("removed_at", UtcDateTime),
    sqlite_autoincrement=True,
)

issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter_id", ForeignKey("newsletters.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('digest', 'selection', 'letter')", name="ck_issues_kind"),
        nullable=False,
    ),
    Column("slot", Text, nullable=False),  # the newsletter's local wall time, "2026-10-25T02:30"
    Column("slot_at", UtcDateTime, nullable=False),  # the same as an instant
    # False: made by a person outside the schedule. Only scheduled issues tell which slot is due next.
    Column("scheduled", Boolean, nullable=False, server_default=text("true")),
    Column(
        "state",
        Text,
        CheckConstraint(
            "state IN ('planned', 'collecting', 'in_review', 'approved', 'sending', 'sent',"
            " 'skipped', 'cancelled', 'failed')",
            name="ck_issues_state",
        ),
        nullable=False,
    ),
    Column("state_reason", Text, nullable=False, server_default=""),
    Column("paused_at", UtcDateTime),
    Column("paused_reason", Text, nullable=False, server_default=""),
    Column("cutoff_at", UtcDateTime, nullable=False),
    Column("approve_by", UtcDateTime, nullable=False),
    Column("texts", Text, nullable=False, server_default="{}"),  # JSON: subject, preheader, intro by language
    Column("frozen", Text, nullable=False, server_default=""),  # JSON at approval: see frozen.py
    Column("created_at", UtcDateTime, nullable=False),
    Column("approved_at", UtcDateTime),
    Column("approved_by", Text, nullable=False, server_default=""),
    Column("go_at", UtcDateTime),  # a person said: now, whatever the slot and the readers' hours
    # last subscriber planned: planning resumes here
    Column("planned_after", Integer, nullable=False, server_default="0"),
    Column("planned_at", UtcDateTime),  # planning came to its end
    Column("finished_at", UtcDateTime),
    Column("welcomed_at", UtcDateTime),  # a sent issue goes to somebody new as a welcome; null: nothing of it is left
    UniqueConstraint("newsletter_id", "slot", name="uq_issues_slot"),
    UniqueConstraint("newsletter_id", "number", name="uq_issues_number"),
    Index("ix_issues_state", "state"),
    sqlite_autoincrement=True,
)

# What an editor decided for one issue: picks, drops, values, sections.
issue_posts = Table(
    "issue_posts",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("post_id", Integer, nullable=False),  # no foreign key across packages
    Column("pick", Integer),  # 1 to 3: on top for everybody; for a selection: its place
    Column("dropped", Boolean, nullable=False, server_default=text("false")),
    Column("value", Integer),  # 0 to 3, for this issue only
    Column("updated", Boolean, nullable=False, server_default=text("false")),  # comes again to those who got it
    PrimaryKeyConstraint("issue_id", "post_id"),
)
