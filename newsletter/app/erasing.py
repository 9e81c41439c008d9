"""Erasing a person at their wish. Noted in leaves.log before it is done: a restored backup does not bring them back."""

from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.leaves import ERASED, TESTER_ERASED, note_leave, note_of_address
from newsletter.base.errors import NotFound
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.feedback.store import forget_reader
from newsletter.outbox.forget_store import forget_who_it_was
from subscribers.address import mask, parse_address
from subscribers.consent.consent import SuppressionKind
from subscribers.people.erase import erase, forget_correspondent
from subscribers.people.find import find_by_id
from subscribers.people.show import Known, show


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What erasing somebody removes, and what stays by hash."""

    subscriber: int | None  # None: an address that was only written to, a tester's
    subscriptions: int
    wishes: int
    consents: int  # records that stay, by hash, with that of the erasure itself
    kinds: tuple[SuppressionKind, ...]  # open suppressions that stay


def preview_erasure(app: App, address: str) -> Erasure:
    """Tell what erasing would mean. Raises NotFound where no address is kept."""
    with reading(app.engine) as db:
        return _erasure(show(db, address), address)


def erase_address(app: App, address: str, *, by: str) -> Erasure:
    """Erase whoever has this address, subscriber or correspondent. Raises NotFound where it is not kept."""
    with reading(app.engine) as db:
        known = show(db, address)
    erasure = _erasure(known, address)
    if known.subscriber is not None:
        erase_person(app, known.subscriber.id, by=by)
        return erasure
    note_of_address(app, TESTER_ERASED, parse_address(address).hash)
    with writing(app.engine) as db:
        forget_correspondent(db, address)
        audit.record(db, at=app.clock.now(), who=by, act="correspondent.erase", subject="correspondent")
    return erasure


def erase_person(app: App, subscriber_id: int, *, by: str) -> None:
    """Erase a subscriber, by their own wish or an operator's hand. Raises UnknownSubscriber."""
    with reading(app.engine) as db:
        person = find_by_id(db, subscriber_id)
    note_leave(app, ERASED, person)
    now = app.clock.now()
    with writing(app.engine) as db:
        erase(db, subscriber_id, by=by, now=now)
        forget_who_it_was(db, subscriber_id)
        forget_reader(db, subscriber_id)
        audit.record(db, at=now, who=by, act="subscriber.erase", subject=f"subscriber:{subscriber_id}")


def _erasure(known: Known, address: str) -> Erasure:
    if known.subscriber is None and not known.is_correspondent:
        stays = "; what is kept by hash tells only that nothing is mailed" if known.suppressions else ""
        raise NotFound(f"{mask(address)} is not kept here: nothing is left to erase{stays}")
    return Erasure(
        subscriber=known.subscriber.id if known.subscriber else None,
        subscriptions=len(known.subscriptions),
        wishes=len(known.wishes),
        consents=len(known.consents) + (known.subscriber is not None),
        kinds=tuple(one.kind for one in known.suppressions if one.ended_at is None),
    )
