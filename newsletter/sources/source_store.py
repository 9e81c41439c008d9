"""All SQL of sources. Functions take a connection and never open a transaction; whoever owns the act does."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, insert, or_, select, update

from newsletter.base.errors import NotFound
from newsletter.base.ids import SourceId
from newsletter.sources.rows import source_of
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.tables import posts, sources

_MOST_PROBLEMS = 20  # told as a source's health; more would tell no more
_is_kept = sources.c.removed_at.is_(None)


def put_source(
    db: Connection,
    *,
    name: str,
    url: str,
    kind: SourceKind,
    topics: Sequence[str] = (),
    language: str = "",
    owner: str = "",
    backfill_days: int = 14,
    now: datetime,
) -> SourceId:
    """Create or update the source of this name. At a new address it starts afresh, with a back-catalogue."""
    texts = {"kind": str(kind), "topics": _json(topics), "language": language, "owner": owner}
    values = {**texts, "backfill_days": backfill_days}
    mine = sources.c.name == name
    is_elsewhere = or_(sources.c.url != url, sources.c.kind != str(kind))
    afresh = update(sources).where(mine, is_elsewhere).values(url=url, etag="", last_modified="", last_error="")
    db.execute(afresh.values(next_fetch_at=None, last_good_at=None, error_count=0))
    changed = update(sources).where(mine).values(removed_at=None, **values).returning(sources.c.id)
    found = db.execute(changed).scalar()
    if found is None:
        added = insert(sources).values(name=name, url=url, created_at=now, **values)
        found = db.execute(added.returning(sources.c.id)).scalar_one()
    return SourceId(found)


def settle_kind(db: Connection, source_id: SourceId, *, kind: SourceKind, url: str) -> None:
    """Note what a source was found out to be, and where it is really read."""
    found_out = update(sources).where(sources.c.id == source_id, sources.c.kind == "auto")
    db.execute(found_out.values(kind=str(kind), url=url))


def remove_source(db: Connection, source_id: SourceId, *, now: datetime) -> None:
    """Stop reading a source and offering its posts. Its rows stay: they account for what was sent."""
    db.execute(update(sources).where(sources.c.id == source_id).values(removed_at=now))


def source_by_name(db: Connection, name: str) -> Source:
    """Give a source; NotFound if there is none of this name."""
    row = db.execute(select(sources).where(sources.c.name == name, _is_kept)).mappings().first()
    if row is None:
        raise NotFound(f"there is no source {name!r}; `newsletter source list` shows all")
    return source_of(row)


def all_sources(db: Connection) -> list[Source]:
    """Give the sources that are not removed, by name."""
    return [source_of(row) for row in db.execute(select(sources).where(_is_kept).order_by(sources.c.name)).mappings()]


def due_sources(db: Connection, *, now: datetime, limit: int) -> list[Source]:
    """Give the sources that are due to be fetched, never fetched ones first. One without an address is fed by hand."""
    next_fetch = sources.c.next_fetch_at
    is_due = or_(next_fetch.is_(None), next_fetch <= now)
    rows = db.execute(
        select(sources)
        .where(_is_kept, sources.c.url != "", is_due)
        .order_by(case((next_fetch.is_(None), 0), else_=1), next_fetch, sources.c.id)
        .limit(limit)
    )
    return [source_of(row) for row in rows.mappings()]


def claim_source(db: Connection, source: Source, *, until: datetime) -> bool:
    """Take a due source for this process, until then; False if another took it first."""
    is_as_seen = sources.c.next_fetch_at.is_not_distinct_from(source.next_fetch_at)
    claimed = update(sources).where(sources.c.id == source.id, is_as_seen).values(next_fetch_at=until)
    return db.execute(claimed).rowcount == 1


def record_good_fetch(
    db: Connection,
    source_id: SourceId,
    *,
    now: datetime,
    next_fetch_at: datetime,
    etag: str,
    last_modified: str,
    problems: Sequence[str] = (),
) -> None:
    """Note that a source was read, and which of its items could not be used."""
    values = {
        "last_problems": "\n".join(problems[:_MOST_PROBLEMS]),
        "last_fetch_at": now,
        "last_good_at": now,
        "next_fetch_at": next_fetch_at,
        "last_error": "",
        "error_count": 0,
    }
    db.execute(
        update(sources).where(sources.c.id == source_id).values(etag=etag, last_modified=last_modified, **values)
    )


def record_failed_fetch(
    db: Connection, source_id: SourceId, *, now: datetime, next_fetch_at: datetime, error: str
) -> None:
    """Note in words why a source could not be read. What the last good fetch left stays."""
    count = sources.c.error_count + 1
    values = {"last_fetch_at": now, "next_fetch_at": next_fetch_at, "last_error": error, "error_count": count}
    db.execute(update(sources).where(sources.c.id == source_id).values(**values))


def has_posts(db: Connection, source_id: SourceId) -> bool:
    """Tell whether the source ever gave a post."""
    return db.execute(select(posts.c.id).where(posts.c.source_id == source_id).limit(1)).first() is not None


def lock_source(db: Connection, source_id: SourceId) -> None:
    """Let one process at a time store posts of this source (PostgreSQL; SQLite has one writer anyway)."""
    db.execute(select(sources.c.id).where(sources.c.id == source_id).with_for_update())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
