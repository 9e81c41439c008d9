"""Finds one person. Nobody found is an error with words, never None."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import mask, parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Act
from subscribers.errors import UnknownSubscriber
from subscribers.people import merge_store, person_store
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store

_MOST_MERGES = 20  # one after the other


def find_by_address(db: Connection, address: str) -> Subscriber:
    """Find the person of an address, however it is written. Raises UnknownSubscriber or InvalidAddress."""
    parsed = parse_address(address)
    found = person_store.find_by_key(db, parsed.key)
    if found is None:
        kinds = suppression_store.open_kinds(db, parsed)
        if kinds:
            why = ", ".join(sorted(one.value for one in kinds))
            raise UnknownSubscriber(
                f"nobody here has the address {mask(address)}, and it is suppressed ({why}): it is never mailed"
            )
        raise UnknownSubscriber(f"nobody here has the address {mask(address)}: add it, or look for a slip of the pen")
    return found


def find_by_id(db: Connection, subscriber_id: int) -> Subscriber:
    """Find the person of an id. Raises UnknownSubscriber, also for people who were erased."""
    found = person_store.find_by_id(db, subscriber_id)
    if found is None:
        raise UnknownSubscriber(f"there is no subscriber {subscriber_id}: it was erased, or never was")
    return found


def find_by_old_id(db: Connection, subscriber_id: int) -> Subscriber:
    """Find the person whom an id in an old mail means: where it was merged into another, that one.

    Raises UnknownSubscriber.
    """
    for _ in range(_MOST_MERGES):
        found = person_store.find_by_id(db, subscriber_id)
        if found is not None:
            return found
        key = merge_store.merged_into(db, subscriber_id)
        if not key:
            break
        subscriber_id = int(key.rpartition(":")[2])
    return find_by_id(db, subscriber_id)


def find_by_hash(db: Connection, address_hash: str) -> Subscriber | None:
    """Find the person whose address has this hash; None for people who were erased or never here."""
    return person_store.find_by_hash(db, address_hash)


def find_known(db: Connection, address_hash: str, *, person: int | None, said_at: datetime) -> Subscriber | None:
    """Find whom a note from outside means by number and address; both must fit.

    A note without a number means whoever had the address then: where the record tells that somebody else moved away
    from it since, its present owner is another person.
    """
    found = person_store.find_by_hash(db, address_hash)
    if found is None or person is not None:
        return found if found is not None and found.id == person else None
    left_by = {
        one.subscriber_id
        for one in consent_store.consents_of(db, address_hash)
        if one.act is Act.MOVED and not one.key and one.recorded_at >= said_at
    }
    return found if left_by <= {found.id} else None
