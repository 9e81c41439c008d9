"""Reads one record of an import: pure, from cells to values or a refusal in words.

A bad value refuses the row. Nothing is replaced by a default, shortened or guessed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import cast

from subscribers.address import Address, parse_address
from subscribers.errors import InvalidProfile
from subscribers.exporting.spreadsheet import restored
from subscribers.importing.csv_reading import Record
from subscribers.importing.formats import ANY_VALUE
from subscribers.importing.layout import Layout
from subscribers.importing.own import NOTHING, Wished, read_own
from subscribers.importing.standing import Standing
from subscribers.wishes.profile import READERS, Preferences, Profile, read_source, read_topics, told

_OPT_OUT = re.compile(r"[a-z]+:[a-z0-9-]{1,63}")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")
_SPACE = " \t\u00a0"  # what spreadsheets leave around a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What one row says."""

    line: int
    address: Address
    profile: Profile
    follows: tuple[str, ...]
    wishes: tuple[Wished, ...]  # beside the follows
    preferences: dict[str, Preferences]  # by scope
    unknown_topics: tuple[str, ...]  # named in the row, and not there: left out
    attributes: dict[str, str]
    standing: Standing
    consent_at: datetime | None
    consent_ip: str
    evidence: str  # what our own export tells of the consent
    no_at: datetime | None  # when they said no, or mail came back, in the system before: evidence, never a reason
    told_of_no: str  # what our own export tells of that
    system: str  # that wrote the file, where it is known

    @property
    def opt_outs(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.wishes if one.kind == "opt_out" and not one.scope)

    @property
    def is_proven(self) -> bool:
        """Whether the row itself brings evidence of consent."""
        return self.consent_at is not None or self.evidence != ""


def read_row(layout: Layout, record: Record, now: datetime) -> ImportRow:
    """Read a record that has no fault. Raises InvalidAddress or InvalidProfile with the reason."""
    cells = record.cells if layout.own is None else [restored(cell) for cell in record.cells]
    nested = _read_nested(cells[layout.nested]) if layout.nested is not None else {}
    cells = [*cells, *(nested.pop(key, "") for key in layout.nested_keys)]
    address = cells[layout.address].strip(_SPACE)
    if not address:
        raise InvalidProfile("there is no address")
    consent_at, consent_ip = _last_filled(cells, layout.consent_at), _last_filled(cells, layout.consent_ip)
    follows, unknown = _read_topics(layout, layout.topics, cells)
    mutes, unknown_mutes = _read_topics(layout, layout.mutes, cells)
    own = read_own(layout.own, cells) if layout.own else NOTHING
    wishes = [Wished("", key, "mute") for key in mutes] + [
        Wished("", key, "opt_out") for key in _opt_outs(layout, cells)
    ]
    standing = _read_standing(layout, cells)
    row = ImportRow(
        line=record.line,
        address=parse_address(address),
        profile=_read_profile(layout, cells),
        follows=follows,
        wishes=(*wishes, *own.wishes),
        preferences=own.preferences,
        unknown_topics=(*unknown, *unknown_mutes),
        attributes={
            **{name: cell for index, name in layout.attributes if (cell := cells[index].strip())},
            **{name: value for name, value in nested.items() if value},
            **own.attributes,
        },
        standing=standing,
        consent_at=_read_time(consent_at, now) if consent_at else None,
        consent_ip=_read_network_address(consent_ip) if consent_ip else "",
        evidence=own.evidence,
        no_at=None if standing.says_yes else _read_no_at(layout, cells, standing, now),
        told_of_no=own.no,
        system=layout.system,
    )
    _check_storable(row)
    return row


def _check_storable(row: ImportRow) -> None:
    """Refuse what no database takes and JSON can say: a NUL (PostgreSQL), half of a surrogate pair (RFC 8259, 8.2)."""
    if not (row.attributes or row.evidence or row.told_of_no):
        return
    text = "".join((row.evidence, row.told_of_no, *row.attributes, *row.attributes.values()))
    if "\0" in text or (not text.isascii() and _HALF.search(text)):
        raise InvalidProfile("it holds a character that cannot be stored (U+0000, or half of a pair): remove it")


def _read_nested(cell: str) -> dict[str, str]:
    """Read an object of attributes: its keys in lower case, lists as we write several values."""
    try:
        value = json.loads(cell) if cell.strip() else {}
    except (ValueError, RecursionError) as error:
        raise InvalidProfile(f"attributes: {told(cell)} is no JSON object") from error
    if not isinstance(value, dict):
        raise InvalidProfile(f"attributes: {told(cell)} is no JSON object")
    return {str(name).lower(): _as_cell(one) for name, one in value.items()}


def _as_cell(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "; ".join(str(one) for one in value)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _last_filled(cells: list[str], indices: tuple[int, ...]) -> str:
    return next((cell for index in reversed(indices) if (cell := cells[index].strip())), "")


def _read_profile(layout: Layout, cells: list[str]) -> Profile:
    values: dict[str, str | int] = {}
    for index, name, read in layout.profile:
        cell = cells[index].strip()
        if cell:
            values[name] = read(cell)
    name = " ".join(cells[index] for index in layout.names).strip()
    if name:
        values["name"] = READERS["name"](name)
    return cast("Profile", values)  # READERS has one reader for each of its keys


def _opt_outs(layout: Layout, cells: list[str]) -> list[str]:
    cell = cells[layout.opt_outs].strip() if layout.opt_outs is not None else ""
    keys = list(dict.fromkeys(one.strip() for one in cell.split(";") if one.strip()))
    for key in keys:
        if not _OPT_OUT.fullmatch(key):
            raise InvalidProfile(f"opt_outs: {told(key)} is none such as newsletter:weekly")
    return keys


def _read_topics(layout: Layout, index: int | None, cells: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give keys to follow, and what names no topic. Other systems write names, with commas between."""
    cell = cells[index].strip() if index is not None else ""
    if not cell:
        return (), ()
    if layout.known_topics is None:
        return read_topics(cell), ()
    found: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for name in _topic_names(cell, layout.known_topics):
        slug = layout.known_topics.get(name.lower())
        if source := read_source(name):
            found[source] = None
        elif slug is None:
            unknown[name[:60]] = None
        else:
            found[f"topic:{slug}"] = None
    return tuple(found), tuple(unknown)


def _topic_names(cell: str, known: Mapping[str, str]) -> list[str]:
    """Cut a cell at semicolons, then at commas; a comma may stand in the name of a topic or source."""
    names = []
    for part in (one.strip() for one in cell.split(";")):
        is_one = part.lower() in known or read_source(part)
        names += [part] if is_one else [one.strip() for one in part.split(",")]
    return [name for name in names if name]


def _read_standing(layout: Layout, cells: list[str]) -> Standing:
    gravest = layout.least
    for index, column, words in layout.statuses:
        word = cells[index].strip().lower()
        if not word:
            continue
        standing = words.get(word) or words.get(ANY_VALUE)
        if standing is None:
            raise InvalidProfile(f"{column}: {told(word)} is none of {', '.join(words)}")
        gravest = max(gravest, standing)
    return gravest


def _read_no_at(layout: Layout, cells: list[str], standing: Standing, now: datetime) -> datetime | None:
    """Tell when the no was said; None: that is not told, or cannot be understood. The no counts all the same."""
    for index, of in layout.no_at:
        cell = cells[index].strip()
        if cell and of in (None, standing):
            try:
                return _read_time(cell.replace(" UTC", "+00:00"), now)
            except InvalidProfile:
                return None
    return None


def _read_time(text: str, now: datetime) -> datetime:
    """Take an ISO 8601 time or date. Without a zone it is UTC, to the day's exactness that evidence needs."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidProfile(f"consent_at: {told(text)} is no date such as 2024-05-31") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at.year < 1970 or at.year > now.year + 1 or at > now + timedelta(days=1):
        raise InvalidProfile(f"consent_at: {told(text)} lies in the future, or before there was mail")
    return at


def _read_network_address(text: str) -> str:
    if _IPV4.fullmatch(text):
        return text  # as it is written everywhere
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise InvalidProfile(f"consent_ip: {told(text)} is no IP address") from error
