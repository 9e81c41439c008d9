"""The SQL of making two people one, and of giving a person another address. Never opens a transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from subscribers.address import Address
from subscribers.consent.consent import Act, Wish
from subscribers.tables import (
    consents,
    fresh_links,
    import_changes,
    preferences,
    subscribers,
    subscriptions,
    wishes,
)


class Standing(NamedTuple):
    """How a person stands to a list."""

    list_id: int
    state: str
    changed_at: datetime


def rows_of(db: Connection, subscriber_id: int) -> list[Standing]:
    columns = (subscriptions.c.list_id, subscriptions.c.state, subscriptions.c.changed_at)
    rows = db.execute(select(*columns).where(subscriptions.c.subscriber_id == subscriber_id))
    return [Standing(row.list_id, row.state, row.changed_at) for row in rows]


def take_subscription(db: Connection, list_id: int, keep_id: int, gone_id: int) -> None:
    which = (subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id == gone_id)
    db.execute(update(subscriptions).where(*which).values(subscriber_id=keep_id))


def put_state(db: Connection, list_id: int, subscriber_id: int, state: str, changed_at: datetime) -> None:
    which = (subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id == subscriber_id)
    db.execute(update(subscriptions).where(*which).values(state=state, changed_at=changed_at))


def put_wishes(db: Connection, subscriber_id: int, combined: Iterable[Wish]) -> None:
    """Write a person's wishes anew."""
    db.execute(delete(wishes).where(wishes.c.subscriber_id == subscriber_id))
    rows = [
        {"subscriber_id": subscriber_id, "scope": one.scope, "key": one.key, "kind": one.kind, "since": one.since}
        for one in combined
    ]
    if rows:
        db.execute(wishes.insert(), rows)


def take_preferences(db: Connection, keep_id: int, gone_id: int) -> None:
    """Take what the other one wants in scopes where the kept one wants nothing of their own."""
    own = select(preferences.c.scope).where(preferences.c.subscriber_id == keep_id)
    theirs = (preferences.c.subscriber_id == gone_id, preferences.c.scope.not_in(own))
    db.execute(update(preferences).where(*theirs).values(subscriber_id=keep_id))


def remove_row(db: Connection, gone_id: int) -> None:
    """Remove a person's row and what still hangs on it. An import that made them can no longer take them back."""
    for table in (wishes, preferences, subscriptions, fresh_links, import_changes):
        db.execute(delete(table).where(table.c.subscriber_id == gone_id))
    db.execute(delete(subscribers).where(subscribers.c.id == gone_id))


def put_address(db: Connection, subscriber_id: int, address: Address, now: datetime) -> None:
    values = {"address": address.address, "address_key": address.key, "address_hash": address.hash}
    which = subscribers.c.id == subscriber_id
    db.execute(update(subscribers).where(which).values(**values, domain=address.domain, updated_at=now))


def merged_into(db: Connection, subscriber_id: int) -> str:
    """Give the key that names who a person merged away is from now on; empty for anybody else."""
    which = (consents.c.subscriber_id == subscriber_id, consents.c.act == Act.MERGED.value, consents.c.key != "")
    return db.execute(select(consents.c.key).where(*which).limit(1)).scalar() or ""


def hash_before_merging(db: Connection, subscriber_id: int) -> str:
    """Give the address, by hash, that a person had who was merged away; empty for anybody else."""
    which = (consents.c.subscriber_id == subscriber_id, consents.c.act == Act.MERGED.value, consents.c.key != "")
    return db.execute(select(consents.c.address_hash).where(*which).limit(1)).scalar() or ""
