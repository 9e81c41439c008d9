"""The tables of topics, sources, posts, stories and pictures."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
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

topics = Table(
    "topics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("names", Text, nullable=False, server_default="{}"),  # JSON: by language
    Column("keywords", Text, nullable=False, server_default="[]"),  # JSON list
    Column(
        "sensitive", Boolean, nullable=False, server_default=text("false")
    ),  # may tell a diagnosis: never printed as a reason
    Column("position", Integer, nullable=False, server_default="0"),  # order of sections
    sqlite_autoincrement=True,
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),  # an http(s) address or an absolute path
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('auto', 'feed', 'page', 'index', 'folder')", name="ck_sources_kind"),
        nullable=False,
    ),
    Column("topics", Text, nullable=False, server_default="[]"),  # JSON list of slugs
    Column("language", Text, nullable=False, server_default=""),
    Column("owner", Text, nullable=False, server_default=""),  # who publishes it, as a card names it
    Column("categories", Text, nullable=False, server_default="{}"),  # JSON: the publisher's category -> topic slug
    Column("roles", Text, nullable=False, server_default="[]"),  # JSON list: of the readers it writes for
    Column("country", Text, nullable=False, server_default=""),  # ISO 3166-1 alpha-2
    Column("form_key", Text, nullable=False, server_default=""),  # secret part of its submission form; empty: none
    Column("link_pattern", Text, nullable=False, server_default=""),  # JSON: which links of an index page lead to posts
    Column("backfill_days", Integer, nullable=False, server_default="14"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    # Health and conditional GET. An error never clears what the last good fetch left.
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("moved_to", Text, nullable=False, server_default=""),  # where its address redirects for good; empty: nowhere
    # What its own address redirects to for good and is not remembered yet: since when, seen by how many polls.
    Column("moving_to", Text, nullable=False, server_default=""),
    Column("moving_since", UtcDateTime),
    Column("moving_polls", Integer, nullable=False, server_default="0"),
    Column("own_asked_at", UtcDateTime),  # when its own address was asked last, of one that has moved
    Column("validators_of", Text, nullable=False, server_default=""),  # the address that etag and last_modified are of
    Column("document_hash", Text, nullable=False, server_default=""),  # of the last document; empty: parse what comes
    Column("fresh_until", UtcDateTime),  # as its server said: not asked again before
    Column("next_fetch_at", UtcDateTime),
    Column("last_fetch_at", UtcDateTime),
    Column("last_good_at", UtcDateTime),
    Column("last_error", Text, nullable=False, server_default=""),  # in words; empty after a good fetch
    Column("error_count", Integer, nullable=False, server_default="0"),  # in a row
    Column("failing_since", UtcDateTime),  # the first of them
    Column("last_problems", Text, nullable=False, server_default=""),  # items that could not be used, a line each
    sqlite_autoincrement=True,
)

# What we know of the servers that sources live on: their robots.txt (RFC 9309), and until when they want to be left
# alone.
hosts = Table(
    "hosts",
    metadata,
    # "https://www.example.org" has the robots.txt; "www.example.org" the wish for rest, which holds for both schemes;
    # "pages of www.example.org" when the next page may be asked, by the pause that its robots.txt wishes for.
    Column("origin", Text, primary_key=True),
    Column("robots", Text, nullable=False, server_default=""),
    Column("robots_at", UtcDateTime),  # when it was read; none: never
    Column("not_before", UtcDateTime),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),  # also the ingest sequence: an issue's cutoff is an id
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('news', 'paper', 'event', 'call', 'video')", name="ck_posts_kind"),
        nullable=False,
    ),
    # candidate: may be chosen; seen: back-catalogue, stored but not offered; held: waits for an editor; withdrawn: gone
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('candidate', 'seen', 'held', 'withdrawn')", name="ck_posts_state"),
        nullable=False,
    ),
    Column("state_reason", Text, nullable=False, server_default=""),
    Column("url", Text, nullable=False),  # what a card links to
    Column("canonical_url", Text, nullable=False, server_default=""),
    Column("title", Text, nullable=False),
    Column("byline", Text, nullable=False, server_default=""),
    Column("excerpt", Text, nullable=False, server_default=""),  # plain text, cut at a sentence
    Column("body", Text, nullable=False, server_default=""),  # sanitised HTML
    Column("language", Text, nullable=False, server_default=""),
    Column("topics", Text, nullable=False, server_default="[]"),  # JSON list of slugs
    Column("published_at", UtcDateTime),  # never invented
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("visible_from", UtcDateTime, nullable=False),  # a date in the future is an embargo
    Column("alive_until", UtcDateTime, nullable=False),
    Column("picture_hash", Text, nullable=False, server_default=""),
    Column("picture_alt", Text, nullable=False, server_default=""),
    Column("event", Text, nullable=False, server_default=""),  # JSON, see post.py
    Column("call", Text, nullable=False, server_default=""),  # JSON, see post.py
    Column("story_key", Text, nullable=False, server_default=""),  # of front matter: joins translations of one story
    Column("topic_reasons", Text, nullable=False, server_default="{}"),  # JSON: slug -> why it has this topic
    Column("submitted_by", Text, nullable=False, server_default=""),  # who sent it in by a form, in their own words
    Column("story_fixed", Boolean, nullable=False, server_default=text("false")),  # an editor chose its story
    Column("value", Integer, nullable=False, server_default="0"),  # the editor's, 0 to 3
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("content_hash", Text, nullable=False),
    Column("fetched_hash", Text, nullable=False, server_default=""),  # of the item as it was read: equal, nothing to do
    # Withdrawal at its source: first missed there, then found gone. A post that comes back is offered again.
    Column("missing_since", UtcDateTime),
    Column("gone_at", UtcDateTime),
    Column("gone_reason", Text, nullable=False, server_default=""),
    # Its own page, when it was asked for.
    Column("page_etag", Text, nullable=False, server_default=""),
    Column("page_last_modified", Text, nullable=False, server_default=""),
    Column("page_checked_at", UtcDateTime),
    Index("ix_posts_source", "source_id"),
    Index("ix_posts_story", "story_id"),
    Index("ix_posts_alive", "state", "alive_until"),
    Index("ix_posts_first_seen", "first_seen_at"),  # stories are looked for among the posts of the last days
    sqlite_autoincrement=True,
)

# guid, canonical URL and hash of title, date and text: any hit is the same post.
post_keys = Table(
    "post_keys",
    metadata,
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("key", Text, nullable=False),  # "guid:...", "url:...", "hash:..."
    Column("post_id", ForeignKey("posts.id"), nullable=False),
    PrimaryKeyConstraint("source_id", "key"),
    Index("ix_post_keys_post", "post_id"),
)

# By which posts are known to tell one story: "page:" and the canonical address of the post or of a translation of it,
# "front:" and the key in its front matter.
story_keys = Table(
    "story_keys",
    metadata,
    Column("key", Text, nullable=False),
    Column("post_id", ForeignKey("posts.id"), nullable=False),
    PrimaryKeyConstraint("key", "post_id"),
    Index("ix_story_keys_post", "post_id"),
)

# What an issue froze must stay readable after the source has changed it.
post_revisions = Table(
    "post_revisions",
    metadata,
    Column("post_id", ForeignKey("posts.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),  # JSON of the Post's content fields
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("post_id", "revision"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the stored bytes; the file is media/HASH.jpg or .png
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

# Where a picture came from: fetched once.
picture_origins = Table(
    "picture_origins",
    metadata,
    Column("url_hash", LargeBinary(32), primary_key=True),
    Column("picture_hash", Text, nullable=False),  # empty: could not be used
    Column("fetched_at", UtcDateTime, nullable=False),
)
