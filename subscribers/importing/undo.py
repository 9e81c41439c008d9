"""Takes an import back, in portions: killed at any moment, it goes on where it stood.

People whom it made go, unless they did something themselves since or stand on a list for another reason; what it
changed comes back where nobody changed it again. The noes that it brought stay: who left must not be mailed because
somebody picked the wrong file.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent
from subscribers.errors import TooOldToUndo, UnknownImport
from subscribers.importing import import_undo_store
from subscribers.importing.import_undo_store import Change, Reasons, Undoing
from subscribers.importing.write import PERSON, UPDATED_AT, WISHES, YES
from subscribers.people import person_store
from subscribers.quiet import uncollected
from subscribers.subscriber import Subscriber

Begin = Callable[[], AbstractContextManager[Connection]]
UNDO_LIFE = timedelta(days=90)  # an import can be taken back so long; then what it replaced is forgotten
_ROWS = 400
MOST_PEOPLE = 100  # people a transaction: each takes a handful of rows with them
_NOTHING = "{}"  # replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What is left of an import after it was taken back."""

    remaining: int  # people who are still to be looked at
    kept: int  # people of whom something stays: they did something since, or another import found them active


def start_undo(db: Connection, import_id: int, *, now: datetime) -> None:
    """Note that an import is taken back; one that is not finished stops here. Raises UnknownImport or TooOldToUndo."""
    ended = import_undo_store.finished_at(db, import_id)
    if ended is not None and ended + UNDO_LIFE < now:
        raise TooOldToUndo(import_id, UNDO_LIFE.days)
    if not import_undo_store.begin(db, import_id, now):
        raise UnknownImport(import_id)


def undo_some(begin: Begin, *, now: datetime, people: int = MOST_PEOPLE) -> int:
    """Take back the next people of the oldest import that is being undone; gives how many. Zero: nothing is left."""
    with uncollected(), begin() as db:
        undoing = import_undo_store.oldest(db)
        if undoing is None:
            return 0
        changes = import_undo_store.changes(db, undoing.id, people)
        kept = _undo(db, undoing, changes, now)
        import_undo_store.done(db, undoing.id, [change.subscriber_id for change in changes], kept)
        return len(changes)


def forget_replaced(begin: Begin, *, now: datetime) -> int:
    """Forget what imports replaced that are too old to be taken back; gives how much."""
    with begin() as db:
        return import_undo_store.forget_before(db, now - UNDO_LIFE, _ROWS)


def undo_report(db: Connection, import_id: int) -> UndoReport:
    """Tell how far taking back an import has come. Raises UnknownImport."""
    found = import_undo_store.report(db, import_id)
    if found is None:
        raise UnknownImport(import_id)
    return UndoReport(remaining=found[0], kept=found[1])


@dataclass(slots=True)
class _Sorted:
    """What becomes of people, by id."""

    gone: list[int] = field(default_factory=list)
    off: list[int] = field(default_factory=list)  # no longer on the list
    waiting: list[int] = field(default_factory=list)  # on it still, unconfirmed as before
    heirs: list[tuple[int, int]] = field(default_factory=list)  # the import that now stands for a person whom it kept
    kept: int = 0


def _undo(db: Connection, undoing: Undoing, changes: Sequence[Change], now: datetime) -> int:
    """Undo some changes; gives of how many people something stays."""
    people = {one.id: one for one in person_store.find_by_ids(db, [change.subscriber_id for change in changes])}
    here = [change for change in changes if change.subscriber_id in people]
    sorted_ = _sort(undoing, here, import_undo_store.reasons(db, undoing, people))
    _restore(db, [change for change in here if change.before != _NOTHING], now)
    taken = import_undo_store.remove_subscriptions(db, undoing, sorted_.off)
    taken += import_undo_store.make_pending(db, undoing, sorted_.waiting, now)
    import_undo_store.hand_over(db, sorted_.heirs)
    consent_store.record_all(db, [_undone(undoing, people[id_], now) for id_ in [*sorted_.gone, *taken]])
    person_store.delete_people(db, [people[id_] for id_ in sorted_.gone])
    return sorted_.kept


def _sort(undoing: Undoing, changes: Sequence[Change], reasons: Reasons) -> _Sorted:
    """Decide what becomes of each person.

    Whoever did something themselves stays as they are. Another import that found somebody active keeps them there; that
    it merely named them is no reason. Whoever asked to join has yet to confirm: they stay, and wait.
    """
    found = _Sorted()
    for change in changes:
        id_, made = change.subscriber_id, change.made
        if not made:
            continue
        vouching = reasons.vouching.get(id_, {})
        asked = reasons.asked.get(id_, set())
        stays = id_ in reasons.own or undoing.list_id in vouching
        if made == PERSON and not (stays or vouching or asked or id_ in reasons.left):
            found.gone.append(id_)
            continue
        if made == PERSON and vouching and id_ not in reasons.own:
            found.heirs.append((min(vouching.values()), id_))
        if not stays:
            waits = made == YES or undoing.list_slug in asked
            (found.waiting if waits else found.off).append(id_)
        found.kept += stays or made == PERSON
    return found


def _restore(db: Connection, changes: Sequence[Change], now: datetime) -> None:
    """Put back what the import replaced, where it still says what the import said."""
    present = import_undo_store.values_of(db, [change.subscriber_id for change in changes])
    wished: list[tuple[int, str, str, str]] = []
    values: list[tuple[int, dict[str, Any]]] = []
    for change in changes:
        before: dict[str, Any] = json.loads(change.before)
        wished += [(change.subscriber_id, scope, key, kind) for scope, key, kind in before.pop(WISHES, [])]
        mine = present[change.subscriber_id]
        was, became = (datetime.fromisoformat(one) for one in before.pop(UPDATED_AT, (now.isoformat(),) * 2))
        old = {name: then for name, (then, new) in before.items() if mine[name] == new}
        if old:
            untouched = mine[UPDATED_AT] == became  # then nothing tells that the import was ever here
            values.append((change.subscriber_id, {**old, UPDATED_AT: was if untouched else now}))
    import_undo_store.delete_wishes(db, wished)
    import_undo_store.put_values(db, values)


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
