"""People leave: one newsletter, one list, or everything. Saying so twice is as good as once, and never an error.

Somebody who was erased can still press the button of an old mail: nothing is left to do, and that is no fault.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.consent.fresh_link import end_questions
from subscribers.lists import list_store
from subscribers.lists.keep import list_by_slug
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people import person_store
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store

_WISHES = ("follow", "mute")
_STAYING = (SubscriptionState.ACTIVE, SubscriptionState.PENDING)


def opt_out(
    db: Connection, subscriber_id: int, key: str, *, by: str, evidence: str, network_address: str, now: datetime
) -> bool:
    """Leave one newsletter, whatever lists it comes through. Tells whether this changed anything."""
    person = person_store.find_by_id(db, subscriber_id)
    if person is None:
        return False
    said = _no(person.address_hash, subscriber_id, by=by, evidence=evidence, network_address=network_address, now=now)
    changed = (
        wish_store.new_wish(db, subscriber_id, key, "opt_out", now)
        or wish_store.move_wish(db, subscriber_id, key, frm=_WISHES, to="opt_out", now=now)
    )  # fmt: skip
    end_questions(db, subscriber_id, now=now, name="newsletter", value=key.partition(":")[2])
    if changed:
        consent_store.record(db, replace(said, key=key))
    return changed


def undo_opt_out(
    db: Connection, subscriber_id: int, key: str, *, by: str, evidence: str, network_address: str, now: datetime
) -> bool:
    """Take an opt-out back, by the person's own act. Tells whether there was one."""
    person = person_store.find_by_id(db, subscriber_id)
    if person is None or not wish_store.delete_wish(db, subscriber_id, key, ["opt_out"]):
        return False
    said = _no(person.address_hash, subscriber_id, by=by, evidence=evidence, network_address=network_address, now=now)
    consent_store.record(db, replace(said, act=Act.UNDONE, key=key))
    return True


def leave_list(
    db: Connection, subscriber_id: int, list_slug: str, *, by: str, evidence: str, network_address: str, now: datetime
) -> bool:
    """Leave one list. Tells whether the person was on it. Raises UnknownList."""
    mailing_list = list_by_slug(db, list_slug)
    person = person_store.find_by_id(db, subscriber_id)
    left = SubscriptionState.LEFT
    if person is None or not list_store.move_subscription(
        db, mailing_list.id, subscriber_id, frm=_STAYING, to=left, now=now
    ):
        return False
    end_questions(db, subscriber_id, now=now, name="list", value=list_slug)
    said = _no(person.address_hash, subscriber_id, by=by, evidence=evidence, network_address=network_address, now=now)
    consent_store.record(db, replace(said, list_slug=list_slug))
    return True


def leave_everything(
    db: Connection, subscriber_id: int, *, by: str, evidence: str, network_address: str, now: datetime
) -> bool:
    """Leave every list, and be suppressed as `left`: no list made later brings them back."""
    person = person_store.find_by_id(db, subscriber_id)
    if person is None:
        return False
    end_questions(db, subscriber_id, now=now)
    left_lists = list_store.leave_all_lists(db, subscriber_id, now)
    suppressed = suppression_store.new_suppression(db, person.address_hash, SuppressionKind.LEFT, evidence, now)
    if left_lists or suppressed:
        said = _no(
            person.address_hash, subscriber_id, by=by, evidence=evidence, network_address=network_address, now=now
        )
        consent_store.record(db, said)
    return left_lists or suppressed


def _no(
    address_hash: str, subscriber_id: int, *, by: str, evidence: str, network_address: str, now: datetime
) -> Consent:
    return Consent(
        act=Act.LEFT,
        address_hash=address_hash,
        subscriber_id=subscriber_id,
        evidence=evidence,
        network_address=network_address,
        recorded_at=now,
        by=by,
    )
