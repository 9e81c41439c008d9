"""Erases a person: every row that holds their address goes; that they must not be mailed stays, by hash."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.people import person_store
from subscribers.people.change_address import former_hashes
from subscribers.people.find import find_by_id
from subscribers.suppression import suppression_store


def erase(db: Connection, subscriber_id: int, *, by: str, now: datetime) -> None:
    """Remove a person's row, subscriptions and wishes, and the correspondent of the same address.

    Consents and suppressions stay by hash, without network addresses; an open
    suppression `left` keeps any later import from bringing the address back; so it is with addresses that the person
    had before. Raises UnknownSubscriber.
    """
    person = find_by_id(db, subscriber_id)
    for before in former_hashes(db, person.address_hash):
        # Whoever has that address now is another person, and keeps it.
        if person_store.find_by_hash(db, before) is None:
            suppression_store.new_suppression(db, before, SuppressionKind.LEFT, "erased", now)
        consent_store.forget_places(db, before)
    suppression_store.new_suppression(db, person.address_hash, SuppressionKind.LEFT, "erased", now)
    consent_store.record(
        db,
        Consent(act=Act.ERASED, address_hash=person.address_hash, subscriber_id=subscriber_id, recorded_at=now, by=by),
    )
    person_store.delete_person(db, person)


def forget_correspondent(db: Connection, address: str) -> bool:
    """Remove an address that was only written to: a tester's. Tells whether it stood there. Raises InvalidAddress."""
    return person_store.delete_correspondent(db, parse_address(address))


def forget_correspondent_by_hash(db: Connection, address_hash: str) -> bool:
    """Remove such an address by its hash. Tells whether it stood there. They are few: operators and testers."""
    known = (parse_address(one) for one in person_store.correspondent_addresses(db))
    return any(person_store.delete_correspondent(db, one) for one in known if one.hash == address_hash)
