"""People join by their own act: they ask, and confirm. Only this way leads back for somebody who left.

Anybody can type any address. So asking changes nothing about a person who is known already; what was typed beside the
address waits in the link, and counts when whoever reads that mailbox confirms.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection

from subscribers.address import parse_address
from subscribers.consent import asking_rest_store, consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.lists import list_store
from subscribers.lists.keep import list_by_slug
from subscribers.lists.mailing_list import MailingList, SubscriptionState
from subscribers.people import person_store
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store
from subscribers.wishes.profile import Profile


class Standing(StrEnum):
    """How somebody who asks to join stands to the list: known to us, and never told on a page."""

    JOINED = "joined"  # a list of single opt-in, and an address that is new: nothing is left to do
    TO_CONFIRM = "to_confirm"
    ACTIVE = "active"  # is on the list already
    CLOSED = "closed"  # complained, is forbidden, or at a closed domain: only a person with the right opens that


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The words that somebody was shown when they said yes, where, and from where they said it."""

    text: str
    language: str
    place: str  # the page, as the evidence names it
    network_address: str

    @property
    def hash(self) -> str:
        """The version of the text: SHA-256."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking to join."""

    subscriber_id: int
    standing: Standing


_CLOSED = {SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN}
_BEFORE = (SubscriptionState.PENDING, SubscriptionState.LEFT)


def ask(
    db: Connection,
    address: str,
    list_slug: str,
    *,
    shown: Shown,
    now: datetime,
    opt_out: str = "",
    profile: Profile | None = None,
) -> Asked:
    """Note that somebody typed this address to join a list. Raises InvalidAddress or UnknownList.

    It is active at once only on a list of single opt-in, and only for an address that is new. `opt_out` is the key of
    the newsletter that is asked for: who opted out of just that one must confirm, though they are on the list.
    """
    parsed = parse_address(address)
    mailing_list = list_by_slug(db, list_slug)
    kinds = suppression_store.open_suppressions(db, parsed.hash)
    closed = bool(kinds & _CLOSED or suppression_store.open_of_domain(db, parsed.domain))
    is_new = person_store.find_by_key(db, parsed.key) is None and not kinds and not closed
    person = person_store.put_subscriber(db, parsed, now)
    at_once = is_new and mailing_list.opt_in == "single"
    if profile and is_new:
        person_store.change_profile(db, person.id, profile, now)
    state = SubscriptionState.ACTIVE if at_once else SubscriptionState.PENDING
    list_store.new_subscription(db, mailing_list.id, person.id, state, now)
    wait_anew(db, person.id, list_slug, now=now)
    _record(db, Act.ASKED, person, list_slug, shown, now)
    if at_once:
        return Asked(subscriber_id=person.id, standing=Standing.JOINED)
    standing = Standing.CLOSED if closed else _standing(db, mailing_list, person, kinds, opt_out)
    return Asked(subscriber_id=person.id, standing=standing)


def confirm(
    db: Connection, subscriber_id: int, list_slug: str, *, shown: Shown, now: datetime, opt_out: str = ""
) -> bool:
    """Make a subscription active, because the person who reads that mailbox said so. Tells whether it was not yet.

    It ends a suppression `left`, the person's own, and `bounced`, since the mailbox works; `complained` and `forbidden`
    stay until released. A wish not to be asked about this list ends too, and with `opt_out` that opt-out: they asked
    for just this newsletter. Raises UnknownSubscriber.
    """
    person = find_by_id(db, subscriber_id)
    mailing_list = list_by_slug(db, list_slug)
    active = SubscriptionState.ACTIVE
    changed = (
        list_store.new_subscription(db, mailing_list.id, person.id, active, now)
        or list_store.move_subscription(db, mailing_list.id, person.id, frm=_BEFORE, to=active, now=now)
    )  # fmt: skip
    ended = [
        suppression_store.end_suppression(db, person.address_hash, kind, "joined again", now)
        for kind in (SuppressionKind.LEFT, SuppressionKind.BOUNCED)
    ]
    asking_rest_store.end(db, person.address_hash, list_slug)
    wanted = bool(opt_out) and wish_store.delete_wish(db, person.id, opt_out, ["opt_out"])
    if not (changed or any(ended) or wanted):
        return False
    _record(db, Act.CONFIRMED, person, list_slug, shown, now, key=opt_out if wanted else "")
    return True


def wait_anew(db: Connection, subscriber_id: int, list_slug: str, *, now: datetime) -> bool:
    """Begin the time of waiting for a yes anew: a link that was just mailed must not outlive what it confirms.

    Tells whether the person waits for one.
    """
    pending = SubscriptionState.PENDING
    list_id = list_by_slug(db, list_slug).id
    return list_store.move_subscription(db, list_id, subscriber_id, frm=[pending], to=pending, now=now)


def has_said_no(db: Connection, subscriber_id: int) -> bool:
    """Tell whether somebody left a list, opted out of a newsletter, or may not be mailed, as far as is known here."""
    person = find_by_id(db, subscriber_id)
    left = any(one.state is SubscriptionState.LEFT for one in list_store.subscriptions_of(db, person.id))
    opted_out = any(one.kind == "opt_out" for one in wish_store.wishes_of(db, person.id))
    return left or opted_out or bool(suppression_store.open_kinds(db, parse_address(person.address)))


def _standing(
    db: Connection, mailing_list: MailingList, person: Subscriber, kinds: set[SuppressionKind], opt_out: str
) -> Standing:
    states = {one.list_slug: one.state for one in list_store.subscriptions_of(db, person.id)}
    opted_out = any(one.key == opt_out and one.kind == "opt_out" for one in wish_store.wishes_of(db, person.id))
    is_active = states.get(mailing_list.slug) is SubscriptionState.ACTIVE and not kinds and not opted_out
    return Standing.ACTIVE if is_active else Standing.TO_CONFIRM


def _record(
    db: Connection, act: Act, person: Subscriber, list_slug: str, shown: Shown, now: datetime, *, key: str = ""
) -> None:
    consent_store.keep_text(db, shown.hash, shown.language, shown.text, now)
    consent_store.record(
        db,
        Consent(
            act=act,
            address_hash=person.address_hash,
            subscriber_id=person.id,
            list_slug=list_slug,
            key=key,
            evidence=shown.place,
            text_hash=shown.hash,
            network_address=shown.network_address,
            recorded_at=now,
            by="reader",
        ),
    )
