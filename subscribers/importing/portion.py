"""Decides what one portion of an import changes: pure, from rows and what is known to batches.

The laws: whoever said no is never made active and nothing of theirs changes; a no in the file counts, wherever it
stands; of two lines that name the same person the second is refused.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.importing.import_store import Import, People
from subscribers.importing.own import Wished
from subscribers.importing.row import ImportRow
from subscribers.importing.standing import Standing

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)  # made once: there are a million rows
COUNTS = ("added", "updated", "unchanged", "suppressed", "unconfirmed", "refused")
_KINDS = {
    Standing.LEFT: SuppressionKind.LEFT,
    Standing.BOUNCED: SuppressionKind.BOUNCED,
    Standing.COMPLAINED: SuppressionKind.COMPLAINED,
    Standing.FORBIDDEN: SuppressionKind.FORBIDDEN,
}

_PASSING = (Standing.LEFT_LIST, Standing.LEFT, Standing.BOUNCED)
_ZONES = timedelta(days=1)  # so far may a time without a zone be from what we take it for


@dataclass(slots=True)
class Portion:
    """The writes of one portion, gathered row by row. New people have no id yet: they are named by key."""

    current: Import
    known: People
    now: datetime
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    refusals: list[tuple[int, str]] = field(default_factory=list)
    new_people: dict[str, tuple[ImportRow, str]] = field(default_factory=dict)  # by key; with the state on the list
    new_standing: list[tuple[int, ImportRow, str]] = field(default_factory=list)
    activated: list[tuple[int, ImportRow]] = field(default_factory=list)
    proofs: list[tuple[int, ImportRow]] = field(default_factory=list)  # of active people, a consent not on record yet
    changes: list[tuple[int, datetime, dict[str, Any]]] = field(default_factory=list)  # with when it was changed last
    wishes: list[tuple[int, Wished]] = field(default_factory=list)
    departures: list[tuple[int, ImportRow, str]] = field(default_factory=list)  # from the list, or by an opt-out's key
    marks: list[tuple[int, int, str]] = field(default_factory=list)  # line, and the state that it alone would give
    noes: dict[tuple[str, SuppressionKind], ImportRow] = field(default_factory=dict)
    outlived: set[str] = field(
        default_factory=set
    )  # hashes of people who have said yes here since their no in the file
    lines: dict[str, int] = field(default_factory=dict)  # where an address key stood first
    before: dict[int, dict[str, Any]] = field(default_factory=dict)  # what was replaced, to undo it: by id
    unknown_topics: Counter[str] = field(default_factory=Counter)


def decide(
    current: Import, rows: Iterable[ImportRow], known: People, refusals: list[tuple[int, str]], now: datetime
) -> Portion:
    """Decide on every row. Each is counted once."""
    portion = Portion(current=current, known=known, now=now, refusals=refusals)
    for row in rows:
        portion.counts[_decide_row(portion, row)] += 1
    portion.counts["refused"] = len(portion.refusals)
    return portion


def _decide_row(portion: Portion, row: ImportRow) -> str:
    portion.unknown_topics.update(row.unknown_topics)
    earlier = _earlier_line(portion, row)
    portion.lines.setdefault(row.address.key, row.line)
    _take_opt_outs(portion, row)
    if not row.standing.says_yes:
        return _take_no(portion, row)
    if earlier is not None:
        portion.refusals.append((row.line, f"listed before in this file, on line {earlier}"))
        return "refused"
    if portion.known.suppressed.get(row.address.hash) or row.address.hash in portion.known.closed:
        return "suppressed"
    person = portion.known.rows.get(row.address.key)
    if person is None:
        return _add(portion, row)
    return _update(portion, row, dict(person))


def _take_no(portion: Portion, row: ImportRow) -> str:
    if _has_said_yes_since(portion, row):
        portion.outlived.add(row.address.hash)
        return "unchanged"
    if row.standing is Standing.LEFT_LIST:
        _leave_list(portion, row)
    else:
        portion.noes.setdefault((row.address.hash, _KINDS[row.standing]), row)
    return "suppressed"


def _has_said_yes_since(portion: Portion, row: ImportRow) -> bool:
    """Tell whether somebody reads this list by their own yes, said here after the file's no: the last word counts.

    What is forbidden, and who complained, is no matter of time.
    """
    if row.no_at is None or row.standing not in _PASSING:
        return False
    person = portion.known.rows.get(row.address.key)
    standing = portion.known.standing.get(person["id"]) if person else None
    confirmed = portion.known.confirmed.get(row.address.hash)
    if standing is None or standing["state"] != "active" or confirmed is None:
        return False
    is_open = portion.known.suppressed.get(row.address.hash) or row.address.hash in portion.known.closed
    return not is_open and confirmed > row.no_at + _ZONES


def _take_opt_outs(portion: Portion, row: ImportRow) -> None:
    """Note the noes of somebody who is here to single newsletters, whatever else the row says."""
    person = portion.known.rows.get(row.address.key) if row.wishes else None
    if person is None:
        return
    wished = portion.known.wishes.setdefault(person["id"], set())
    for key in row.opt_outs:
        if key not in wished:
            wished.add(key)
            portion.wishes.append((person["id"], Wished("", key, "opt_out")))
            portion.departures.append((person["id"], row, key))


def _leave_list(portion: Portion, row: ImportRow) -> None:
    """Let somebody leave this list alone. Whoever is new gets a row, so that no later file brings them in."""
    person = portion.known.rows.get(row.address.key)
    if person is None:
        portion.new_people[row.address.key] = (row, "left")
        return
    standing = portion.known.standing.get(person["id"])
    if standing is None:
        portion.new_standing.append((person["id"], row, "left"))
    if standing is None or standing["state"] != "left":
        portion.departures.append((person["id"], row, ""))


def _earlier_line(portion: Portion, row: ImportRow) -> int | None:
    """Find the line on which this file named the person before, in this portion or an earlier one."""
    if row.address.key in portion.lines:
        return portion.lines[row.address.key]
    person = portion.known.rows.get(row.address.key)
    standing = portion.known.standing.get(person["id"]) if person else None
    if standing is None or standing["import_id"] != portion.current.id:
        return None
    return int(standing["import_line"])


def _add(portion: Portion, row: ImportRow) -> str:
    state = _state(portion, row)
    portion.new_people[row.address.key] = (row, state)
    return "added" if state == "active" else "unconfirmed"


def _update(portion: Portion, row: ImportRow, person: dict[str, Any]) -> str:
    subscriber_id = person["id"]
    standing = portion.known.standing.get(subscriber_id)
    before = standing["state"] if standing else ""
    if before == "left" or (before != "active" and subscriber_id in portion.known.departed):
        return "suppressed"
    own_state = _state(portion, row)
    state = "active" if before == "active" else own_state
    changed = _change(portion, row, person)
    if not before:
        portion.new_standing.append((subscriber_id, row, state))
    else:
        portion.marks.append((subscriber_id, row.line, own_state))
    if before == "pending" and state == "active":
        portion.activated.append((subscriber_id, row))
    elif before == "active" and row.consent_at and (row.address.hash, row.consent_at) not in portion.known.given:
        portion.proofs.append((subscriber_id, row))
    if state == "pending":
        return "unconfirmed"
    if not before:
        return "added"
    return "updated" if changed or before != state else "unchanged"


def _state(portion: Portion, row: ImportRow) -> str:
    """Active only with evidence of consent: a time in the file, or the operator's word for all of it."""
    proven = row.consent_at is not None or row.evidence or portion.current.consent
    return "active" if row.standing is Standing.YES and proven else "pending"


def _change(portion: Portion, row: ImportRow, person: dict[str, Any]) -> bool:
    """Note what is new about a person: a value in the file replaces, an empty cell keeps, topics are added."""
    values: dict[str, Any] = {name: value for name, value in row.profile.items() if person[name] != value}
    if row.attributes:
        before = json.loads(person["attributes"])
        if before | row.attributes != before:
            values["attributes"] = as_json(before | row.attributes)
    if values:
        portion.changes.append((person["id"], person["updated_at"], {**values, "updated_at": portion.now}))
        replaced = {name: [person[name], value] for name, value in values.items()}
        replaced["updated_at"] = [person["updated_at"].isoformat(), portion.now.isoformat()]
        portion.before[person["id"]] = replaced
    wished = portion.known.wishes.get(person["id"], set())
    brought = [*(Wished("", key, "follow") for key in row.follows), *(one for one in row.wishes if not one.scope)]
    wishes = [(person["id"], one) for one in brought if one.key not in wished]
    portion.wishes += wishes
    return bool(values or wishes)


def person_row(row: ImportRow, now: datetime) -> dict[str, Any]:
    """Give a new person's columns, all of them, so that one statement inserts a portion."""
    address = row.address
    return {
        "address": address.address,
        "address_key": address.key,
        "address_hash": address.hash,
        "domain": address.domain,
        "name": "",
        "language": "",
        "reading_languages": "",
        "zone": "",
        "hour": None,
        "days": "",
        "frequency": "every",
        "paused_until": "",
        "length": "normal",
        "plain_text": False,
        "role": "",
        "country": "",
        "attributes": as_json(row.attributes) if row.attributes else "{}",
        "created_at": now,
        "updated_at": now,
        **row.profile,
    }


def consent_of(current: Import, row: ImportRow, now: datetime) -> Consent:
    """Give the record of a row that brought consent, or the lack of it. Its id is told when it is written."""
    return Consent(
        act=Act.IMPORTED,
        address_hash=row.address.hash,
        subscriber_id=None,
        list_slug=current.list_slug,
        evidence=row.evidence or current.consent,
        network_address=row.consent_ip,
        given_at=row.consent_at,
        recorded_at=now,
        by=f"import:{current.id}",
    )


def as_json(attributes: dict[str, str]) -> str:
    return _ENCODER.encode(attributes)
