"""The tables of people. Addresses stand here and nowhere else."""

from sqlalchemy import (
    BigInteger,
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

from subscribers.columns import UtcDateTime

metadata = MetaData()

_MERGED = text("act = 'merged'")

_PLACED = text("network_address <> ''")
_PENDING = text("state = 'pending'")

mailing_lists = Table(
    "mailing_lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column(
        "opt_in",
        Text,
        CheckConstraint("opt_in IN ('double', 'single')", name="ck_mailing_lists_opt_in"),
        nullable=False,
    ),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),  # as the reader wrote it
    Column("address_key", Text, nullable=False, unique=True),  # normal form: what "the same address" means
    Column("address_hash", Text, nullable=False),  # SHA-256 of address_key: joins suppressions and consents
    Column("domain", Text, nullable=False),  # A-label form, lower case: lanes are made of it
    Column("name", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),  # of the interface; empty: the newsletter's
    Column("reading_languages", Text, nullable=False, server_default=""),  # "fr;en", in order; empty: the default
    Column("zone", Text, nullable=False, server_default=""),  # IANA name; empty: the newsletter's
    Column("hour", Integer),  # of the reader's own day; null: the newsletter's
    Column("days", Text, nullable=False, server_default=""),  # "mon;thu", the days that suit; empty: any
    Column("frequency", Text, nullable=False, server_default="every"),  # every | weekly | monthly
    Column("paused_until", Text, nullable=False, server_default=""),  # the day, ISO 8601, from which mail comes again
    Column("length", Text, nullable=False, server_default="normal"),  # short | normal | full
    Column("plain_text", Boolean, nullable=False, server_default=text("false")),
    Column("role", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),  # ISO 3166-1 alpha-2
    Column("attributes", Text, nullable=False, server_default="{}"),  # JSON: the unknown columns of imports
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_subscribers_address_hash", "address_hash"),
    sqlite_autoincrement=True,  # an id is never used twice: tokens in old mails name it
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("list_id", ForeignKey("mailing_lists.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('pending', 'active', 'left')", name="ck_subscriptions_state"),
        nullable=False,
    ),
    Column("changed_at", UtcDateTime, nullable=False),
    # The import and its line that last named them: where the data came from, and how a second line is noticed.
    Column("import_id", Integer),
    Column("import_line", Integer),
    Column("import_state", Text, nullable=False, server_default=""),  # in which that line alone would have put them
    PrimaryKeyConstraint("list_id", "subscriber_id"),
    Index("ix_subscriptions_subscriber", "subscriber_id"),
    Index("ix_subscriptions_pending", "changed_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
)

# Follows, mutes and opt-outs: opaque keys such as "topic:funding" and "newsletter:weekly". A wish under a scope
# ("newsletter:weekly") stands in for the person's own (empty scope) there; `none` says: no wish there. An opt-out has
# no scope: its key says what of.
wishes = Table(
    "wishes",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("key", Text, nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('follow', 'mute', 'none', 'opt_out')", name="ck_wishes_kind"),
        nullable=False,
    ),
    Column("since", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "scope", "key"),
)

# What a person wants of one newsletter only. Null: as the person's own row says.
preferences = Table(
    "preferences",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("scope", Text, nullable=False),  # the key that its opt-out has: "newsletter:weekly"
    Column("language", Text),
    Column("reading_languages", Text),
    Column("zone", Text),
    Column("hour", Integer),
    Column("days", Text),
    Column("frequency", Text),
    Column("paused_until", Text),
    Column("length", Text),
    Column("plain_text", Boolean),
    Column("updated_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "scope"),
)

# By hash, so that it survives erasure. Ended rows stay as history (ended_at).
suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address_hash", Text, nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('left', 'bounced', 'complained', 'forbidden')", name="ck_suppressions_kind"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_why", Text, nullable=False, server_default=""),
    Index(
        "ix_suppressions_open",
        "address_hash",
        "kind",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# Whole domains that are never mailed, exactly as they are named: a subdomain is a domain of its own.
suppressed_domains = Table(
    "suppressed_domains",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("domain", Text, nullable=False),  # A-label form, lower case, as in subscribers.domain
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('bounced', 'complained', 'forbidden')", name="ck_suppressed_domains_kind"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_why", Text, nullable=False, server_default=""),
    Index(
        "ix_suppressed_domains_open",
        "domain",
        "kind",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# Append-only proof of who said yes or no, to what, when, where. Survives leaving, and as a hash, erasure.
consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_id", Integer),  # no foreign key: the record outlives the person's row
    Column("address_hash", Text, nullable=False),
    Column(
        "act", Text, nullable=False
    ),  # asked | confirmed | imported | added | left | undone | suppressed | released | erased | forgotten
    # | moved | merged
    Column("list_slug", Text, nullable=False, server_default=""),
    Column("key", Text, nullable=False, server_default=""),  # the opt-out's key, when one newsletter was left
    Column("evidence", Text, nullable=False, server_default=""),  # what was shown or told, and its version
    Column("text_hash", Text, nullable=False, server_default=""),  # of the words that were shown: see consent_texts
    Column("network_address", Text, nullable=False, server_default=""),
    Column("given_at", UtcDateTime),  # when the person said so, where an import knows it
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False, server_default=""),  # who recorded it: "reader", "import:3", "cli:anna"
    Index("ix_consents_address_hash", "address_hash"),
    # Old mails name people who were merged away.
    Index("ix_consents_merged", "subscriber_id", sqlite_where=_MERGED, postgresql_where=_MERGED),
    Index("ix_consents_placed", "recorded_at", sqlite_where=_PLACED, postgresql_where=_PLACED),
    sqlite_autoincrement=True,
)

# The words that people were shown when they said yes, each version once: what a consent's text_hash names.
consent_texts = Table(
    "consent_texts",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the text
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# Addresses whose readers said: do not ask me again. By hash, so that it outlives forgetting who never confirmed; for a
# time only. It stops the mails that ask for a yes, and nothing else.
asking_rests = Table(
    "asking_rests",
    metadata,
    Column("address_hash", Text, nullable=False),
    Column("list_slug", Text, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("address_hash", "list_slug"),
    Index("ix_asking_rests_until", "until"),
)

# Links that were mailed fresh: to confirm, to reach one's own data, to take a new address. Each works once, for a
# while, and for one purpose. No foreign key: using the link of somebody who was erased must be told from a forged one.
fresh_links = Table(
    "fresh_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_id", Integer, nullable=False),
    Column("purpose", Text, nullable=False),  # confirm | account | address
    Column("content", Text, nullable=False, server_default="{}"),  # JSON: the list to join, the new address ...
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_fresh_links_subscriber", "subscriber_id"),
    Index("ix_fresh_links_expires", "expires_at"),
    sqlite_autoincrement=True,  # an id is never used twice: the link's token names it
)

# Part of a list, by a saved rule.
segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),  # never the slug of a list: both are named in the same places
    Column("name", Text, nullable=False),
    Column("list_id", ForeignKey("mailing_lists.id"), nullable=False),
    Column("rule", Text, nullable=False),  # as it was written; see segment_rule.py
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # Issues that were approved for it still name it, for as long as their pages are looked at: so the row stays.
    Column("removed_at", UtcDateTime),
    sqlite_autoincrement=True,
)

# One row a CSV import; `position` is how far it got, so that a killed import goes on.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list_id", ForeignKey("mailing_lists.id"), nullable=False),
    Column("path", Text, nullable=False),  # the spooled copy that the import reads
    Column("file_name", Text, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("consent", Text, nullable=False, server_default=""),
    Column("options", Text, nullable=False, server_default="{}"),
    Column("by", Text, nullable=False, server_default=""),  # who started it
    Column("position", Integer, nullable=False, server_default="0"),  # rows done
    Column(
        "byte_offset", BigInteger, nullable=False, server_default="0"
    ),  # where the next row starts: going on is no search
    Column("next_line", Integer, nullable=False, server_default="1"),  # the line of the next row
    Column("counts", Text, nullable=False, server_default="{}"),  # JSON: added, updated, ... see ImportReport
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
    sqlite_autoincrement=True,
)

# What an import changed about people, so that it can be undone. People and subscriptions that it made need no `before`.
import_changes = Table(
    "import_changes",
    metadata,
    Column("import_id", ForeignKey("imports.id"), nullable=False),
    Column("subscriber_id", Integer, nullable=False),  # no foreign key: the person may be erased meanwhile
    Column("made", Text, nullable=False, server_default=""),  # person | subscription | empty
    Column("before", Text, nullable=False, server_default="{}"),  # JSON: the values that were replaced
    PrimaryKeyConstraint("import_id", "subscriber_id"),
)

import_refusals = Table(
    "import_refusals",
    metadata,
    Column("import_id", ForeignKey("imports.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "line"),
)

# People who are written to but are no subscribers: testers, editors, operators.
correspondents = Table(
    "correspondents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    UniqueConstraint("address_key"),
    sqlite_autoincrement=True,
)
