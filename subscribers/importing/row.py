"""Reads one record of an import: pure, from cells to values or a refusal in words.

A bad value refuses the row. Nothing is replaced by a default, shortened or guessed.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from ipaddress import ip_address
from typing import cast

from subscribers.address import Address, parse_address
from subscribers.errors import InvalidImport, InvalidProfile
from subscribers.exporting.spreadsheet import restored
from subscribers.importing.csv_reading import Header, Record
from subscribers.importing.formats import ANY_VALUE, EVIDENCE, EXPORTS, FURTHER, NEWSLETTERS, OWN, Export
from subscribers.importing.options import ImportOptions
from subscribers.importing.own import NOTHING, OwnCells, Wished, read_own
from subscribers.wishes.profile import READERS, Preferences, Profile, read_topics, told


class Standing(IntEnum):
    """What a row says of a person's will, the gravest last: where two columns speak, that one counts."""

    YES = 1
    PENDING = 2
    LEFT_LIST = 3  # this list alone
    LEFT = 4
    BOUNCED = 5
    COMPLAINED = 6
    FORBIDDEN = 7

    @property
    def says_yes(self) -> bool:
        return self < Standing.LEFT_LIST


_STATUSES = {
    "subscribed": Standing.YES,
    "active": Standing.YES,
    "confirmed": Standing.YES,
    "pending": Standing.PENDING,
    "non-subscribed": Standing.PENDING,
    "unconfirmed": Standing.PENDING,
    "left": Standing.LEFT_LIST,
    "unsubscribed": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    "bounced": Standing.BOUNCED,
    "complained": Standing.COMPLAINED,
    "spam": Standing.COMPLAINED,
    "forbidden": Standing.FORBIDDEN,
}
_OURS = frozenset(READERS) | {"address", "topics", "mutes", "opt_outs", "status", "consent_at", "consent_ip"}
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

    @property
    def opt_outs(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.wishes if one.kind == "opt_out" and not one.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which cell means what."""

    address: int
    names: tuple[int, ...]
    profile: tuple[tuple[int, str, Callable[[str], str | int]], ...]
    topics: int | None
    mutes: int | None
    opt_outs: int | None
    own: OwnCells | None  # what only our own export has
    statuses: tuple[tuple[int, str, Mapping[str, Standing]], ...]  # cell, column, what its words mean
    consent_at: tuple[int, ...]  # where several say it, the last that is filled counts
    consent_ip: tuple[int, ...]
    known_topics: Mapping[str, str] | None  # name or slug to slug; None: any slug is one
    least: Standing  # what the file says of each of its rows
    attributes: tuple[tuple[int, str], ...]
    nested: int | None  # a cell that holds a JSON object
    nested_keys: tuple[str, ...]  # those of its keys that were told to mean something: cells behind the others


def lay_out(header: Header, options: ImportOptions | None = None) -> Layout:
    """Find out which cell means what. Raises InvalidImport where a header does not say."""
    options = options or ImportOptions()
    export = export_of(header)
    nested_keys = _nested_keys(header, options, export)
    header = replace(header, columns=(*header.columns, *nested_keys))
    lower = [name.lower() for name in header.columns]
    meaning = _their_columns(lower, export) if export else _our_columns(header, options)
    meaning = _as_told(header, meaning, options)
    at: dict[str, list[int]] = {}
    for index, ours in enumerate(meaning):
        at.setdefault(ours, []).append(index)
    if "address" not in at:
        told_columns = ", ".join(header.columns[:8])
        raise InvalidImport(
            f"no column is named address or email (there are: {told_columns}): name it so in the first line"
        )
    return Layout(
        address=at["address"][0],
        names=tuple(at.get("name", ())),
        profile=tuple((at[name][0], name, read) for name, read in READERS.items() if name in at and name != "name"),
        topics=_only(at, "topics"),
        mutes=_only(at, "mutes"),
        opt_outs=_only(at, "opt_outs"),
        own=OwnCells(*(_only(at, name) for name in (EVIDENCE, NEWSLETTERS, FURTHER))) if export is OWN else None,
        statuses=_status_cells(lower, meaning, export),
        consent_at=tuple(at.get("consent_at", ())),
        consent_ip=tuple(at.get("consent_ip", ())),
        known_topics=options.topics,
        least=_STATUSES[options.standing] if options.standing else Standing.YES,
        attributes=_attribute_cells(header, meaning, _not_kept(export)),
        nested=lower.index(export.nested) if export and export.nested in lower else None,
        nested_keys=nested_keys,
    )


def meanings(header: Header, options: ImportOptions) -> dict[str, list[str]]:
    """Tell what becomes of each column, by its name in the file: what it means here, or "" for an attribute.

    A column that is not taken over is not among them.
    """
    export = export_of(header)
    layout = lay_out(header, options)
    names = (*header.columns, *layout.nested_keys)
    lower = [name.lower() for name in names]
    meaning = _their_columns(lower, export) if export else _our_columns(header, options)
    meaning = _as_told(replace(header, columns=names), meaning, options)
    kept = {index for index, _ in layout.attributes}
    told_status = {index for index, _, _ in layout.statuses}
    found: dict[str, list[str]] = {}
    for index, (name, ours) in enumerate(zip(names, meaning, strict=True)):
        means = ours or ("status" if index in told_status else "")
        if means or index in kept or index == layout.nested:
            found.setdefault(means, []).append(name)
    return found


def export_of(header: Header) -> Export | None:
    """Tell which system wrote the file; None for none that is known."""
    lower = {name.lower() for name in header.columns}
    return next((one for one in EXPORTS if one.marks <= lower), None)


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
        standing=_read_standing(layout, cells),
        consent_at=_read_time(consent_at, now) if consent_at else None,
        consent_ip=_read_network_address(consent_ip) if consent_ip else "",
        evidence=own.evidence,
    )
    _check_storable(row)
    return row


def _check_storable(row: ImportRow) -> None:
    """Refuse what no database takes and JSON can say: a NUL (PostgreSQL), half of a surrogate pair (RFC 8259, 8.2)."""
    if not (row.attributes or row.evidence):
        return
    text = "".join((row.evidence, *row.attributes, *row.attributes.values()))
    if "\0" in text or (not text.isascii() and _HALF.search(text)):
        raise InvalidProfile("it holds a character that cannot be stored (U+0000, or half of a pair): remove it")


def _nested_keys(header: Header, options: ImportOptions, export: Export | None) -> tuple[str, ...]:
    """Give the told columns that the file has not, where they may be keys of the objects in one of its cells."""
    if export is None or not export.nested:
        return ()
    here = {name.lower() for name in header.columns}
    return tuple(name for name in options.columns if name not in here)


def _not_kept(export: Export | None) -> frozenset[str]:
    return export.left_aside | {export.nested, *export.statuses} if export else frozenset()


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


def _as_told(header: Header, meaning: list[str], options: ImportOptions) -> list[str]:
    """Put what the operator said about columns over what their names say."""
    if not options.columns:
        return meaning
    lower = [name.lower() for name in header.columns]
    missing = [name for name in options.columns if name not in lower]
    if missing:
        raise InvalidImport(f"there is no column {missing[0]!r}; there are: {', '.join(header.columns[:12])}")
    strange = [ours for ours in options.columns.values() if ours and ours not in _OURS]
    if strange:
        raise InvalidImport(f"{strange[0]!r} is no column of ours; these are: {', '.join(sorted(_OURS))}")
    taken = set(options.columns.values()) - {"name", ""}  # several may make up a name
    return [options.columns.get(name, "" if ours in taken else ours) for name, ours in zip(lower, meaning, strict=True)]


def _our_columns(header: Header, options: ImportOptions) -> list[str]:
    """Take our own names in any case; what is unknown becomes an attribute (empty meaning)."""
    seen: dict[str, str] = {}
    meaning = []
    for number, name in enumerate(header.columns, start=1):
        if not name:
            raise InvalidImport(f"column {number} has no name: name it in the first line, or remove it")
        lower = "address" if name.lower() == "email" else name.lower()
        if name.lower() in options.columns:
            meaning.append("")  # told otherwise: see _as_told
            continue
        if lower in seen:
            raise InvalidImport(f"the columns {seen[lower]} and {name} mean the same: rename or remove one of them")
        seen[lower] = name
        meaning.append(lower if lower in _OURS else "")
    return meaning


def _their_columns(lower: list[str], export: Export) -> list[str]:
    """Take a known export's names only: `address` there may be a postal one."""
    return [export.columns.get(name, "") for name in lower]


def _status_cells(
    lower: list[str], meaning: list[str], export: Export | None
) -> tuple[tuple[int, str, Mapping[str, Standing]], ...]:
    if export is None:
        return tuple((index, "status", _STATUSES) for index, ours in enumerate(meaning) if ours == "status")
    return tuple(
        (index, name, {theirs: _STATUSES[ours] for theirs, ours in export.statuses[name].items()})
        for index, name in enumerate(lower)
        if name in export.statuses
    )


def _attribute_cells(header: Header, meaning: list[str], not_kept: frozenset[str]) -> tuple[tuple[int, str], ...]:
    """Name the attributes; of columns of one name, as Mailchimp writes them, each keeps its number."""
    found: dict[str, int] = {}
    for index, (name, ours) in enumerate(zip(header.columns, meaning, strict=True)):
        if not ours and name.lower() not in not_kept:
            found[name if name and name not in found else f"{name} {index + 1}".strip()] = index
    return tuple((index, name) for name, index in found.items())


def _only(at: Mapping[str, list[int]], name: str) -> int | None:
    return at[name][0] if name in at else None


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
        if slug is None:
            unknown[name[:60]] = None
        else:
            found[f"topic:{slug}"] = None
    return tuple(found), tuple(unknown)


def _topic_names(cell: str, known: Mapping[str, str]) -> list[str]:
    """Cut a cell at semicolons, then at commas; a comma may stand in a topic's own name."""
    names = []
    for part in (one.strip() for one in cell.split(";")):
        names += [part] if part.lower() in known else [one.strip() for one in part.split(",")]
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
