"""The SQL of taking imports back. Never opens a transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from subscribers.importing import import_store
from subscribers.importing.write import WISHES
from subscribers.store import add_rows, portions
from subscribers.subscriber import Subscriber
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


@dataclass(slots=True)
class Reasons:
    """What keeps people from going with an import, by id."""

    own: set[int] = field(default_factory=set)  # they did something themselves, or an operator did it for them
    asked: dict[int, set[str]] = field(default_factory=dict)  # to join which lists
    vouching: dict[int, dict[int, int]] = field(default_factory=dict)  # lists where another import has them active
    left: set[int] = field(default_factory=set)  # another import told of a no


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


def reasons(db: Connection, undoing: Undoing, people: Mapping[int, Subscriber]) -> Reasons:
    """Gather what keeps these people from going with the import."""
    found = Reasons()
    ids = {person.address_hash: person.id for person in people.values()}
    for some in portions(list(ids)):
        _gather_records(db, found, undoing, ids, some)
    for numbers in portions(list(people)):
        _gather_lists(db, found, undoing, numbers)
        found.own |= _chose_since(db, undoing, numbers)
    return found


def _gather_records(
    db: Connection, found: Reasons, undoing: Undoing, ids: Mapping[str, int], hashes: Sequence[str]
) -> None:
    """What was recorded since the import began, and by no import: what those tell, the lists tell, too."""
    since = (
        consents.c.address_hash.in_(hashes),
        consents.c.recorded_at >= undoing.started_at,
        ~consents.c.by.startswith("import:", autoescape=True),
    )
    query = select(consents.c.address_hash, consents.c.act, consents.c.list_slug).where(*since)
    for address_hash, act, list_slug in db.execute(query):
        if act == "asked":  # anybody may have typed the address into a form: no yes, and a link is on its way
            found.asked.setdefault(ids[address_hash], set()).add(list_slug)
        else:
            found.own.add(ids[address_hash])


def _gather_lists(db: Connection, found: Reasons, undoing: Undoing, ids: Sequence[int]) -> None:
    its = subscriptions.c
    query = (
        select(its.subscriber_id, its.list_id, its.state, its.import_id, its.import_state)
        .outerjoin(imports, imports.c.id == its.import_id)
        .where(its.subscriber_id.in_(ids), its.import_id != undoing.id, imports.c.undone_at.is_(None))
    )
    for row in db.execute(query):
        if row.state == "left":
            found.left.add(row.subscriber_id)
        elif row.state == row.import_state == "active":
            found.vouching.setdefault(row.subscriber_id, {})[row.list_id] = row.import_id


def _chose_since(db: Connection, undoing: Undoing, ids: Sequence[int]) -> set[int]:
    """Give those of the people made by the import who have chosen something since: no record of consent tells that."""
    mine = subscribers.c.id.in_(
        select(import_changes.c.subscriber_id).where(
            import_changes.c.import_id == undoing.id,
            import_changes.c.subscriber_id.in_(ids),
            import_changes.c.made == "person",
        )
    )
    made_at = subscribers.c.created_at
    found = set(
        db.execute(
            select(subscribers.c.id).join(preferences).where(mine, preferences.c.updated_at != made_at)
        ).scalars()
    )
    changed = select(subscribers.c.id, made_at, subscribers.c.updated_at).where(
        mine, subscribers.c.updated_at != made_at
    )
    at = {row.id: (row.created_at, row.updated_at) for row in db.execute(changed)}
    wished = select(wishes.c.subscriber_id, wishes.c.scope, wishes.c.key, wishes.c.kind).join(subscribers)
    their = [(row[0], tuple(row[1:])) for row in db.execute(wished.where(mine, wishes.c.since != made_at))]
    notes = _notes_of_others(db, undoing, sorted({*at, *(id_ for id_, _ in their)}))
    found |= {id_ for id_, times in at.items() if not _changed_by_imports(notes.get(id_, []), *times)}
    return found | {id_ for id_, wish in their if not _wished_by_imports(notes.get(id_, []), wish)}


def _notes_of_others(db: Connection, undoing: Undoing, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Give what other imports replaced, by person."""
    found: dict[int, list[dict[str, Any]]] = {}
    if ids:
        # By way of the imports: notes are found by import and person, and there may be millions.
        others = import_changes.c.import_id.in_(select(imports.c.id).where(imports.c.id != undoing.id))
        query = select(import_changes.c.subscriber_id, import_changes.c.before)
        for id_, before in db.execute(query.where(others, import_changes.c.subscriber_id.in_(ids))):
            found.setdefault(id_, []).append(json.loads(before))
    return found


def _changed_by_imports(notes: Sequence[Mapping[str, Any]], made_at: datetime, changed_at: datetime) -> bool:
    """Tell whether other imports alone changed a person: their notes lead back to when the person was made."""
    steps = {new: old for old, new in (note["updated_at"] for note in notes if "updated_at" in note)}
    at = changed_at.isoformat()
    while at != made_at.isoformat():
        if at not in steps:
            return False
        at = steps.pop(at)
    return True


def _wished_by_imports(notes: Sequence[Mapping[str, Any]], wish: tuple[str, ...]) -> bool:
    return any(list(wish) in note.get(WISHES, []) for note in notes)


def values_of(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give people's columns as they are stored, by id."""
    found: dict[int, dict[str, Any]] = {}
    for some in portions(ids):
        query = select(subscribers).where(subscribers.c.id.in_(some))
        found.update((row["id"], dict(row)) for row in db.execute(query).mappings())
    return found


def put_values(db: Connection, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Set values, one statement for each set of columns."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for subscriber_id, values in rows:
        by_columns.setdefault(tuple(values), []).append({"which": subscriber_id, **values})
    for some in by_columns.values():
        db.execute(update(subscribers).where(subscribers.c.id == bindparam("which")), some)


def delete_wishes(db: Connection, rows: Sequence[tuple[int, str, str, str]]) -> None:
    """Delete wishes by person, scope, key and kind."""
    if rows:
        names = ("subscriber_id", "scope", "key", "kind")
        which = (wishes.c[name] == bindparam(f"its_{name}") for name in names)
        db.execute(
            delete(wishes).where(*which),
            [{f"its_{name}": one for name, one in zip(names, row, strict=True)} for row in rows],
        )


def remove_subscriptions(db: Connection, undoing: Undoing, ids: Sequence[int]) -> list[int]:
    """Take people off the list of an import; who left stays left. Gives those who were on it."""
    found: list[int] = []
    for some in portions(ids):
        which = (*_on_its_list(undoing, some), subscriptions.c.state != "left")
        found += db.execute(delete(subscriptions).where(*which).returning(subscriptions.c.subscriber_id)).scalars()
    return found


def make_pending(db: Connection, undoing: Undoing, ids: Sequence[int], now: datetime) -> list[int]:
    """Let active people of the list wait again. Gives those who were active."""
    found: list[int] = []
    for some in portions(ids):
        moved = update(subscriptions).where(*_on_its_list(undoing, some), subscriptions.c.state == "active")
        moved = moved.values(state="pending", changed_at=now)
        found += db.execute(moved.returning(subscriptions.c.subscriber_id)).scalars()
    return found


def hand_over(db: Connection, heirs: Sequence[tuple[int, int]]) -> None:
    """Let another import stand for a person that this one made: when that is taken back, too, the person goes."""
    rows = [{"import_id": import_id, "subscriber_id": id_, "made": "", "before": "{}"} for import_id, id_ in heirs]
    add_rows(db, import_changes, rows)
    if heirs:
        mine = (import_changes.c.import_id == bindparam("heir"), import_changes.c.subscriber_id == bindparam("whom"))
        db.execute(
            update(import_changes).where(*mine).values(made="person"),
            [{"heir": import_id, "whom": id_} for import_id, id_ in heirs],
        )


def _on_its_list(undoing: Undoing, ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return subscriptions.c.list_id == undoing.list_id, subscriptions.c.subscriber_id.in_(ids)


def done(db: Connection, import_id: int, ids: Sequence[int], kept: int) -> None:
    """Note that these people were looked at, and how many of them stay."""
    for some in portions(ids):
        which = (import_changes.c.import_id == import_id, import_changes.c.subscriber_id.in_(some))
        db.execute(delete(import_changes).where(*which))
    row = import_store.find_import(db, import_id)
    if row is not None and kept:
        counts = import_store.counts_of(row)
        import_store.put_counts(db, import_id, counts | {_KEPT: counts.get(_KEPT, 0) + kept})


def forget_before(db: Connection, before: datetime, limit: int) -> int:
    """Remove what imports that ended before then had replaced, at most so many rows; gives how many."""
    old = select(imports.c.id).where(imports.c.finished_at < before)
    columns = (import_changes.c.import_id, import_changes.c.subscriber_id)
    rows = db.execute(select(*columns).where(import_changes.c.import_id.in_(old)).limit(limit)).all()
    for import_id in {row.import_id for row in rows}:
        ids = [row.subscriber_id for row in rows if row.import_id == import_id]
        for some in portions(ids):
            which = (import_changes.c.import_id == import_id, import_changes.c.subscriber_id.in_(some))
            db.execute(delete(import_changes).where(*which))
    return len(rows)


def finished_at(db: Connection, import_id: int) -> datetime | None:
    """Give when an import ended."""
    found: datetime | None = db.execute(select(imports.c.finished_at).where(imports.c.id == import_id)).scalar()
    return found


def replaced_of(db: Connection, subscriber_id: int) -> list[tuple[int, str]]:
    """Give what imports replaced of a person: the import, and the values as JSON."""
    query = select(import_changes.c.import_id, import_changes.c.before)
    mine = (import_changes.c.subscriber_id == subscriber_id, import_changes.c.before != "{}")
    return [(row.import_id, row.before) for row in db.execute(query.where(*mine).order_by(import_changes.c.import_id))]


def report(db: Connection, import_id: int) -> tuple[int, int] | None:
    """Give how many people are still to be looked at, and how many stay."""
    row = import_store.find_import(db, import_id)
    if row is None:
        return None
    counted = select(func.count()).select_from(import_changes).where(import_changes.c.import_id == import_id)
    return int(db.execute(counted).scalar_one()), int(import_store.counts_of(row).get(_KEPT, 0))
