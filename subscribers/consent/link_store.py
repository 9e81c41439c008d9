"""The SQL of fresh links. Never opens a transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from subscribers.tables import fresh_links


class LinkRow(NamedTuple):
    """A row, its content read."""

    id: int
    subscriber_id: int
    purpose: str
    content: Mapping[str, str]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


def add(
    db: Connection,
    subscriber_id: int,
    purpose: str,
    content: Mapping[str, str],
    *,
    made_at: datetime,
    expires_at: datetime,
) -> LinkRow:
    values = {"subscriber_id": subscriber_id, "purpose": purpose, "made_at": made_at, "expires_at": expires_at}
    made = insert(fresh_links).values(**values, content=json.dumps(dict(content)))
    key = db.execute(made).inserted_primary_key
    assert key is not None
    return LinkRow(int(key[0]), subscriber_id, purpose, content, made_at, expires_at, None)


def find(db: Connection, link_id: int) -> LinkRow | None:
    return _one(db, select(fresh_links).where(fresh_links.c.id == link_id))


def newest(db: Connection, subscriber_id: int, purpose: str) -> LinkRow | None:
    mine = (fresh_links.c.subscriber_id == subscriber_id, fresh_links.c.purpose == purpose)
    return _one(db, select(fresh_links).where(*mine).order_by(fresh_links.c.id.desc()).limit(1))


def links_of(db: Connection, subscriber_id: int) -> list[LinkRow]:
    mine = select(fresh_links).where(fresh_links.c.subscriber_id == subscriber_id).order_by(fresh_links.c.id)
    return [_row(row) for row in db.execute(mine).mappings()]


def unused(db: Connection, subscriber_id: int, purpose: str) -> list[LinkRow]:
    """Give the rows made after the last that was used, the oldest first."""
    mine = (fresh_links.c.subscriber_id == subscriber_id, fresh_links.c.purpose == purpose)
    rows = db.execute(select(fresh_links).where(*mine).order_by(fresh_links.c.id)).mappings()
    found: list[LinkRow] = []
    for row in rows:
        found = [] if row["used_at"] is not None else [*found, _row(row)]
    return found


def use(db: Connection, link_id: int, now: datetime) -> bool:
    """Mark a link as used, once, and only before its end."""
    still_open = (fresh_links.c.id == link_id, fresh_links.c.used_at.is_(None), fresh_links.c.expires_at > now)
    return db.execute(update(fresh_links).where(*still_open).values(used_at=now)).rowcount == 1


def end(db: Connection, links: Sequence[int], now: datetime) -> None:
    """Use links up that nobody has used."""
    still_open = (fresh_links.c.id.in_(links), fresh_links.c.used_at.is_(None))
    db.execute(update(fresh_links).where(*still_open).values(used_at=now))


def end_all(db: Connection, subscriber_id: int, now: datetime) -> None:
    """Use up every link of a person that nobody has used."""
    still_open = (fresh_links.c.subscriber_id == subscriber_id, fresh_links.c.used_at.is_(None))
    db.execute(update(fresh_links).where(*still_open).values(used_at=now))


def forget_ended(db: Connection, before: datetime, limit: int) -> int:
    """Remove links whose time ended before then, at most so many; gives how many."""
    old = select(fresh_links.c.id).where(fresh_links.c.expires_at < before).order_by(fresh_links.c.expires_at)
    return db.execute(delete(fresh_links).where(fresh_links.c.id.in_(old.limit(limit)))).rowcount


def _one(db: Connection, query: Select[Any]) -> LinkRow | None:
    row = db.execute(query).mappings().first()
    return _row(row) if row else None


def _row(row: RowMapping) -> LinkRow:
    return LinkRow(**{**row, "content": json.loads(row["content"])})
