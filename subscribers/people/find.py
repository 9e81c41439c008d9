"""Finds one person. Nobody found is an error with words, never None."""

from sqlalchemy import Connection

from subscribers.address import mask, parse_address
from subscribers.errors import UnknownSubscriber
from subscribers.people import merge_store, person_store
from subscribers.subscriber import Subscriber

_MOST_MERGES = 20  # one after the other


def find_by_address(db: Connection, address: str) -> Subscriber:
    """Find the person of an address, however it is written. Raises UnknownSubscriber or InvalidAddress."""
    parsed = parse_address(address)
    found = person_store.find_by_key(db, parsed.key)
    if found is None:
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
