"""The SQL of follows, mutes and opt-outs. Never opens a transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from subscribers.consent.consent import Wish
from subscribers.store import is_new
from subscribers.tables import wishes


def wishes_of(db: Connection, subscriber_id: int) -> list[Wish]:
    columns = (wishes.c.scope, wishes.c.key, wishes.c.kind, wishes.c.since)
    query = select(*columns).where(wishes.c.subscriber_id == subscriber_id).order_by(wishes.c.scope, wishes.c.key)
    return [Wish(scope=row.scope, key=row.key, kind=row.kind, since=row.since) for row in db.execute(query)]


def new_wish(db: Connection, subscriber_id: int, key: str, kind: str, now: datetime, *, scope: str = "") -> bool:
    """Note a wish under a key that has none in this scope. Tells whether that was so."""
    values = {"subscriber_id": subscriber_id, "scope": scope, "key": key, "kind": kind, "since": now}
    return is_new(db, wishes, values)


def move_wish(
    db: Connection, subscriber_id: int, key: str, *, frm: Sequence[str], to: str, now: datetime, scope: str = ""
) -> bool:
    """Turn a wish of one of the named kinds into another. Tells whether it did."""
    which = (*_which(subscriber_id, scope, key), wishes.c.kind.in_(frm))
    return db.execute(update(wishes).where(*which).values(kind=to, since=now)).rowcount > 0


def delete_wish(db: Connection, subscriber_id: int, key: str, kinds: Sequence[str], *, scope: str = "") -> bool:
    which = (*_which(subscriber_id, scope, key), wishes.c.kind.in_(kinds))
    return db.execute(delete(wishes).where(*which)).rowcount > 0


def delete_scoped(db: Connection, subscriber_id: int, key: str, kinds: Sequence[str]) -> None:
    """Delete the wishes of a key in every scope but the person's own."""
    scoped = (wishes.c.subscriber_id == subscriber_id, wishes.c.scope != "", wishes.c.key == key)
    db.execute(delete(wishes).where(*scoped, wishes.c.kind.in_(kinds)))


def _which(subscriber_id: int, scope: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return wishes.c.subscriber_id == subscriber_id, wishes.c.scope == scope, wishes.c.key == key
