"""Gives the people of a list as rows that the import reads back: the same doors stand behind them in an empty home.

Memory is that of one portion. Every no is in it: who left, whose mail comes back, who opted out of what.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TextIO

from sqlalchemy import Connection, RowMapping

from subscribers.consent.consent import SuppressionKind
from subscribers.exporting import export_store
from subscribers.exporting.spreadsheet import neutral
from subscribers.lists.keep import list_by_slug
from subscribers.store import PORTION
from subscribers.suppression import suppression_store
from subscribers.wishes.preference_store import NOT_WANTED
from subscribers.wishes.profile import source_cell

Begin = Callable[[], AbstractContextManager[Connection]]
Row = dict[str, Any]
_TOPIC = "topic:"
_PLAIN = (
    "address",
    "name",
    "language",
    "reading_languages",
    "zone",
    "hour",
    "days",
    "frequency",
    "paused_until",
    "length",
    "plain_text",
    "role",
    "country",
)
COLUMNS = (
    *_PLAIN,
    "topics",
    "mutes",
    "opt_outs",
    "status",
    "consent_at",
    "consent_ip",
    "consent",
    "no_at",
    "no",
    "newsletters",
    "attributes",
)
_BROUGHT = "; imported on "
_STATUSES = {"active": "subscribed", "pending": "pending", "left": "left"}
_NOES = {
    SuppressionKind.FORBIDDEN.value: "forbidden",
    SuppressionKind.COMPLAINED.value: "complained",
    SuppressionKind.BOUNCED.value: "bounced",
    SuppressionKind.LEFT.value: "unsubscribed",
}


def export_list(begin: Begin, list_slug: str) -> Iterator[Row]:
    """Give everybody on a list, whatever their state, by id. Raises UnknownList.

    Of somebody with several reasons never to be mailed each further one is a row of its own.
    """
    with begin() as db:
        list_id = list_by_slug(db, list_slug).id
    after = 0
    while True:
        with begin() as db:
            people = export_store.people_of_list(db, list_id, after, PORTION)
            rows = _rows(db, list_slug, people) if people else []
        yield from rows
        if len(people) < PORTION:
            return
        after = people[-1]["id"]


def count_of_list(db: Connection, list_slug: str) -> int:
    """Count the people on a list, for a progress bar. Raises UnknownList."""
    return export_store.count_of_list(db, list_by_slug(db, list_slug).id)


def export_suppressed(begin: Begin) -> Iterator[Row]:
    """Give each open suppression of an address that is stored. Of the others only the hash is known: see backup."""
    after = 0
    while True:
        with begin() as db:
            found = export_store.suppressed_people(db, after, PORTION)
            told = export_store.last_noes(db, [one["address_hash"] for one in found])
        for one in found:
            no = told.get((one["address_hash"], one["kind"], ""))
            yield {"address": one["address"], "status": _NOES[one["kind"]]} | _no(no)
        if len(found) < PORTION:
            return
        after = found[-1]["id"]


def write_csv(rows: Iterable[Row], out: TextIO) -> Iterator[int]:
    """Write rows as CSV that is safe to open in a spreadsheet; gives after each how many are written."""
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180 2.1
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, start=1):
        writer.writerow([neutral(_cell(row.get(column))) for column in COLUMNS])
        yield number


def write_lines(rows: Iterable[Row], out: TextIO) -> Iterator[int]:
    """Write rows as JSON Lines, of what is known only; gives after each how many are written."""
    for number, row in enumerate(rows, start=1):
        known = {column: row[column] for column in COLUMNS if row.get(column) not in (None, "", [], {})}
        out.write(json.dumps(known, ensure_ascii=False) + "\n")
        yield number


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(source_cell(one) for one in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
        case _:
            return str(value)


def _rows(db: Connection, list_slug: str, people: list[RowMapping]) -> list[Row]:
    ids, hashes = [one["id"] for one in people], [one["address_hash"] for one in people]
    by_hash = export_store.open_kinds(db, hashes)
    by_domain = suppression_store.closed_domains(db, list({one["domain"] for one in people}))
    wishes, preferences = export_store.wishes_of(db, ids), export_store.preferences_of(db, ids)
    proofs, told = export_store.last_yes(db, list_slug, hashes), export_store.last_noes(db, hashes)
    rows: list[Row] = []
    for person in people:
        kinds = by_hash.get(person["address_hash"], set()) | by_domain.get(person["domain"], set())
        noes = [kind for kind in _NOES if kind in kinds]  # the gravest first
        hash_ = person["address_hash"]
        own = wishes.get(person["id"], [])
        row = {name: person[name] for name in _PLAIN} | _wishes(own) | _proof(proofs.get(person["address_hash"]))
        row["status"] = _NOES[noes[0]] if noes else _STATUSES[person["state"]]
        if noes:
            row |= _no(told.get((hash_, noes[0], "")))
        elif person["state"] == "left":
            row |= _no(told.get((hash_, "left", list_slug)) or told.get((hash_, "left", "")))
        row["newsletters"] = _newsletters(own, preferences.get(person["id"], []))
        row["attributes"] = json.loads(person["attributes"])
        rows.append(row)
        rows += [
            {"address": person["address"], "status": _NOES[kind]} | _no(told.get((hash_, kind, "")))
            for kind in noes[1:]
        ]
    return rows


def _wishes(wishes: list[RowMapping]) -> Row:
    def keys(kind: str) -> list[str]:
        return [one["key"] for one in wishes if one["kind"] == kind and not one["scope"]]

    return {
        "topics": [key.removeprefix(_TOPIC) for key in keys("follow")],
        "mutes": [key.removeprefix(_TOPIC) for key in keys("mute")],
        "opt_outs": keys("opt_out"),
    }


def _proof(consent: RowMapping | None) -> Row:
    if consent is None:
        return {}
    at = consent["given_at"] or consent["recorded_at"]
    return {"consent_at": at.isoformat(), "consent_ip": consent["network_address"], "consent": consent["evidence"]}


def _no(record: RowMapping | None) -> Row:
    """Tell when a no was said, and the evidence; of one that an import brought also when that was."""
    if record is None:
        return {}
    said, evidence = record["given_at"], record["evidence"]
    if said and _BROUGHT not in evidence:
        evidence += f"{_BROUGHT}{record['recorded_at']:%Y-%m-%d}"
    return {"no_at": (said or record["recorded_at"]).isoformat(), "no": evidence}


def _newsletters(wishes: list[RowMapping], preferences: list[RowMapping]) -> dict[str, Row]:
    """Give what is wanted otherwise in a newsletter, by its scope."""
    found: dict[str, Row] = {}
    for one in preferences:
        told = {name: value for name, value in one.items() if name not in NOT_WANTED and value is not None}
        found[one["scope"]] = told
    for wish in wishes:
        if wish["scope"]:
            found.setdefault(wish["scope"], {}).setdefault("wishes", {})[wish["key"]] = wish["kind"]
    return found
