"""Suppresses addresses and whole domains, and releases them. By hash, so it needs no row and outlives erasure.

`bounced`, `complained` and `forbidden` are lifted here, with a reason. `left` never is: that ends by the person's own
confirmed joining and nothing else.
"""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import Address, mask, parse_address, parse_domain
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.consent.leave import leave_everything
from subscribers.errors import SaidNo
from subscribers.people import person_store
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store


def suppress(db: Connection, subscriber_id: int, kind: SuppressionKind, *, reason: str, by: str, now: datetime) -> bool:
    """Suppress a person known by id. Tells whether that is new. Raises UnknownSubscriber for an erased one."""
    person = find_by_id(db, subscriber_id)
    return _suppress(db, person.address_hash, person, kind, reason=reason, by=by, now=now)


def suppress_address(
    db: Connection, address: str, kind: SuppressionKind, *, reason: str, by: str, now: datetime
) -> bool:
    """Suppress an address, known or not. Tells whether that is new."""
    parsed = parse_address(address)
    return _suppress(db, parsed.hash, person_store.find_by_key(db, parsed.key), kind, reason=reason, by=by, now=now)


def suppress_hash(
    db: Connection, address_hash: str, kind: SuppressionKind, *, reason: str, by: str, now: datetime
) -> bool:
    """Suppress an address of which only the hash is known, as a log of departures names it."""
    return _suppress(db, address_hash, person_store.find_by_hash(db, address_hash), kind, reason=reason, by=by, now=now)


def note_left(db: Connection, address: str, *, reason: str, by: str, now: datetime) -> bool:
    """Note that somebody left everything, as they told otherwise than here: by telephone, in a former system."""
    parsed = parse_address(address)
    person = person_store.find_by_key(db, parsed.key)
    if person is not None:
        return leave_everything(db, person.id, by=by, evidence=reason, network_address="", now=now)
    return _suppress(db, parsed.hash, None, SuppressionKind.LEFT, reason=reason, by=by, now=now)


def release(db: Connection, address: str, *, reason: str, by: str, now: datetime) -> list[SuppressionKind]:
    """End the open suppressions of an address but `left`, for a stated reason; gives the kinds that ended.

    Raises SaidNo where only `left` is open. Lists that the person left stay left, and a closed domain stays closed:
    releasing is no joining. An empty reason is refused.
    """
    _need(reason)
    parsed = parse_address(address)
    person = person_store.find_by_key(db, parsed.key)
    kinds = suppression_store.open_suppressions(db, parsed.hash)
    if kinds == {SuppressionKind.LEFT}:
        raise has_left(parsed)
    ended = sorted(kinds - {SuppressionKind.LEFT})
    for kind in ended:
        suppression_store.end_suppression(db, parsed.hash, kind, reason, now)
        _record(db, Act.RELEASED, parsed.hash, person, f"{kind.value}: {reason}", by, now)
    return ended


def suppress_domain(db: Connection, domain: str, kind: SuppressionKind, *, reason: str, now: datetime) -> bool:
    """Close a whole domain, exactly this one. Tells whether that is new. Raises InvalidAddress.

    `left` is what one person says, so no domain can have left.
    """
    if kind is SuppressionKind.LEFT:
        raise ValueError("a domain cannot leave: only people do")
    return suppression_store.new_domain_suppression(db, parse_domain(domain), kind, reason, now)


def release_domain(db: Connection, domain: str, *, reason: str, now: datetime) -> list[SuppressionKind]:
    """Open a domain again, for a stated reason; gives the kinds that ended. Its people stand as they stood."""
    _need(reason)
    name = parse_domain(domain)
    kinds = sorted(suppression_store.open_of_domain(db, name))
    for kind in kinds:
        suppression_store.end_domain_suppression(db, name, kind, reason, now)
    return kinds


def refuse_suppressed(db: Connection, address: Address) -> None:
    """Raise SaidNo where an address, or its domain, is suppressed; the message says what would lead back."""
    closed = suppression_store.open_of_domain(db, address.domain)
    if closed:
        name = address.domain
        raise SaidNo(f"{name} is closed ({_words(closed)}): `newsletter subscriber release @{name}` opens it")
    kinds = suppression_store.open_suppressions(db, address.hash)
    if SuppressionKind.LEFT in kinds:
        raise has_left(address)
    if kinds:
        who = mask(address.address)
        raise SaidNo(f"{who} is suppressed ({_words(kinds)}): `newsletter subscriber release` ends that, with a reason")


def has_left(address: Address) -> SaidNo:
    """Give the error for somebody who left."""
    return SaidNo(f"{mask(address.address)} has left: only they themselves can join again, on the sign-up page")


def _words(kinds: set[SuppressionKind]) -> str:
    return ", ".join(kind.value for kind in SuppressionKind if kind in kinds)


def _need(reason: str) -> None:
    if not reason.strip():
        raise ValueError("a release needs a reason: it stays on record")


def _suppress(
    db: Connection,
    address_hash: str,
    person: Subscriber | None,
    kind: SuppressionKind,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    if not suppression_store.new_suppression(db, address_hash, kind, reason, now):
        return False
    _record(db, Act.SUPPRESSED, address_hash, person, f"{kind.value}: {reason}", by, now)
    return True


def _record(
    db: Connection, act: Act, address_hash: str, person: Subscriber | None, evidence: str, by: str, now: datetime
) -> None:
    subscriber_id = person.id if person else None
    consent_store.record(
        db,
        Consent(
            act=act, address_hash=address_hash, subscriber_id=subscriber_id, evidence=evidence, recorded_at=now, by=by
        ),
    )
