"""Changes what a person says about themselves, for everything or for one scope only, such as a newsletter."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers import person_store, preference_store
from subscribers.find import find_by_id
from subscribers.profile import Preferences, Profile


def change_profile(db: Connection, subscriber_id: int, profile: Profile, *, now: datetime) -> None:
    """Set the values given and keep the others. Raises UnknownSubscriber."""
    find_by_id(db, subscriber_id)
    if profile:
        person_store.change_profile(db, subscriber_id, profile, now)


def prefer(db: Connection, subscriber_id: int, scope: str, preferences: Preferences, *, now: datetime) -> None:
    """Set what a person wants in one scope and keep the rest; None: as everywhere. Raises UnknownSubscriber."""
    find_by_id(db, subscriber_id)
    if preferences:
        preference_store.put(db, subscriber_id, scope, preferences, now)


def preferences_of(db: Connection, subscriber_id: int) -> dict[str, Preferences]:
    """Give what a person wants otherwise than everywhere, by scope; only what is set."""
    return preference_store.preferences_of(db, subscriber_id)
