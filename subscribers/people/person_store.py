"""The SQL of people and correspondents. Never opens a transaction; rows leave as values of this package."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select, update

from subscribers.address import Address
from subscribers.store import insert_new, portions
from subscribers.subscriber import Subscriber
from subscribers.tables import (
    consents,
    correspondents,
    fresh_links,
    import_changes,
    imports,
    preferences,
    subscribers,
    subscriptions,
    wishes,
)
from subscribers.wishes.profile import Profile


def find_by_key(db: Connection, key: str) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.address_key == key)).mappings().first()
    return _subscriber(row) if row else None


def find_by_hash(db: Connection, address_hash: str) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.address_hash == address_hash)).mappings().first()
    return _subscriber(row) if row else None


def find_by_id(db: Connection, subscriber_id: int) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.id == subscriber_id)).mappings().first()
    return _subscriber(row) if row else None


def find_by_ids(db: Connection, ids: Sequence[int]) -> list[Subscriber]:
    query = select(subscribers).where(subscribers.c.id.in_(ids))
    return [_subscriber(row) for row in db.execute(query).mappings()]


def put_subscriber(db: Connection, address: Address, now: datetime) -> Subscriber:
    """Find a person, or make their row."""
    row = {"address": address.address, "address_key": address.key, "address_hash": address.hash}
    values = {**row, "domain": address.domain, "created_at": now, "updated_at": now}
    db.execute(insert_new(db, subscribers).values(**values))
    found = find_by_key(db, address.key)
    assert found is not None
    return found


def change_profile(db: Connection, subscriber_id: int, profile: Profile, now: datetime) -> None:
    db.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**profile, updated_at=now))


def delete_person(db: Connection, person: Subscriber) -> None:
    """Remove every row that holds the address or hangs on the person; what is kept by hash stays, without places."""
    delete_people(db, [person])
    db.execute(delete(correspondents).where(correspondents.c.address_key == person.address_key))


def delete_people(db: Connection, people: Sequence[Subscriber]) -> None:
    """Remove people as subscribers, with all that hangs on them. Whom we write to as testers stay so."""
    for some in portions(people):
        ids = [person.id for person in some]
        # By way of the imports: their notes are found by import and person, and there may be millions.
        noted = (import_changes.c.import_id.in_(select(imports.c.id)), import_changes.c.subscriber_id.in_(ids))
        db.execute(delete(import_changes).where(*noted))
        for table in (wishes, preferences, subscriptions, fresh_links):
            db.execute(delete(table).where(table.c.subscriber_id.in_(ids)))
        db.execute(delete(subscribers).where(subscribers.c.id.in_(ids)))
        placed = (
            consents.c.address_hash.in_([person.address_hash for person in some]),
            consents.c.network_address != "",
        )
        db.execute(update(consents).where(*placed).values(network_address=""))


def put_correspondent(db: Connection, address: Address) -> int:
    db.execute(insert_new(db, correspondents).values(address=address.address, address_key=address.key))
    query = select(correspondents.c.id).where(correspondents.c.address_key == address.key)
    return int(db.execute(query).scalar_one())


def is_correspondent(db: Connection, key: str) -> bool:
    query = select(correspondents.c.id).where(correspondents.c.address_key == key)
    return db.execute(query).first() is not None


def delete_correspondent(db: Connection, address: Address) -> bool:
    return db.execute(delete(correspondents).where(correspondents.c.address_key == address.key)).rowcount > 0


def correspondent_addresses(db: Connection) -> list[str]:
    return list(db.execute(select(correspondents.c.address)).scalars())


def correspondent_address(db: Connection, correspondent_id: int) -> str | None:
    query = select(correspondents.c.address).where(correspondents.c.id == correspondent_id)
    return db.execute(query).scalar_one_or_none()


def _subscriber(row: RowMapping) -> Subscriber:
    values = dict(row)
    values["reading_languages"] = languages_of(values["reading_languages"])
    values["attributes"] = json.loads(values["attributes"])
    return Subscriber(**values)


def languages_of(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
