"""Adds one person by an operator's hand. Whoever said no is never brought back by it."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import Address, parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent
from subscribers.lists import list_store
from subscribers.lists.keep import list_by_slug
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people import person_store
from subscribers.people.person_store import find_by_key
from subscribers.subscriber import Subscriber
from subscribers.suppression.suppress import has_left, refuse_suppressed
from subscribers.wishes import wish_store
from subscribers.wishes.profile import Profile


def add_subscriber(
    db: Connection,
    address: str,
    list_slug: str,
    *,
    consent: str,
    by: str,
    now: datetime,
    profile: Profile | None = None,
) -> int:
    """Put a person on a list; gives their id.

    `consent` tells how they agreed; without it the subscription is pending and nothing is mailed but a confirmation.
    Raises SaidNo for somebody who left a list, opted out of a newsletter or is suppressed, unless they are active on
    this very list: then only the profile changes.
    """
    parsed = parse_address(address)
    mailing_list = list_by_slug(db, list_slug)
    _refuse_departed(db, parsed, list_slug)
    person = person_store.put_subscriber(db, parsed, now)
    if profile:
        person_store.change_profile(db, person.id, profile, now)
    if _subscribe(db, mailing_list.id, person, consent, now):
        consent_store.record(
            db,
            Consent(
                act=Act.ADDED,
                address_hash=parsed.hash,
                subscriber_id=person.id,
                list_slug=list_slug,
                evidence=consent,
                recorded_at=now,
                by=by,
            ),
        )
    return person.id


def _refuse_departed(db: Connection, address: Address, list_slug: str) -> None:
    refuse_suppressed(db, address)
    person = find_by_key(db, address.key)
    if person is None:
        return
    standing = {one.list_slug: one.state for one in list_store.subscriptions_of(db, person.id)}
    if standing.get(list_slug) is SubscriptionState.ACTIVE:
        return
    opted_out = any(wish.kind == "opt_out" for wish in wish_store.wishes_of(db, person.id))
    if opted_out or SubscriptionState.LEFT in standing.values():
        raise has_left(address)


def _subscribe(db: Connection, list_id: int, person: Subscriber, consent: str, now: datetime) -> bool:
    state = SubscriptionState.ACTIVE if consent.strip() else SubscriptionState.PENDING
    if list_store.new_subscription(db, list_id, person.id, state, now):
        return True
    pending = [SubscriptionState.PENDING]
    return state is SubscriptionState.ACTIVE and list_store.move_subscription(
        db, list_id, person.id, frm=pending, to=state, now=now
    )
