"""People join by their own act: they ask, and confirm. Only this way leads back for somebody who left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from subscribers import consent_store, list_store, person_store, suppression_store
from subscribers.address import parse_address
from subscribers.consent import Act, Consent, SuppressionKind
from subscribers.find import find_by_id
from subscribers.lists import list_by_slug
from subscribers.mailing_list import MailingList, SubscriptionState
from subscribers.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking to join."""

    subscriber_id: int
    confirm: bool  # whether a confirmation must be mailed: see recipient_of_notice for whether it may


def ask(
    db: Connection,
    address: str,
    list_slug: str,
    *,
    evidence: str,
    network_address: str,
    now: datetime,
    profile: Profile | None = None,
) -> Asked:
    """Note that somebody typed this address to join a list.

    Anybody can type any address: so it is active at once only on a list of single opt-in, and only for an address
    that is new. A person who is known already keeps their profile and state until they confirm.
    """
    parsed = parse_address(address)
    mailing_list = list_by_slug(db, list_slug)
    is_new = person_store.find_by_key(db, parsed.key) is None and not suppression_store.open_suppressions(
        db, parsed.hash
    )
    person = person_store.put_subscriber(db, parsed, now)
    if profile and is_new:
        person_store.change_profile(db, person.id, profile, now)
    at_once = is_new and mailing_list.opt_in == "single"
    state = SubscriptionState.ACTIVE if at_once else SubscriptionState.PENDING
    list_store.new_subscription(db, mailing_list.id, person.id, state, now)
    consent_store.record(
        db,
        Consent(
            act=Act.ASKED,
            address_hash=parsed.hash,
            subscriber_id=person.id,
            list_slug=list_slug,
            evidence=evidence,
            network_address=network_address,
            recorded_at=now,
            by="reader",
        ),
    )
    return Asked(subscriber_id=person.id, confirm=not _is_active(db, mailing_list, person.id))


def confirm(
    db: Connection, subscriber_id: int, list_slug: str, *, evidence: str, network_address: str, now: datetime
) -> bool:
    """Make a subscription active, because the person who reads that mailbox said so. Tells whether it was not yet.

    It ends a suppression `left`, the person's own; `bounced`, `complained` and `forbidden` stay until released.
    Opt-outs of single newsletters stay too. Raises UnknownSubscriber.
    """
    person = find_by_id(db, subscriber_id)
    mailing_list = list_by_slug(db, list_slug)
    before = (SubscriptionState.PENDING, SubscriptionState.LEFT)
    active = SubscriptionState.ACTIVE
    changed = (
        list_store.new_subscription(db, mailing_list.id, person.id, active, now)
        or list_store.move_subscription(db, mailing_list.id, person.id, frm=before, to=active, now=now)
    )  # fmt: skip
    ended = suppression_store.end_suppression(db, person.address_hash, SuppressionKind.LEFT, "joined again", now)
    if changed or ended:
        consent_store.record(
            db,
            Consent(
                act=Act.CONFIRMED,
                address_hash=person.address_hash,
                subscriber_id=person.id,
                list_slug=list_slug,
                evidence=evidence,
                network_address=network_address,
                recorded_at=now,
                by="reader",
            ),
        )
    return changed or ended


def _is_active(db: Connection, mailing_list: MailingList, subscriber_id: int) -> bool:
    return any(
        one.list_slug == mailing_list.slug and one.state is SubscriptionState.ACTIVE
        for one in list_store.subscriptions_of(db, subscriber_id)
    ) and not suppression_store.open_suppressions(db, find_by_id(db, subscriber_id).address_hash)
