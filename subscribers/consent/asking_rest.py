"""Whoever reads a mailbox may say: do not ask me again. Then nobody's typing brings a mail that asks, for a year.

It is about one list, and about asking only: it suppresses nothing, no page tells of it, and the person's own yes ends
it.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from subscribers.consent import asking_rest_store
from subscribers.people.find import find_by_id

ASKING_REST = timedelta(days=365)


def rest_from_asking(db: Connection, subscriber_id: int, list_slug: str, *, now: datetime) -> datetime:
    """Let an address be asked no more about a list; gives until when. Raises UnknownSubscriber."""
    until = now + ASKING_REST
    asking_rest_store.put(db, find_by_id(db, subscriber_id).address_hash, list_slug, until)
    return until


def rest_address_from_asking(
    db: Connection, address_hash: str, list_slug: str, *, said_at: datetime, now: datetime
) -> bool:
    """Heed the same as it was said then, of an address by its hash. Tells whether it changed anything."""
    until, kept = said_at + ASKING_REST, asking_rest_store.until(db, address_hash, list_slug)
    if until <= now or (kept is not None and until <= kept):
        return False
    asking_rest_store.put(db, address_hash, list_slug, until)
    return True


def is_resting(db: Connection, address_hash: str, list_slug: str, *, now: datetime) -> bool:
    """Tell whether the reader of this address said not to be asked about this list."""
    until = asking_rest_store.until(db, address_hash, list_slug)
    return until is not None and now < until
