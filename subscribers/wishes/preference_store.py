"""The SQL of what people want in one scope only. Never opens a transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, select, update

from subscribers.store import insert_new
from subscribers.tables import preferences
from subscribers.wishes.profile import Preferences

NOT_WANTED = {"subscriber_id", "scope", "updated_at"}


def put(db: Connection, subscriber_id: int, scope: str, values: Preferences, now: datetime) -> None:
    """Set the values given and keep the others of that scope."""
    which = {"subscriber_id": subscriber_id, "scope": scope}
    db.execute(insert_new(db, preferences).values(**which, updated_at=now))
    mine = (preferences.c.subscriber_id == subscriber_id, preferences.c.scope == scope)
    db.execute(update(preferences).where(*mine).values(**values, updated_at=now))


def forget(db: Connection, subscriber_id: int, names: Collection[str], now: datetime) -> None:
    """Let the person's own values count in every scope."""
    values = dict.fromkeys(names)
    which = preferences.c.subscriber_id == subscriber_id
    db.execute(update(preferences).where(which).values(**values, updated_at=now))


def preferences_of(db: Connection, subscriber_id: int) -> dict[str, Preferences]:
    """Give what is set, by scope."""
    query = select(preferences).where(preferences.c.subscriber_id == subscriber_id).order_by(preferences.c.scope)
    return {
        row["scope"]: cast(
            "Preferences", {name: value for name, value in row.items() if name not in NOT_WANTED and value is not None}
        )
        for row in db.execute(query).mappings()
    }
