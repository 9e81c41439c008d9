"""Gives a person another address: the one whose mailbox they have just shown to read.

The id stays, so that the links in old mails work on. Every no goes with the person; none is ended by moving.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import Address, parse_address
from subscribers.consent import consent_store, link_store
from subscribers.consent.consent import Act, Consent, Suppression, SuppressionKind
from subscribers.errors import SaidNo, UnknownSubscriber
from subscribers.lists import list_store
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people import merge_store, person_store
from subscribers.people.find import find_by_id, find_by_old_id
from subscribers.people.merge import merge
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store

MOVED_FROM = "moved_from:"  # the key of the record at the new address: the hash of the old one
_UNTAKEABLE = {SuppressionKind.BOUNCED, SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN}
_CLOSED = {SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN}
LEFT_THERE = "moved to another address, having left something"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of changing an address."""

    old: str
    new: str
    merged: int | None  # the id of the person who had the new address, and is one with this one from now on
    is_left: bool  # somebody left everything at one of the addresses: no mail comes until they join again

    @property
    def is_new(self) -> bool:
        """Whether it is another mailbox, and not the same address in other letters."""
        return parse_address(self.old).key != parse_address(self.new).key


def change_address(
    db: Connection, subscriber_id: int, address: str, *, by: str, evidence: str, network_address: str, now: datetime
) -> Moved:
    """Let a person's mail go to a new address; whoever had it is merged into them.

    An open suppression `left` of the old address holds at the new one, and one of the new stays. Where the person left
    anything, the old address is suppressed as `left`: a later import must not bring back what they left there. That
    one ends when they move back: it was no word of theirs. Raises InvalidAddress, UnknownSubscriber, or SaidNo for an
    address that may not be taken.
    """
    parsed, person = parse_address(address), find_by_id(db, subscriber_id)
    if parsed.key == person.address_key:
        merge_store.put_address(db, person.id, parsed, now)
        return Moved(old=person.address, new=parsed.address, merged=None, is_left=_is_left(db, parsed.hash))
    _refuse(db, person, parsed)
    other = person_store.find_by_key(db, parsed.key)
    if other is not None:
        merge(db, person.id, other.id, by=by, evidence=evidence, network_address=network_address, now=now)
    _reopen(db, person, parsed, now)
    merge_store.put_address(db, person.id, parsed, now)
    # Links that lie in the old mailbox must not show or erase what is the new one's from now on.
    link_store.end_all(db, person.id, now)
    for address_hash, key in ((person.address_hash, ""), (parsed.hash, f"{MOVED_FROM}{person.address_hash}")):
        record = Consent(
            act=Act.MOVED,
            address_hash=address_hash,
            subscriber_id=person.id,
            key=key,
            evidence=evidence,
            network_address=network_address,
            recorded_at=now,
            by=by,
        )
        consent_store.record(db, record)
    _carry_no(db, person, parsed, now)
    merged = other.id if other is not None else None
    return Moved(old=person.address, new=parsed.address, merged=merged, is_left=_is_left(db, parsed.hash))


def refuse_move(db: Connection, subscriber_id: int, address: str) -> int | None:
    """Give whom a move to an address would merge into this person, None where nobody has it; changes nothing.

    Raises SaidNo for an address that may not be taken, as change_address does.
    """
    parsed, person = parse_address(address), find_by_id(db, subscriber_id)
    if parsed.key == person.address_key:
        return None
    _refuse(db, person, parsed)
    other = person_store.find_by_key(db, parsed.key)
    return other.id if other is not None else None


def keep_parted(
    db: Connection, subscriber_id: int, address_hash: str, *, by: str, evidence: str, now: datetime
) -> bool:
    """Suppress an address that a person had elsewhere than here, as if they had moved away. Tells whether it is new."""
    if not suppression_store.new_suppression(db, address_hash, SuppressionKind.LEFT, LEFT_THERE, now):
        return False
    record = Consent(
        act=Act.MOVED,
        address_hash=address_hash,
        subscriber_id=subscriber_id,
        evidence=evidence,
        recorded_at=now,
        by=by,
    )
    consent_store.record(db, record)
    return True


def former_hashes(db: Connection, address_hash: str) -> list[str]:
    """Give the addresses that a person had before this one, by hash, the newest first."""
    found: list[str] = []
    waiting = [address_hash]
    while waiting:
        for one in reversed(consent_store.consents_of(db, waiting.pop(0))):
            before = one.key.removeprefix(MOVED_FROM)
            if one.key.startswith(MOVED_FROM) and before not in {address_hash, *found}:
                found.append(before)
                waiting.append(before)
    return found


def _refuse(db: Connection, person: Subscriber, new: Address) -> None:
    if suppression_store.open_suppressions(db, person.address_hash) & _CLOSED:
        raise SaidNo("the old address complained or is forbidden: `subscriber release` comes first")
    closed = suppression_store.open_kinds(db, new) & _UNTAKEABLE
    if closed:
        words = ", ".join(sorted(kind.value for kind in closed))
        raise SaidNo(f"the new address is suppressed ({words}): `subscriber release` ends that, with a reason")


def _carry_no(db: Connection, person: Subscriber, new: Address, now: datetime) -> None:
    left = SuppressionKind.LEFT
    if _is_left(db, person.address_hash):
        suppression_store.new_suppression(db, new.hash, left, "left at the address before", now)
    opted_out = any(wish.kind == "opt_out" for wish in wish_store.wishes_of(db, person.id))
    states = {one.state for one in list_store.subscriptions_of(db, person.id)}
    if opted_out or SubscriptionState.LEFT in states:
        suppression_store.new_suppression(db, person.address_hash, left, LEFT_THERE, now)


def _reopen(db: Connection, person: Subscriber, new: Address, now: datetime) -> None:
    """End what kept an address left while this person was away from it, unless it is a word of theirs that holds."""
    left = SuppressionKind.LEFT
    for one in suppression_store.suppressions_of(db, new.hash):
        if one.ended_at is None and one.kind is left and _is_over(db, person, new, one):
            suppression_store.end_suppression(db, new.hash, left, "moved back", now)


def _is_over(db: Connection, person: Subscriber, new: Address, no: Suppression) -> bool:
    """Tell whether a `left` came of moving away, or they have said yes since, at the address they moved to."""
    away = [at for at in _moved_away(db, person, new) if at >= no.since]
    if not away:
        return False  # of somebody else, or from after they had gone
    if no.reason == LEFT_THERE:
        return no.since in away
    return any(
        one.act is Act.CONFIRMED and one.subscriber_id == person.id and one.recorded_at > no.since
        for one in consent_store.consents_of(db, person.address_hash)
    )


def _moved_away(db: Connection, person: Subscriber, before: Address) -> list[datetime]:
    """Give when this person, or one who was merged into them, moved away from an address."""
    return [
        one.recorded_at
        for one in consent_store.consents_of(db, before.hash)
        if one.act is Act.MOVED and not one.key and one.subscriber_id and _is_now(db, one.subscriber_id) == person.id
    ]


def _is_now(db: Connection, subscriber_id: int) -> int | None:
    try:
        return find_by_old_id(db, subscriber_id).id
    except UnknownSubscriber:
        return None


def _is_left(db: Connection, address_hash: str) -> bool:
    return SuppressionKind.LEFT in suppression_store.open_suppressions(db, address_hash)
