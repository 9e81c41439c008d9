"""Takes an import back, in portions: killed at any moment, it goes on where it stood.

People whom it made and who have said nothing since go; what it changed comes back where nobody changed it again. The
noes that it brought stay: who left must not be mailed because somebody picked the wrong file.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent
from subscribers.errors import UnknownImport
from subscribers.importing import import_undo_store
from subscribers.importing.import_undo_store import Change, Undoing
from subscribers.importing.write import PERSON, SUBSCRIPTION, UPDATED_AT, WISHES, YES
from subscribers.lists import list_store
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people import person_store
from subscribers.subscriber import Subscriber
from subscribers.wishes import wish_store

Begin = Callable[[], AbstractContextManager[Connection]]
MOST_PEOPLE = 200  # people a transaction: each takes a handful of rows with them
_NOTHING = "{}"  # replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What is left of an import after it was taken back."""

    remaining: int  # people who are still to be looked at
    kept: int  # people who have said something themselves since: they stay as they are


def start_undo(db: Connection, import_id: int, *, now: datetime) -> None:
    """Note that an import is taken back; one that is not finished stops here. Raises UnknownImport."""
    if not import_undo_store.begin(db, import_id, now):
        raise UnknownImport(import_id)


def undo_some(begin: Begin, *, now: datetime, people: int = MOST_PEOPLE) -> int:
    """Take back the next people of the oldest import that is being undone; gives how many. Zero: nothing is left."""
    with begin() as db:
        undoing = import_undo_store.oldest(db)
        if undoing is None:
            return 0
        changes = import_undo_store.changes(db, undoing.id, people)
        kept = _undo(db, undoing, changes, now)
        import_undo_store.done(db, undoing.id, [change.subscriber_id for change in changes], kept)
        return len(changes)


def undo_report(db: Connection, import_id: int) -> UndoReport:
    """Tell how far taking back an import has come. Raises UnknownImport."""
    found = import_undo_store.report(db, import_id)
    if found is None:
        raise UnknownImport(import_id)
    return UndoReport(remaining=found[0], kept=found[1])


def _undo(db: Connection, undoing: Undoing, changes: Sequence[Change], now: datetime) -> int:
    """Undo some changes; gives of how many people something stays, because they have said something since."""
    people = {one.id: one for one in person_store.find_by_ids(db, [change.subscriber_id for change in changes])}
    made = [change.subscriber_id for change in changes if change.made == PERSON]
    spoke = import_undo_store.spoke_since(db, [one.address_hash for one in people.values()], undoing)
    chose = import_undo_store.chose_since(db, made)
    here = [change for change in changes if change.subscriber_id in people]
    _restore(db, [change for change in here if change.before != _NOTHING], now)
    stay = {one.id for one in people.values() if one.address_hash in spoke or one.id in chose}
    gone = [
        people[change.subscriber_id] for change in here if change.made == PERSON and change.subscriber_id not in stay
    ]
    taken = [people[one.subscriber_id] for one in here if one.subscriber_id not in stay and _end(db, undoing, one, now)]
    consent_store.record_all(db, [_undone(undoing, person, now) for person in [*gone, *taken]])
    person_store.delete_people(db, gone)
    return sum(change.made != "" for change in here if change.subscriber_id in stay)


def _restore(db: Connection, changes: Sequence[Change], now: datetime) -> None:
    """Put back what the import replaced, where it still says what the import said."""
    present = import_undo_store.values_of(db, [change.subscriber_id for change in changes])
    for change in changes:
        before: dict[str, Any] = json.loads(change.before)
        for scope, key, kind in before.pop(WISHES, []):
            wish_store.delete_wish(db, change.subscriber_id, key, [kind], scope=scope)
        mine = present[change.subscriber_id]
        was, became = (datetime.fromisoformat(one) for one in before.pop(UPDATED_AT, (now.isoformat(),) * 2))
        values = {name: old for name, (old, new) in before.items() if mine[name] == new}
        if values:
            untouched = mine[UPDATED_AT] == became  # then nothing tells that the import was ever here
            values[UPDATED_AT] = was if untouched else now
            import_undo_store.put_values(db, change.subscriber_id, values)


def _end(db: Connection, undoing: Undoing, change: Change, now: datetime) -> bool:
    """End the subscription that the import made of somebody who was here, or made active."""
    if change.made == SUBSCRIPTION:
        return import_undo_store.remove_subscription(db, undoing, change.subscriber_id)
    active, pending = SubscriptionState.ACTIVE, SubscriptionState.PENDING
    return change.made == YES and list_store.move_subscription(
        db, undoing.list_id, change.subscriber_id, frm=[active], to=pending, now=now
    )


def _undone(undoing: Undoing, person: Subscriber, now: datetime) -> Consent:
    return Consent(
        act=Act.UNDONE,
        address_hash=person.address_hash,
        subscriber_id=person.id,
        list_slug=undoing.list_slug,
        evidence=f"import {undoing.id} ({undoing.file_name}) was taken back",
        recorded_at=now,
        by=f"import:{undoing.id}",
    )
