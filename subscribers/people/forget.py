"""Forgets what is kept for a time only, in portions: people who never confirmed, network addresses, links that ended.

Whoever said no stays on record: forgetting must never let somebody be mailed again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from subscribers.consent import asking_rest_store, consent_store, link_store
from subscribers.consent.consent import Act, Consent
from subscribers.people import forget_store, person_store
from subscribers.store import portions

Begin = Callable[[], AbstractContextManager[Connection]]
_PORTION = 50  # a transaction: nobody's unsubscribe waits


def forget_unconfirmed(begin: Begin, *, before: datetime, now: datetime) -> int:
    """Forget people who were asked before then and never confirmed; gives how many subscriptions went.

    A person without another list and without a no goes as a whole; that they were asked stays on record, by hash.
    """
    with begin() as db:
        found = forget_store.pending_before(db, before, _PORTION)
        return sum(_forget(db, list_id, subscriber_id, before=before, now=now) for list_id, subscriber_id in found)


def forget_network_addresses(begin: Begin, *, before: datetime) -> int:
    """Take the network addresses out of consent records older than then; gives how many."""
    with begin() as db:
        found = forget_store.places_before(db, before, _PORTION)
        for ids in portions(found):
            forget_store.blank_places(db, ids)
        return len(found)


def forget_links(begin: Begin, *, before: datetime) -> int:
    """Remove fresh links that ended before then; gives how many."""
    with begin() as db:
        return link_store.forget_ended(db, before, _PORTION)


def forget_asking_rests(begin: Begin, *, now: datetime) -> int:
    """Remove the wishes not to be asked whose time is over; gives how many."""
    with begin() as db:
        return asking_rest_store.forget_ended(db, now, _PORTION)


def _forget(db: Connection, list_id: int, subscriber_id: int, *, before: datetime, now: datetime) -> bool:
    if not forget_store.remove_pending(db, list_id, subscriber_id, before):
        return False
    person = person_store.find_by_id(db, subscriber_id)
    if person is None:
        return True
    record = Consent(
        act=Act.FORGOTTEN,
        address_hash=person.address_hash,
        subscriber_id=person.id,
        evidence="never confirmed",
        recorded_at=now,
        by="retention",
    )
    consent_store.record(db, record)
    if not forget_store.has_other_rows(db, person):
        person_store.delete_person(db, person)
    return True
