"""Changes what a person says about themselves, for everything or for one scope only, such as a newsletter."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from subscribers.people import person_store
from subscribers.people.find import find_by_id
from subscribers.people.person_store import languages_of
from subscribers.subscriber import Subscriber
from subscribers.wishes import preference_store
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR, Preferences, Profile


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


def prefer_nowhere_else(db: Connection, subscriber_id: int, names: Collection[str], *, now: datetime) -> None:
    """Let the person's own values count in every scope: what single scopes say of these names is forgotten."""
    if names:
        preference_store.forget(db, subscriber_id, names, now)


def preferences_of(db: Connection, subscriber_id: int) -> dict[str, Preferences]:
    """Give what a person wants otherwise than everywhere, by scope; only what is set."""
    return preference_store.preferences_of(db, subscriber_id)


def wanted_in(db: Connection, person: Subscriber, scope: str) -> Subscriber:
    """Give a person as they want it in one scope: what is set there in the place of their own."""
    return as_wanted(person, preference_store.preferences_of(db, person.id).get(scope, {}))


def as_wanted(person: Subscriber, preferences: Preferences) -> Subscriber:
    """Put what is set in one scope in the place of a person's own."""
    values: dict[str, Any] = dict(preferences)
    if "reading_languages" in values:
        values["reading_languages"] = languages_of(values["reading_languages"])
    if values.get("hour") == THE_NEWSLETTERS_HOUR:
        values["hour"] = None
    return replace(person, **values)
