"""The SQL of imports: what is known of the people of a portion, and the batches that are written."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, update

from subscribers.importing.csv_reading import Place
from subscribers.importing.options import ImportOptions, read_options
from subscribers.store import add_rows, portions
from subscribers.tables import (
    consents,
    import_changes,
    import_refusals,
    imports,
    mailing_lists,
    preferences,
    subscribers,
    subscriptions,
    suppressions,
    wishes,
)
from subscribers.wishes.profile import Preferences

WANTED_NOWHERE = dict.fromkeys(Preferences.__annotations__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import that is not done."""

    id: int
    list_id: int
    list_slug: str
    path: str
    file_name: str
    file_hash: str
    consent: str
    options: ImportOptions
    position: int
    place: Place
    counts: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class People:
    """What is known of the people whom a portion names."""

    rows: dict[str, RowMapping] = field(default_factory=dict)  # by address key
    suppressed: dict[str, set[str]] = field(default_factory=dict)  # by address hash
    closed: set[str] = field(default_factory=set)  # hashes of addresses whose domain is never mailed
    standing: dict[int, RowMapping] = field(default_factory=dict)  # on the import's list, by id
    departed: set[int] = field(default_factory=set)  # left some list, or opted out of something, by their own act
    left: dict[int, set[int]] = field(default_factory=dict)  # lists that people left, by id
    opt_outs: dict[int, set[str]] = field(default_factory=dict)
    wishes: dict[int, set[str]] = field(default_factory=dict)  # keys that have a wish already
    confirmed: dict[str, datetime] = field(default_factory=dict)  # last yes of their own to the list, where it is asked
    given: set[tuple[str, datetime]] = field(default_factory=set)  # consents on record, by hash and time


# --- the imports themselves


def new_import(db: Connection, values: Mapping[str, object], place: Place, now: datetime) -> int:
    made = insert(imports).values(**values, byte_offset=place.byte_offset, next_line=place.line, started_at=now)
    key = db.execute(made).inserted_primary_key
    assert key is not None
    return int(key[0])


def oldest_unfinished(db: Connection) -> Import | None:
    query = (
        select(imports, mailing_lists.c.slug)
        .join(mailing_lists, mailing_lists.c.id == imports.c.list_id)
        .where(imports.c.finished_at.is_(None), imports.c.undone_at.is_(None))
        .order_by(imports.c.id)
        .limit(1)
    )
    row = db.execute(query).first()
    if row is None:
        return None
    return Import(
        id=row.id,
        list_id=row.list_id,
        list_slug=row.slug,
        path=row.path,
        file_name=row.file_name,
        file_hash=row.file_hash,
        consent=row.consent,
        options=read_options(row.options),
        position=row.position,
        place=Place(byte_offset=row.byte_offset, line=row.next_line),
        counts=json.loads(row.counts),
    )


def find_import(db: Connection, import_id: int) -> RowMapping | None:
    return db.execute(select(imports).where(imports.c.id == import_id)).mappings().first()


def same_before(db: Connection, import_id: int) -> list[int]:
    """Give the earlier imports of a file of the same name into the same list."""
    mine = select(imports.c.list_id, imports.c.file_name).where(imports.c.id == import_id).subquery()
    same = (mine.c.list_id == imports.c.list_id) & (mine.c.file_name == imports.c.file_name)
    return list(db.execute(select(imports.c.id).join(mine, same).where(imports.c.id < import_id)).scalars())


def import_lines(db: Connection) -> list[RowMapping]:
    columns = (imports.c.id, imports.c.file_name, imports.c.by, imports.c.position.label("rows"))
    times = (imports.c.started_at, imports.c.finished_at, imports.c.undone_at)
    query = select(*columns, *times, mailing_lists.c.slug.label("list_slug")).join(mailing_lists)
    return list(db.execute(query.order_by(imports.c.id.desc())).mappings())


def unconfirmed(db: Connection, list_id: int, import_id: int, after: int, limit: int) -> list[int]:
    which = (
        subscriptions.c.list_id == list_id,
        subscriptions.c.subscriber_id > after,
        subscriptions.c.import_id == import_id,
        subscriptions.c.state == "pending",
    )
    query = select(subscriptions.c.subscriber_id).where(*which).order_by(subscriptions.c.subscriber_id)
    return [row.subscriber_id for row in db.execute(query.limit(limit))]


def list_slug_of(db: Connection, list_id: int) -> str:
    return str(db.execute(select(mailing_lists.c.slug).where(mailing_lists.c.id == list_id)).scalar_one())


def spooled_paths(db: Connection) -> dict[str, bool]:
    rows = db.execute(select(imports.c.path, imports.c.finished_at))
    return {row.path: row.finished_at is not None for row in rows}


def counts_of(row: RowMapping) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(row["counts"])
    return counts


def move_import(db: Connection, current: Import, rows: int, place: Place, finished_at: datetime | None) -> bool:
    """Step on from where the import stood; False where somebody else did that portion first."""
    moved = (
        update(imports)
        .where(imports.c.id == current.id, imports.c.position == current.position, imports.c.finished_at.is_(None))
        .values(
            position=current.position + rows,
            byte_offset=place.byte_offset,
            next_line=place.line,
            finished_at=finished_at,
        )
    )
    return db.execute(moved).rowcount == 1


def end_with(db: Connection, current: Import, now: datetime) -> list[int]:
    """End the unfinished imports of the files that came in the same archive; gives them."""
    if not current.options.archive:
        return []
    unfinished = (imports.c.finished_at.is_(None), imports.c.id != current.id)
    rows = db.execute(select(imports.c.id, imports.c.options).where(*unfinished)).all()
    found = [row.id for row in rows if read_options(row.options).archive == current.options.archive]
    for some in portions(found):
        db.execute(update(imports).where(imports.c.id.in_(some)).values(finished_at=now))
    return found


def put_counts(db: Connection, import_id: int, counts: Mapping[str, Any]) -> None:
    db.execute(update(imports).where(imports.c.id == import_id).values(counts=json.dumps(counts)))


def refuse(db: Connection, import_id: int, refusals: Iterable[tuple[int, str]]) -> None:
    told = [{"import_id": import_id, "line": line, "reason": reason} for line, reason in refusals]
    add_rows(db, import_refusals, told)


def refusals(db: Connection, import_id: int, after_line: int, limit: int) -> list[tuple[int, str]]:
    query = (
        select(import_refusals.c.line, import_refusals.c.reason)
        .where(import_refusals.c.import_id == import_id, import_refusals.c.line > after_line)
        .order_by(import_refusals.c.line)
        .limit(limit)
    )
    return [(row.line, row.reason) for row in db.execute(query)]


# --- what is known


def people(db: Connection, list_id: int, hash_by_key: Mapping[str, str], with_date: Collection[str]) -> People:
    """Gather what is known of these addresses; `with_date` are the hashes of rows that bring a time of consent."""
    known = People()
    for keys in portions(list(hash_by_key)):
        query = select(subscribers).where(subscribers.c.address_key.in_(keys))
        known.rows.update((row["address_key"], row) for row in db.execute(query).mappings())
    for hashes in portions(list(hash_by_key.values())):
        _gather_suppressions(db, known, hashes)
    for ids in portions([row["id"] for row in known.rows.values()]):
        _gather_standing(db, known, list_id, ids)
        _gather_wishes(db, known, ids)
    _gather_departures(db, known)
    for hashes in portions([row["address_hash"] for row in known.rows.values() if row["address_hash"] in with_date]):
        given = consents.c.given_at
        query_given = select(consents.c.address_hash, given).where(
            consents.c.address_hash.in_(hashes), given.is_not(None), consents.c.act == "imported"
        )
        known.given.update((address_hash, at) for address_hash, at in db.execute(query_given))
    return known


def last_confirmed(db: Connection, list_slug: str, hashes: Sequence[str]) -> dict[str, datetime]:
    """Give when these people last confirmed themselves that they join a list, by hash."""
    found: dict[str, datetime] = {}
    for some in portions(hashes):
        query = (
            select(consents.c.address_hash, func.max(consents.c.recorded_at).label("at"))
            .where(consents.c.address_hash.in_(some), consents.c.act == "confirmed", consents.c.list_slug == list_slug)
            .group_by(consents.c.address_hash)
        )
        found.update((row.address_hash, row.at) for row in db.execute(query))
    return found


def _gather_suppressions(db: Connection, known: People, hashes: Sequence[str]) -> None:
    query = select(suppressions.c.address_hash, suppressions.c.kind).where(
        suppressions.c.address_hash.in_(hashes), suppressions.c.ended_at.is_(None)
    )
    for address_hash, kind in db.execute(query):
        known.suppressed.setdefault(address_hash, set()).add(kind)


def _gather_standing(db: Connection, known: People, list_id: int, ids: Sequence[int]) -> None:
    query = select(subscriptions).where(
        subscriptions.c.subscriber_id.in_(ids),
        or_(subscriptions.c.list_id == list_id, subscriptions.c.state == "left"),
    )
    for row in db.execute(query).mappings():
        if row["list_id"] == list_id:
            known.standing[row["subscriber_id"]] = row
        if row["state"] == "left":
            known.left.setdefault(row["subscriber_id"], set()).add(row["list_id"])


def _gather_wishes(db: Connection, known: People, ids: Sequence[int]) -> None:
    query = select(wishes.c.subscriber_id, wishes.c.key, wishes.c.kind).where(wishes.c.subscriber_id.in_(ids))
    for subscriber_id, key, kind in db.execute(query):
        known.wishes.setdefault(subscriber_id, set()).add(key)
        if kind == "opt_out":
            known.opt_outs.setdefault(subscriber_id, set()).add(key)


def _gather_departures(db: Connection, known: People) -> None:
    """Tell who left by their own act. That a file once said of somebody "left this list" is a no to that list alone."""
    if not (known.left or known.opt_outs):
        return
    slugs = {row.id: row.slug for row in db.execute(select(mailing_lists.c.id, mailing_lists.c.slug))}
    hashes = {row["id"]: row["address_hash"] for row in known.rows.values()}
    gone = {hashes[id_]: id_ for id_ in {*known.left, *known.opt_outs}}
    by_files = consents.c.by.startswith("import:", autoescape=True)
    told: set[tuple[int, str, str]] = set()  # by a file
    own: set[tuple[int, str, str]] = set()
    for some in portions(list(gone)):
        columns = (consents.c.address_hash, consents.c.list_slug, consents.c.key, by_files.label("by_file"))
        query = select(*columns).where(consents.c.address_hash.in_(some), consents.c.act == "left")
        for row in db.execute(query):
            (told if row.by_file else own).add((gone[row.address_hash], row.list_slug, row.key))
    for id_ in gone.values():
        noes = {(id_, slugs[list_id], "") for list_id in known.left.get(id_, ())}
        noes |= {(id_, "", key) for key in known.opt_outs.get(id_, ())}
        if not noes <= told - own:  # also where no record tells how it came
            known.departed.add(id_)


def last_id(db: Connection) -> int:
    return int(db.execute(select(func.max(subscribers.c.id))).scalar_one() or 0)


def ids_by_key(db: Connection, keys: Sequence[str], after: int) -> dict[str, int]:
    """Give the ids of people; `after` is the last id before they were added, so that most are found in one piece."""
    wanted = set(keys)
    since = select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.id > after)
    found = {key: subscriber_id for key, subscriber_id in db.execute(since) if key in wanted}
    for some in portions([key for key in keys if key not in found]):  # somebody else has added them meanwhile
        query = select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.address_key.in_(some))
        found.update((key, subscriber_id) for key, subscriber_id in db.execute(query))
    return found


# --- batches


def add_people(db: Connection, rows: list[dict[str, Any]]) -> None:
    add_rows(db, subscribers, rows)


def change_people(db: Connection, changes: list[tuple[int, datetime, dict[str, Any]]]) -> None:
    """Set values, one statement for each set of columns: what a row does not name is not written.

    Nor is anything of somebody who has changed it themselves since it was looked up: their word is the younger.
    """
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for subscriber_id, seen, values in changes:
        by_columns.setdefault(tuple(values), []).append({"which": subscriber_id, "seen": seen, **values})
    unchanged = (subscribers.c.id == bindparam("which"), subscribers.c.updated_at == bindparam("seen"))
    for rows in by_columns.values():
        db.execute(update(subscribers).where(*unchanged), rows)


def add_subscriptions(db: Connection, rows: list[dict[str, Any]]) -> None:
    add_rows(db, subscriptions, rows)


def activate(db: Connection, list_id: int, ids: Iterable[int], now: datetime) -> None:
    """Make pending subscriptions active; whoever left in the meantime stays gone."""
    rows = [{"which": subscriber_id} for subscriber_id in ids]
    if rows:
        statement = update(subscriptions).where(
            subscriptions.c.list_id == list_id,
            subscriptions.c.subscriber_id == bindparam("which"),
            subscriptions.c.state == "pending",
        )
        db.execute(statement.values(state="active", changed_at=now), rows)


def mark(db: Connection, list_id: int, import_id: int, lines: Iterable[tuple[int, int, str]]) -> None:
    """Note which line of this import named whom, and the state in which that line alone would have put them."""
    rows = [{"which": subscriber_id, "line": line, "its": state} for subscriber_id, line, state in lines]
    if rows:
        statement = update(subscriptions).where(
            subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id == bindparam("which")
        )
        named: dict[str, Any] = {"import_line": bindparam("line"), "import_state": bindparam("its")}
        db.execute(statement.values(import_id=import_id, **named), rows)


def leave_all_lists(db: Connection, ids: Sequence[int], now: datetime) -> None:
    for some in portions(ids):
        statement = update(subscriptions).where(
            subscriptions.c.subscriber_id.in_(some), subscriptions.c.state != "left"
        )
        db.execute(statement.values(state="left", changed_at=now))


def leave_list(db: Connection, list_id: int, ids: Sequence[int], now: datetime) -> None:
    for some in portions(ids):
        which = (subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id.in_(some))
        statement = update(subscriptions).where(*which, subscriptions.c.state != "left")
        db.execute(statement.values(state="left", changed_at=now))


def add_wishes(db: Connection, rows: list[dict[str, Any]]) -> None:
    add_rows(db, wishes, rows)


def add_preferences(db: Connection, rows: list[dict[str, Any]]) -> None:
    add_rows(db, preferences, rows)


def note_changes(db: Connection, rows: list[dict[str, Any]]) -> None:
    """Note what this import changed about people; of a person that it changed twice the first note stays."""
    add_rows(db, import_changes, rows)


def add_suppressions(db: Connection, rows: list[dict[str, Any]]) -> None:
    add_rows(db, suppressions, rows)
