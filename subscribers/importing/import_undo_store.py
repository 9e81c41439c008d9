"""The SQL of taking imports back. Never opens a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from subscribers.importing import import_store
from subscribers.store import portions
from subscribers.tables import (
    consents,
    import_changes,
    imports,
    mailing_lists,
    preferences,
    subscribers,
    subscriptions,
    wishes,
)

_KEPT = "kept_by_undo"


class Undoing(NamedTuple):
    """An import that is being taken back."""

    id: int
    list_id: int
    list_slug: str
    file_name: str
    started_at: datetime


class Change(NamedTuple):
    """What an import changed about a person."""

    subscriber_id: int
    made: str
    before: str


def begin(db: Connection, import_id: int, now: datetime) -> bool:
    """Mark an import as taken back; one that is under way ends. False where there is none."""
    mine = imports.c.id == import_id
    db.execute(update(imports).where(mine, imports.c.finished_at.is_(None)).values(finished_at=now))
    db.execute(update(imports).where(mine, imports.c.undone_at.is_(None)).values(undone_at=now))
    return db.execute(select(imports.c.id).where(mine)).first() is not None


def oldest(db: Connection) -> Undoing | None:
    left = select(import_changes.c.import_id).where(import_changes.c.import_id == imports.c.id).exists()
    query = (
        select(imports.c.id, imports.c.list_id, mailing_lists.c.slug, imports.c.file_name, imports.c.started_at)
        .join(mailing_lists, mailing_lists.c.id == imports.c.list_id)
        .where(imports.c.undone_at.is_not(None), left)
        .order_by(imports.c.id)
        .limit(1)
    )
    row = db.execute(query).first()
    return None if row is None else Undoing(*row)


def changes(db: Connection, import_id: int, limit: int) -> list[Change]:
    columns = (import_changes.c.subscriber_id, import_changes.c.made, import_changes.c.before)
    query = select(*columns).where(import_changes.c.import_id == import_id).order_by(import_changes.c.subscriber_id)
    # Two processes that undo take different people (PostgreSQL); SQLite has one writer at a time.
    return [Change(*row) for row in db.execute(query.limit(limit).with_for_update(skip_locked=True))]


def spoke_since(db: Connection, hashes: Sequence[str], undoing: Undoing) -> set[str]:
    """Give those of whom something was recorded since the import began, and not by it: a yes, a no, another import."""
    found: set[str] = set()
    for some in portions(hashes):
        query = select(consents.c.address_hash).where(
            consents.c.address_hash.in_(some),
            consents.c.recorded_at >= undoing.started_at,
            consents.c.by != f"import:{undoing.id}",
            consents.c.act != "asked",  # anybody may have typed the address into a form
        )
        found.update(row.address_hash for row in db.execute(query))
    return found


def chose_since(db: Connection, ids: Sequence[int]) -> set[int]:
    """Give those of the people made by an import who have chosen something since: no record of consent tells that."""
    found: set[int] = set()
    for some in portions(ids):
        mine, made_at = subscribers.c.id.in_(some), subscribers.c.created_at
        for query in (
            select(subscribers.c.id).where(mine, subscribers.c.updated_at != made_at),
            select(subscribers.c.id).join(wishes).where(mine, wishes.c.since != made_at),
            select(subscribers.c.id).join(preferences).where(mine, preferences.c.updated_at != made_at),
        ):
            found.update(db.execute(query).scalars())
    return found


def values_of(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give people's columns as they are stored, by id."""
    found: dict[int, dict[str, Any]] = {}
    for some in portions(ids):
        query = select(subscribers).where(subscribers.c.id.in_(some))
        found.update((row["id"], dict(row)) for row in db.execute(query).mappings())
    return found


def put_values(db: Connection, subscriber_id: int, values: Mapping[str, Any]) -> None:
    db.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**values))


def remove_subscription(db: Connection, undoing: Undoing, subscriber_id: int) -> bool:
    """Remove a subscription that an import made; one that was left stays left."""
    which = (
        subscriptions.c.list_id == undoing.list_id,
        subscriptions.c.subscriber_id == subscriber_id,
        subscriptions.c.state != "left",
    )
    return db.execute(delete(subscriptions).where(*which)).rowcount > 0


def done(db: Connection, import_id: int, ids: Sequence[int], kept: int) -> None:
    """Note that these people were looked at, and how many of them stay."""
    for some in portions(ids):
        which = (import_changes.c.import_id == import_id, import_changes.c.subscriber_id.in_(some))
        db.execute(delete(import_changes).where(*which))
    row = import_store.find_import(db, import_id)
    if row is not None and kept:
        counts = import_store.counts_of(row)
        import_store.put_counts(db, import_id, counts | {_KEPT: counts.get(_KEPT, 0) + kept})


def report(db: Connection, import_id: int) -> tuple[int, int] | None:
    """Give how many people are still to be looked at, and how many stay."""
    row = import_store.find_import(db, import_id)
    if row is None:
        return None
    counted = select(func.count()).select_from(import_changes).where(import_changes.c.import_id == import_id)
    return int(db.execute(counted).scalar_one()), int(import_store.counts_of(row).get(_KEPT, 0))
