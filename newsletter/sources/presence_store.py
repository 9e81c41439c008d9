"""All SQL on whether posts are still at their source: missed there, found gone, come back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, update

from newsletter.base.ids import PostId, SourceId
from newsletter.sources.tables import post_keys, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of a post's place at its source."""

    id: PostId
    url: str
    at: datetime  # published, else first seen
    published: datetime | None
    missing_since: datetime | None
    gone_at: datetime | None
    page_etag: str
    page_last_modified: str
    page_checked_at: datetime | None


def offered_posts(db: Connection, source_id: SourceId, *, now: datetime) -> list[Presence]:
    """Give the candidates of a source that are alive, whether gone or not; what was sent in never stood there."""
    mine = and_(posts.c.source_id == source_id, posts.c.submitted_by == "")
    is_offered = and_(mine, posts.c.state == "candidate", posts.c.alive_until > now)
    facts = (posts.c.id, posts.c.url, posts.c.published_at.label("published"), posts.c.missing_since, posts.c.gone_at)
    page = (posts.c.page_etag, posts.c.page_last_modified, posts.c.page_checked_at)
    at = func.coalesce(posts.c.published_at, posts.c.first_seen_at).label("at")
    rows = db.execute(select(*facts, *page, at).where(is_offered).order_by(posts.c.id)).mappings()
    return [Presence(**row) for row in rows]


def file_names(db: Connection, ids: Sequence[PostId]) -> dict[PostId, str]:
    """Give the file that each post of a folder was read from, for those that have no address."""
    wanted = select(post_keys.c.post_id, post_keys.c.key)
    found = db.execute(wanted.where(post_keys.c.post_id.in_(ids), post_keys.c.key.startswith("guid:")))
    return {PostId(row.post_id): row.key.removeprefix("guid:") for row in found}


def note_missing(db: Connection, ids: Iterable[PostId], *, now: datetime) -> None:
    """Note that posts are missed at their source; the first time counts."""
    is_first = and_(posts.c.id.in_(list(ids)), posts.c.missing_since.is_(None))
    db.execute(update(posts).where(is_first).values(missing_since=now))


def note_gone(db: Connection, ids: Iterable[PostId], *, reason: str, now: datetime) -> int:
    """Note that posts are gone at their source: they leave every digest that is not handed over. Gives how many."""
    is_here = and_(posts.c.id.in_(list(ids)), posts.c.gone_at.is_(None))
    missing = func.coalesce(posts.c.missing_since, now)
    return db.execute(
        update(posts).where(is_here).values(gone_at=now, gone_reason=reason, missing_since=missing)
    ).rowcount


def note_present(db: Connection, ids: Iterable[PostId]) -> int:
    """Note that posts are at their source: those that were gone are offered again. Gives how many were."""
    mine = posts.c.id.in_(list(ids))
    back = db.execute(update(posts).where(mine, posts.c.gone_at.is_not(None)).values(gone_at=None, gone_reason=""))
    db.execute(update(posts).where(mine, posts.c.missing_since.is_not(None)).values(missing_since=None))
    return back.rowcount


def note_back(db: Connection, post_id: PostId) -> int:
    """Note that a post's page is there again, though its source does not list it."""
    is_gone = and_(posts.c.id == post_id, posts.c.gone_at.is_not(None))
    return db.execute(update(posts).where(is_gone).values(gone_at=None, gone_reason="")).rowcount


def note_looked(db: Connection, post_id: PostId, *, now: datetime) -> None:
    """Note when a post's page was asked last."""
    db.execute(update(posts).where(posts.c.id == post_id).values(page_checked_at=now))
