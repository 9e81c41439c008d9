"""Suppresses addresses and releases them. A suppression is by hash, so it needs no row and outlives erasure.

`bounced`, `complained` and `forbidden` end only here, with a reason; `left` also by the person's own joining again.
"""

from datetime import datetime

from sqlalchemy import Connection

from subscribers import consent_store, person_store, suppression_store
from subscribers.address import parse_address
from subscribers.consent import Act, Consent, SuppressionKind
from subscribers.find import find_by_id
from subscribers.subscriber import Subscriber


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


def release(db: Connection, address: str, *, reason: str, by: str, now: datetime) -> list[SuppressionKind]:
    """End all open suppressions of an address, for a stated reason; gives the kinds that ended.

    Lists that the person left stay left: releasing is no joining. An empty reason is refused.
    """
    if not reason.strip():
        raise ValueError("a release needs a reason: it stays on record")
    parsed = parse_address(address)
    person = person_store.find_by_key(db, parsed.key)
    kinds = sorted(suppression_store.open_suppressions(db, parsed.hash))
    for kind in kinds:
        suppression_store.end_suppression(db, parsed.hash, kind, reason, now)
        _record(db, Act.RELEASED, parsed.hash, person, f"{kind.value}: {reason}", by, now)
    return kinds


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
