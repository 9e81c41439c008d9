"""Tells everything that is known of an address: to operators, and to the person who asks for their data."""

from dataclasses import dataclass

from sqlalchemy import Connection

from subscribers.address import parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Consent, SuppressedDomain, Suppression, Wish
from subscribers.lists import list_store
from subscribers.lists.mailing_list import Subscription
from subscribers.people import person_store
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is stored of an address. `subscriber` is None for people who were erased or never here."""

    subscriber: Subscriber | None
    subscriptions: tuple[Subscription, ...]
    wishes: tuple[Wish, ...]
    suppressions: tuple[Suppression, ...]
    domain: tuple[SuppressedDomain, ...]  # what was said of the whole domain of the address
    consents: tuple[Consent, ...]
    is_correspondent: bool = False  # is written to besides, as a tester or editor

    @property
    def is_empty(self) -> bool:
        return not (self.subscriber or self.suppressions or self.consents or self.is_correspondent)


def show(db: Connection, address: str) -> Known:
    """Gather what is stored of an address. Raises InvalidAddress; an unknown address gives an empty answer."""
    parsed = parse_address(address)
    person = person_store.find_by_key(db, parsed.key)
    return Known(
        subscriber=person,
        subscriptions=tuple(list_store.subscriptions_of(db, person.id)) if person else (),
        wishes=tuple(wish_store.wishes_of(db, person.id)) if person else (),
        suppressions=tuple(suppression_store.suppressions_of(db, parsed.hash)),
        domain=tuple(suppression_store.suppressions_of_domain(db, parsed.domain)),
        consents=tuple(consent_store.consents_of(db, parsed.hash)),
        is_correspondent=person_store.is_correspondent(db, parsed.key),
    )
