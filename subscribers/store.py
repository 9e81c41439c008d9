"""All SQL on people: lists, subscribers, subscriptions, wishes, suppressions, consents. Never opens a transaction.

Rows leave as values of this package. What the two doors ask stands in door_store.py, what imports ask in
import_store.py.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, RowMapping, Table, and_, delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from subscribers.address import Address
from subscribers.consent import Act, Consent, Suppression, SuppressionKind, Wish
from subscribers.mailing_list import MailingList, Subscription, SubscriptionState
from subscribers.profile import Profile
from subscribers.subscriber import Subscriber
from subscribers.tables import consents, correspondents, mailing_lists, subscribers, subscriptions, suppressions, wishes

T = TypeVar("T")
# Ids or hashes a query: below the limit of parameters of any SQLite (999 in old ones).
PORTION = 500


def portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that one query may name."""
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def insert_new(db: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone that stand there already: two may do the same thing at once."""
    if db.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _is_new(db: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless it stands there; tells whether it did. RETURNING, as a row count is not told everywhere."""
    return db.execute(insert_new(db, table).values(**values).returning(literal(1))).first() is not None


# --- lists


def put_list(db: Connection, slug: str, values: Mapping[str, object], now: datetime) -> None:
    db.execute(insert_new(db, mailing_lists).values(slug=slug, created_at=now, **values))
    db.execute(update(mailing_lists).where(mailing_lists.c.slug == slug).values(**values))


def find_list(db: Connection, slug: str) -> MailingList | None:
    row = db.execute(select(mailing_lists).where(mailing_lists.c.slug == slug)).mappings().first()
    return MailingList(**row) if row else None


def lists(db: Connection) -> list[MailingList]:
    return [MailingList(**row) for row in db.execute(select(mailing_lists).order_by(mailing_lists.c.slug)).mappings()]


# --- subscribers


def find_by_key(db: Connection, key: str) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.address_key == key)).mappings().first()
    return _subscriber(row) if row else None


def find_by_hash(db: Connection, address_hash: str) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.address_hash == address_hash)).mappings().first()
    return _subscriber(row) if row else None


def find_by_id(db: Connection, subscriber_id: int) -> Subscriber | None:
    row = db.execute(select(subscribers).where(subscribers.c.id == subscriber_id)).mappings().first()
    return _subscriber(row) if row else None


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
    for table in (wishes, subscriptions):
        db.execute(delete(table).where(table.c.subscriber_id == person.id))
    db.execute(delete(subscribers).where(subscribers.c.id == person.id))
    db.execute(delete(correspondents).where(correspondents.c.address_key == person.address_key))
    db.execute(update(consents).where(consents.c.address_hash == person.address_hash).values(network_address=""))


# --- subscriptions


def subscriptions_of(db: Connection, subscriber_id: int) -> list[Subscription]:
    query = (
        select(mailing_lists.c.slug, subscriptions)
        .join(mailing_lists, mailing_lists.c.id == subscriptions.c.list_id)
        .where(subscriptions.c.subscriber_id == subscriber_id)
        .order_by(mailing_lists.c.slug)
    )
    return [
        Subscription(
            list_slug=row.slug,
            state=SubscriptionState(row.state),
            changed_at=row.changed_at,
            import_id=row.import_id,
            import_line=row.import_line,
        )
        for row in db.execute(query)
    ]


def new_subscription(db: Connection, list_id: int, subscriber_id: int, state: SubscriptionState, now: datetime) -> bool:
    """Put a person on a list on which they never were. Tells whether that was so."""
    values = {"list_id": list_id, "subscriber_id": subscriber_id, "state": state.value, "changed_at": now}
    return _is_new(db, subscriptions, values)


def move_subscription(
    db: Connection,
    list_id: int,
    subscriber_id: int,
    *,
    frm: Iterable[SubscriptionState],
    to: SubscriptionState,
    now: datetime,
) -> bool:
    """Move a subscription that stands in one of the named states. Tells whether it did."""
    return _move(
        db, and_(subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id == subscriber_id), frm, to, now
    )


def leave_all_lists(db: Connection, subscriber_id: int, now: datetime) -> bool:
    staying = (SubscriptionState.ACTIVE, SubscriptionState.PENDING)
    return _move(db, subscriptions.c.subscriber_id == subscriber_id, staying, SubscriptionState.LEFT, now)


def _move(db: Connection, which: Any, frm: Iterable[SubscriptionState], to: SubscriptionState, now: datetime) -> bool:
    states = [state.value for state in frm]
    moved = update(subscriptions).where(which, subscriptions.c.state.in_(states))
    return db.execute(moved.values(state=to.value, changed_at=now)).rowcount > 0


# --- wishes


def wishes_of(db: Connection, subscriber_id: int) -> list[Wish]:
    query = select(wishes.c.key, wishes.c.kind, wishes.c.since).where(wishes.c.subscriber_id == subscriber_id)
    return [Wish(key=row.key, kind=row.kind, since=row.since) for row in db.execute(query.order_by(wishes.c.key))]


def new_wish(db: Connection, subscriber_id: int, key: str, kind: str, now: datetime) -> bool:
    """Note a wish under a key that has none. Tells whether that was so."""
    values = {"subscriber_id": subscriber_id, "key": key, "kind": kind, "since": now}
    return _is_new(db, wishes, values)


def move_wish(db: Connection, subscriber_id: int, key: str, *, frm: Sequence[str], to: str, now: datetime) -> bool:
    """Turn a wish of one of the named kinds into another. Tells whether it did."""
    which = (wishes.c.subscriber_id == subscriber_id, wishes.c.key == key, wishes.c.kind.in_(frm))
    return db.execute(update(wishes).where(*which).values(kind=to, since=now)).rowcount > 0


def delete_wish(db: Connection, subscriber_id: int, key: str, kinds: Sequence[str]) -> bool:
    which = (wishes.c.subscriber_id == subscriber_id, wishes.c.key == key, wishes.c.kind.in_(kinds))
    return db.execute(delete(wishes).where(*which)).rowcount > 0


# --- suppressions


def suppressions_of(db: Connection, address_hash: str) -> list[Suppression]:
    query = select(suppressions).where(suppressions.c.address_hash == address_hash).order_by(suppressions.c.id)
    return [
        Suppression(
            kind=SuppressionKind(row.kind),
            reason=row.reason,
            since=row.since,
            ended_at=row.ended_at,
            ended_why=row.ended_why,
        )
        for row in db.execute(query)
    ]


def open_suppressions(db: Connection, address_hash: str) -> set[SuppressionKind]:
    return {one.kind for one in suppressions_of(db, address_hash) if one.ended_at is None}


def new_suppression(db: Connection, address_hash: str, kind: SuppressionKind, reason: str, now: datetime) -> bool:
    """Open a suppression; False where one of its kind is open."""
    values = {"address_hash": address_hash, "kind": kind.value, "reason": reason, "since": now}
    return _is_new(db, suppressions, values)


def end_suppression(db: Connection, address_hash: str, kind: SuppressionKind, why: str, now: datetime) -> bool:
    which = (
        suppressions.c.address_hash == address_hash,
        suppressions.c.kind == kind.value,
        suppressions.c.ended_at.is_(None),
    )
    return db.execute(update(suppressions).where(*which).values(ended_at=now, ended_why=why)).rowcount > 0


# --- consents


def record(db: Connection, consent: Consent) -> None:
    db.execute(insert(consents).values(**_plain(consent)))


def record_all(db: Connection, many: Iterable[Consent]) -> None:
    rows = [_plain(consent) for consent in many]
    if rows:
        db.execute(insert(consents), rows)


def consents_of(db: Connection, address_hash: str) -> list[Consent]:
    query = select(consents).where(consents.c.address_hash == address_hash).order_by(consents.c.id)
    found = []
    for row in db.execute(query).mappings():
        values = {name: value for name, value in row.items() if name not in {"id", "act"}}
        found.append(Consent(act=Act(row["act"]), **values))
    return found


def _plain(consent: Consent) -> dict[str, object]:
    return {
        "act": consent.act.value,
        "address_hash": consent.address_hash,
        "subscriber_id": consent.subscriber_id,
        "recorded_at": consent.recorded_at,
        "by": consent.by,
        "list_slug": consent.list_slug,
        "key": consent.key,
        "evidence": consent.evidence,
        "network_address": consent.network_address,
        "given_at": consent.given_at,
    }


# --- correspondents


def put_correspondent(db: Connection, address: Address) -> int:
    db.execute(insert_new(db, correspondents).values(address=address.address, address_key=address.key))
    query = select(correspondents.c.id).where(correspondents.c.address_key == address.key)
    return int(db.execute(query).scalar_one())


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
