"""Changes what a person says about themselves."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers import store
from subscribers.find import find_by_id
from subscribers.profile import Profile


def change_profile(db: Connection, subscriber_id: int, profile: Profile, *, now: datetime) -> None:
    """Set the values given and keep the others. Raises UnknownSubscriber."""
    find_by_id(db, subscriber_id)
    if profile:
        store.change_profile(db, subscriber_id, profile, now)
