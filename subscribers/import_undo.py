"""Takes an import back, in portions: killed at any moment, it goes on where it stood.

People whom it made and who have said nothing since go; what it changed comes back where nobody changed it again. The
noes that it brought stay: who left must not be mailed because somebody picked the wrong file.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from subscribers import consent_store, import_undo_store, list_store, person_store, wish_store
from subscribers.consent import Act, Consent
from subscribers.errors import UnknownImport
from subscribers.import_undo_store import Change, Undoing
from subscribers.importing import FOLLOWS
from subscribers.mailing_list import SubscriptionState
from subscribers.subscriber import Subscriber

Begin = Callable[[], AbstractContextManager[Connection]]
_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What is left of an import after it was taken back."""

    remaining: int  # people who are still to be looked at
    kept: int  # people who have said something themselves since: they stay as they are


def start_undo(db: Connection, import_id: int, *, now: datetime) -> None:
    """Note that an import is taken back; one that is not finished stops here. Raises UnknownImport."""
    if not import_undo_store.begin(db, import_id, now):
        raise UnknownImport(import_id)


def undo_some(begin: Begin, *, now: datetime) -> int:
    """Take back the next people of the oldest import that is being undone; gives how many. Zero: nothing is left."""
    with begin() as db:
        undoing = import_undo_store.oldest(db)
        if undoing is None:
            return 0
        changes = import_undo_store.changes(db, undoing.id, _PORTION)
        people = {one.id: one for one in person_store.find_by_ids(db, [change.subscriber_id for change in changes])}
        touched = import_undo_store.spoke_since(db, [one.address_hash for one in people.values()], undoing)
        kept = 0
        for change in changes:
            person = people.get(change.subscriber_id)
            if person is None:
                continue
            _restore(db, person, change, now)
            if person.address_hash in touched:
                kept += 1
            else:
                _take_back(db, undoing, person, change, now)
        import_undo_store.done(db, undoing.id, [change.subscriber_id for change in changes], kept)
        return len(changes)


def undo_report(db: Connection, import_id: int) -> UndoReport:
    """Tell how far taking back an import has come. Raises UnknownImport."""
    found = import_undo_store.report(db, import_id)
    if found is None:
        raise UnknownImport(import_id)
    return UndoReport(remaining=found[0], kept=found[1])


def _restore(db: Connection, person: Subscriber, change: Change, now: datetime) -> None:
    """Put back what the import replaced, where it still says what the import said."""
    before: dict[str, Any] = json.loads(change.before)
    for key in before.pop(FOLLOWS, []):
        wish_store.delete_wish(db, person.id, key, ["follow"])
    present = import_undo_store.values_of(db, person.id, list(before)) if before else {}
    values = {name: old for name, (old, new) in before.items() if present.get(name) == new}
    if values:
        import_undo_store.put_values(db, person.id, values, now)


def _take_back(db: Connection, undoing: Undoing, person: Subscriber, change: Change, now: datetime) -> None:
    match change.made:
        case "person":
            _record(db, undoing, person, now)
            person_store.delete_person(db, person)
        case "subscription":
            if import_undo_store.remove_subscription(db, undoing, person.id):
                _record(db, undoing, person, now)
        case "yes":
            active, pending = SubscriptionState.ACTIVE, SubscriptionState.PENDING
            if list_store.move_subscription(db, undoing.list_id, person.id, frm=[active], to=pending, now=now):
                _record(db, undoing, person, now)


def _record(db: Connection, undoing: Undoing, person: Subscriber, now: datetime) -> None:
    consent = Consent(
        act=Act.UNDONE,
        address_hash=person.address_hash,
        subscriber_id=person.id,
        list_slug=undoing.list_slug,
        evidence=f"import {undoing.id} ({undoing.file_name}) was taken back",
        recorded_at=now,
        by=f"import:{undoing.id}",
    )
    consent_store.record(db, consent)
