"""Writes one portion of an import: its rows are made before the transaction begins, ids of new people filled in within.

While a portion is written nobody else can write on SQLite, so nothing is computed here that could be before.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.importing import import_store
from subscribers.importing.import_store import Import
from subscribers.importing.portion import COUNTS, Portion, consent_of, person_row
from subscribers.importing.row import ImportRow
from subscribers.wishes.profile import Preferences

UNKNOWN_TOPICS = "unknown_topics"
UPDATED_AT = "updated_at"
WISHES = "+wishes"  # beside the columns that were replaced: the wishes that the import brought
PERSON, SUBSCRIPTION, YES = "person", "subscription", "yes"  # what an import made of whom
_MOST_UNKNOWN = 50

Row = dict[str, Any]
Who = int | str | None  # an id; of a person who has none yet, the address key


@dataclass(slots=True)
class Batches:
    """The rows of a portion, ready to be written. `subscriber_id` in them is a Who."""

    portion: Portion
    totals: dict[str, Any]
    noes: list[tuple[str, SuppressionKind]]
    people: list[Row] = field(default_factory=list)
    standing: list[Row] = field(default_factory=list)
    wishes: list[Row] = field(default_factory=list)
    preferences: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    suppressions: list[Row] = field(default_factory=list)
    gone: list[Who] = field(default_factory=list)  # who left everything


def prepare(portion: Portion) -> Batches:
    """Make all rows of a portion: pure."""
    batches = Batches(portion=portion, totals=_totals(portion), noes=list(portion.noes))
    _prepare_new_people(batches)
    _prepare_others(batches)
    _prepare_noes(batches)
    return batches


def write(db: Connection, batches: Batches) -> None:
    """Write a portion."""
    portion = batches.portion
    current, now = portion.current, portion.now
    import_store.refuse(db, current.id, portion.refusals)
    ids = _add_people(db, batches)
    import_store.change_people(db, portion.changes)
    import_store.add_subscriptions(db, _named(batches.standing, ids))
    import_store.activate(db, current.list_id, [id_ for id_, _ in portion.activated], now)
    import_store.mark(db, current.list_id, current.id, portion.marks)
    import_store.leave_list(db, current.list_id, [id_ for id_, _, key in portion.departures if not key], now)
    import_store.add_wishes(db, _named(batches.wishes, ids))
    import_store.add_preferences(db, _named(batches.preferences, ids))
    import_store.note_changes(db, _named(batches.changes, ids))
    import_store.leave_all_lists(db, [ids[who] if isinstance(who, str) else who for who in batches.gone if who], now)
    import_store.add_suppressions(db, batches.suppressions)
    consent_store.record_rows(db, _named(batches.consents, ids))
    import_store.put_counts(db, current.id, batches.totals)


def _add_people(db: Connection, batches: Batches) -> dict[str, int]:
    if not batches.people:
        return {}
    last = import_store.last_id(db)
    import_store.add_people(db, batches.people)
    return import_store.ids_by_key(db, list(batches.portion.new_people), last)


def _named(rows: list[Row], ids: dict[str, int]) -> list[Row]:
    """Put the ids of new people in the place of their keys."""
    for row in rows:
        who = row["subscriber_id"]
        if isinstance(who, str):
            row["subscriber_id"] = ids[who]
    return rows


def _totals(portion: Portion) -> dict[str, Any]:
    counts = portion.current.counts
    totals: dict[str, Any] = {name: counts.get(name, 0) + portion.counts[name] for name in COUNTS}
    unknown = Counter(counts.get(UNKNOWN_TOPICS, {})) + portion.unknown_topics
    return totals | {UNKNOWN_TOPICS: dict(unknown.most_common(_MOST_UNKNOWN))}


def _prepare_new_people(batches: Batches) -> None:
    portion = batches.portion
    current, now = portion.current, portion.now
    for key, (row, state) in portion.new_people.items():
        batches.people.append(person_row(row, now))
        batches.standing.append(_standing(current, key, row, state, now))
        batches.wishes += [_wish(key, "", topic, "follow", now) for topic in row.follows]
        batches.changes.append(_change(current, key, PERSON, {}))
        batches.consents += [_told(key, one) for one in _entry(current, row, state, now)]
        if row.wishes or row.preferences:  # most have neither
            batches.wishes += [_wish(key, *one, now) for one in row.wishes]
            batches.preferences += [_preference(key, scope, wanted, now) for scope, wanted in row.preferences.items()]
            batches.consents += [_told(key, _departure(current, row, opt_out, now)) for opt_out in row.opt_outs]


def _entry(current: Import, row: ImportRow, state: str, now: datetime) -> list[Consent]:
    """Give the records of somebody new to the list: of who has left it the no, and the yes before it, where told."""
    said_yes = [consent_of(current, row, now)] if state != "left" or row.is_proven else []
    return said_yes + ([_departure(current, row, "", now)] if state == "left" else [])


def _prepare_others(batches: Batches) -> None:
    """What changes about people who are here, and what must be known to undo that."""
    portion = batches.portion
    current, now = portion.current, portion.now
    made = {id_: SUBSCRIPTION for id_, _, _ in portion.new_standing} | {id_: YES for id_, _ in portion.activated}
    before = {id_: dict(values) for id_, values in portion.before.items()}
    for id_, wish in portion.wishes:
        if wish.kind != "opt_out":  # a no stays
            before.setdefault(id_, {}).setdefault(WISHES, []).append(wish)
    batches.standing += [_standing(current, id_, row, state, now) for id_, row, state in portion.new_standing]
    batches.wishes += [_wish(id_, *wish, now) for id_, wish in portion.wishes]
    batches.changes += [_change(current, id_, made.get(id_, ""), before.get(id_, {})) for id_ in {**made, **before}]
    entered = [(id_, row) for id_, row, state in portion.new_standing if state != "left" or row.is_proven]
    proven = entered + portion.activated + portion.proofs
    batches.consents += [_told(id_, consent_of(current, row, now)) for id_, row in proven]
    batches.consents += [_told(id_, _departure(current, row, key, now)) for id_, row, key in portion.departures]


def _prepare_noes(batches: Batches) -> None:
    """Suppress whom the file reports as gone. They get no row: an address that is never mailed need not be stored."""
    portion = batches.portion
    known = portion.known
    who: dict[str, Who] = {row.address.hash: key for key, (row, _) in portion.new_people.items()}
    who |= {person["address_hash"]: person["id"] for person in known.rows.values()}
    left = SuppressionKind.LEFT
    batches.gone = [who[address_hash] for address_hash, kind in portion.noes if kind is left and address_hash in who]
    for (address_hash, kind), row in portion.noes.items():
        if kind.value in known.suppressed.get(address_hash, ()):
            continue
        reason = f"reported by {portion.current.file_name}{_before(row)}"
        batches.suppressions.append(
            {"address_hash": address_hash, "kind": kind.value, "reason": reason, "since": portion.now}
        )
        batches.consents.append(_told(who.get(address_hash), _no(portion, row, kind)))


def _before(row: ImportRow) -> str:
    """Tell when and where it was said, before that file was imported."""
    when = f" on {row.no_at:%Y-%m-%d}" if row.no_at else ""
    where = f" in {row.system}" if row.system else ""
    return f":{when}{where}" if when else ""


def _told(who: Who, consent: Consent) -> Row:
    row = consent_store.row_of(consent)
    row["subscriber_id"] = who
    return row


def _wish(who: Who, scope: str, key: str, kind: str, now: datetime) -> Row:
    return {"subscriber_id": who, "scope": scope, "key": key, "kind": kind, "since": now}


def _preference(who: Who, scope: str, wanted: Preferences, now: datetime) -> Row:
    return {"subscriber_id": who, "scope": scope, **import_store.WANTED_NOWHERE, **wanted, "updated_at": now}


def _change(current: Import, who: Who, made: str, before: dict[str, Any]) -> Row:
    """Note what this portion changed about somebody, so that it can be undone."""
    told = json.dumps(before, ensure_ascii=False) if before else "{}"
    return {"import_id": current.id, "subscriber_id": who, "made": made, "before": told}


def _standing(current: Import, who: Who, row: ImportRow, state: str, now: datetime) -> Row:
    return {
        "list_id": current.list_id,
        "subscriber_id": who,
        "state": state,
        "changed_at": now,
        "import_id": current.id,
        "import_line": row.line,
        "import_state": state,
    }


def _departure(current: Import, row: ImportRow, key: str, now: datetime) -> Consent:
    """Give the record of somebody who left this list, or one newsletter by the key of its opt-out."""
    return Consent(
        act=Act.LEFT,
        address_hash=row.address.hash,
        subscriber_id=None,
        list_slug="" if key else current.list_slug,
        key=key,
        evidence=(not key and row.told_of_no) or _place(current, row),
        given_at=None if key else row.no_at,
        recorded_at=now,
        by=f"import:{current.id}",
    )


def _place(current: Import, row: ImportRow) -> str:
    return f"{current.file_name}, line {row.line}" + (f", from {row.system}" if row.system else "")


def _no(portion: Portion, row: ImportRow, kind: SuppressionKind) -> Consent:
    current = portion.current
    return Consent(
        act=Act.LEFT if kind is SuppressionKind.LEFT else Act.SUPPRESSED,
        address_hash=row.address.hash,
        subscriber_id=None,
        list_slug=current.list_slug,
        evidence=row.told_of_no or f"{kind.value}: {_place(current, row)}",
        given_at=row.no_at,
        recorded_at=portion.now,
        by=f"import:{current.id}",
    )
