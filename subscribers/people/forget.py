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
from subscribers.quiet import uncollected
from subscribers.store import portions
from subscribers.subscriber import Subscriber

Begin = Callable[[], AbstractContextManager[Connection]]
# A transaction: nobody's unsubscribe waits. Of a person a handful of rows go.
_PEOPLE = 100
_ROWS = 250


def forget_unconfirmed(begin: Begin, *, before: datetime, now: datetime) -> int:
    """Forget people who were asked before then and never confirmed; gives how many subscriptions went.

    A person without another list and without a no goes as a whole; that they were asked stays on record, by hash. Whom
    test mails go to stays a tester.
    """
    with uncollected(), begin() as db:
        waiting: dict[int, list[int]] = {}
        for list_id, subscriber_id in forget_store.pending_before(db, before, _PEOPLE):
            waiting.setdefault(list_id, []).append(subscriber_id)
        gone = [
            id_ for list_id, ids in waiting.items() for id_ in forget_store.remove_pending(db, list_id, ids, before)
        ]
        people = person_store.find_by_ids(db, sorted(set(gone)))
        consent_store.record_all(db, [_record(person, now) for person in people])
        staying = forget_store.with_other_rows(db, [person.id for person in people])
        person_store.delete_people(db, [person for person in people if person.id not in staying])
        return len(gone)


def forget_network_addresses(begin: Begin, *, before: datetime) -> int:
    """Take the network addresses out of consent records older than then; gives how many."""
    with begin() as db:
        found = forget_store.places_before(db, before, _ROWS)
        for ids in portions(found):
            forget_store.blank_places(db, ids)
        return len(found)


def forget_links(begin: Begin, *, before: datetime) -> int:
    """Remove fresh links that ended before then; gives how many."""
    with begin() as db:
        return link_store.forget_ended(db, before, _ROWS)


def forget_asking_rests(begin: Begin, *, now: datetime) -> int:
    """Remove the wishes not to be asked whose time is over; gives how many."""
    with begin() as db:
        return asking_rest_store.forget_ended(db, now, _ROWS)


def _record(person: Subscriber, now: datetime) -> Consent:
    return Consent(
        act=Act.FORGOTTEN,
        address_hash=person.address_hash,
        subscriber_id=person.id,
        evidence="never confirmed",
        recorded_at=now,
        by="retention",
    )
