"""Says where a notice to a reader goes, and whether it may go at all: asked when it is composed, not only when planned.

A suppression forbids notices too, but for the one that lets a person come back: who left may ask to join again, and
somebody whose mailbox once bounced may confirm that it works.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from subscribers import door_store
from subscribers.address import parse_address
from subscribers.consent.fresh_link import FreshLink, Purpose
from subscribers.doors import recipient_of_confirmation, recipient_of_notice, refusal_of_notice
from subscribers.subscriber import NotMailable, Recipient
from subscribers.suppression import suppression_store

NOBODY = 0  # no subscriber has this number


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who gets a notice."""

    address: str  # as it was written
    envelope_address: str  # with its domain in A-labels
    domain: str
    language: str  # of the interface; empty: the newsletter's


def addressee_of_link(db: Connection, link: FreshLink) -> Addressee | NotMailable:
    """Say who is mailed this link: the person, or their new address."""
    if link.purpose is Purpose.ADDRESS:
        return _at(db, link, link.content["new"])
    ask = recipient_of_confirmation if link.purpose is Purpose.CONFIRM else recipient_of_notice
    found = ask(db, link.subscriber_id)
    if isinstance(found, NotMailable):
        return found
    # A mailbox that once bounced may be asked whether it works; of a closed domain nobody asks.
    return refusal_of_notice(suppression_store.open_of_domain(db, found.domain)) or _person(found)


def addressee_before(db: Connection, link: FreshLink) -> Addressee | NotMailable:
    """Say who is told that an address was changed: the old one."""
    return _at(db, link, link.content["old"])


def look_up_in_vain(db: Connection, subscriber_id: int, domain: str) -> None:
    """Ask of a link to nobody's or a forbidden address all that is asked of others': the work tells of no one.

    Of somebody forbidden the first questions were asked already (see recipient_of_notice): then no more than the rest.
    """
    if subscriber_id == NOBODY:
        door_store.people(db, [subscriber_id], "")
        door_store.suppressed_ids(db, [subscriber_id])
    door_store.wishes_of_many(db, [subscriber_id], "")
    door_store.has_active(db, subscriber_id)
    suppression_store.open_of_domain(db, domain)


def _at(db: Connection, link: FreshLink, address: str) -> Addressee | NotMailable:
    """Give an address of a person that is not, or no longer, the one of their row."""
    found = recipient_of_notice(db, link.subscriber_id)
    if isinstance(found, NotMailable):
        return found
    parsed = parse_address(address)
    refusal = refusal_of_notice(suppression_store.open_kinds(db, parsed))
    if refusal is not None:
        return refusal
    envelope = f"{parsed.address.rpartition('@')[0]}@{parsed.domain}"
    return Addressee(address=parsed.address, envelope_address=envelope, domain=parsed.domain, language=found.language)


def _person(found: Recipient) -> Addressee:
    return Addressee(
        address=found.address, envelope_address=found.envelope_address, domain=found.domain, language=found.language
    )
