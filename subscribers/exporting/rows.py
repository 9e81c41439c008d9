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
    "newsletters",
    "attributes",
)
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
        for one in found:
            yield {"address": one["address"], "status": _NOES[one["kind"]]}
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
            return ";".join(value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
        case _:
            return str(value)


def _rows(db: Connection, list_slug: str, people: list[RowMapping]) -> list[Row]:
    ids, hashes = [one["id"] for one in people], [one["address_hash"] for one in people]
    by_hash = export_store.open_kinds(db, hashes)
    by_domain = suppression_store.closed_domains(db, list({one["domain"] for one in people}))
    wishes, preferences = export_store.wishes_of(db, ids), export_store.preferences_of(db, ids)
    proofs = export_store.last_yes(db, list_slug, hashes)
    rows: list[Row] = []
    for person in people:
        kinds = by_hash.get(person["address_hash"], set()) | by_domain.get(person["domain"], set())
        noes = [word for kind, word in _NOES.items() if kind in kinds]  # the gravest first
        own = wishes.get(person["id"], [])
        row = {name: person[name] for name in _PLAIN} | _wishes(own) | _proof(proofs.get(person["address_hash"]))
        row["status"] = noes[0] if noes else _STATUSES[person["state"]]
        row["newsletters"] = _newsletters(own, preferences.get(person["id"], []))
        row["attributes"] = json.loads(person["attributes"])
        rows.append(row)
        rows += [{"address": person["address"], "status": word} for word in noes[1:]]
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
