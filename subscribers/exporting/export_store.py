"""The SQL of exports: people of a list in portions, by id, with all that an import reads back. Never writes."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, func, select

from subscribers.consent.consent import Act, SuppressionKind
from subscribers.tables import (
    consents,
    preferences,
    subscribers,
    subscriptions,
    suppressions,
    wishes,
)

_LEFT = SuppressionKind.LEFT.value
_NO = (Act.LEFT.value, Act.SUPPRESSED.value)
_YES = (Act.CONFIRMED.value, Act.IMPORTED.value, Act.ADDED.value)


def people_of_list(db: Connection, list_id: int, after: int, limit: int) -> list[RowMapping]:
    query = (
        select(subscribers, subscriptions.c.state)
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id > after)
        .order_by(subscriptions.c.subscriber_id)
        .limit(limit)
    )
    return list(db.execute(query).mappings())


def suppressed_people(db: Connection, after: int, limit: int) -> list[RowMapping]:
    """Give open suppressions of addresses that are stored, by the suppression's id."""
    query = (
        select(suppressions.c.id, suppressions.c.kind, suppressions.c.address_hash, subscribers.c.address)
        .join(subscribers, subscribers.c.address_hash == suppressions.c.address_hash)
        .where(suppressions.c.ended_at.is_(None), suppressions.c.id > after)
        .order_by(suppressions.c.id)
        .limit(limit)
    )
    return list(db.execute(query).mappings())


def count_of_list(db: Connection, list_id: int) -> int:
    counted = select(func.count()).select_from(subscriptions).where(subscriptions.c.list_id == list_id)
    return int(db.execute(counted).scalar_one())


def open_kinds(db: Connection, hashes: Sequence[str]) -> dict[str, set[str]]:
    """Give why these addresses are never mailed, by hash."""
    found: dict[str, set[str]] = {}
    which = (suppressions.c.address_hash.in_(hashes), suppressions.c.ended_at.is_(None))
    for address_hash, kind in db.execute(select(suppressions.c.address_hash, suppressions.c.kind).where(*which)):
        found.setdefault(address_hash, set()).add(kind)
    return found


def wishes_of(db: Connection, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    query = select(wishes).where(wishes.c.subscriber_id.in_(ids)).order_by(wishes.c.scope, wishes.c.key)
    return _by_person(db.execute(query).mappings().all())


def preferences_of(db: Connection, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    query = select(preferences).where(preferences.c.subscriber_id.in_(ids)).order_by(preferences.c.scope)
    return _by_person(db.execute(query).mappings().all())


def last_yes(db: Connection, list_slug: str, hashes: Sequence[str]) -> dict[str, RowMapping]:
    """Give the youngest record of consent to this list that has any evidence, by hash."""
    which = (consents.c.address_hash.in_(hashes), consents.c.act.in_(_YES), consents.c.list_slug == list_slug)
    found = db.execute(select(consents).where(*which).order_by(consents.c.id)).mappings()
    return {row["address_hash"]: row for row in found if _is_proof(row)}


def last_noes(db: Connection, hashes: Sequence[str]) -> dict[tuple[str, str, str], RowMapping]:
    """Give the youngest record of each no, by hash, kind and list; of leaving, also under no list: wherever it was.

    A record of a suppression names its kind first.
    """
    which = (consents.c.address_hash.in_(hashes), consents.c.act.in_(_NO), consents.c.key == "")
    found: dict[tuple[str, str, str], RowMapping] = {}
    for row in db.execute(select(consents).where(*which).order_by(consents.c.id)).mappings():
        kind = _LEFT if row["act"] == Act.LEFT.value else row["evidence"].partition(":")[0]
        found[row["address_hash"], kind, ""] = row
        found[row["address_hash"], kind, row["list_slug"]] = row
    return found


def _is_proof(row: RowMapping) -> bool:
    """An import without evidence is on record, too: as the lack of it."""
    return row["act"] != Act.IMPORTED.value or row["given_at"] is not None or row["evidence"] != ""


def _by_person(rows: Sequence[RowMapping]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row["subscriber_id"], []).append(row)
    return found
