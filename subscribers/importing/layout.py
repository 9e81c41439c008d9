"""Finds out from its first line what a file's columns mean: once for each portion, so that rows are read by number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from subscribers.errors import InvalidImport
from subscribers.importing.csv_reading import Header
from subscribers.importing.formats import EVIDENCE, EXPORTS, FURTHER, NEWSLETTERS, OWN, TOLD_OF_NO, Export
from subscribers.importing.options import ImportOptions
from subscribers.importing.own import OwnCells
from subscribers.importing.standing import STATUSES, Standing
from subscribers.wishes.profile import READERS

_OURS = frozenset(READERS) | {"address", "topics", "mutes", "opt_outs", "status", "consent_at", "consent_ip", "no_at"}


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
    no_at: tuple[tuple[int, Standing | None], ...]  # when somebody said no, and which; None: whichever the row tells
    system: str  # that wrote the file; empty: none that is known, or ourselves
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
        own=OwnCells(*(_only(at, name) for name in (EVIDENCE, NEWSLETTERS, FURTHER, TOLD_OF_NO)))
        if export is OWN
        else None,
        statuses=_status_cells(lower, meaning, export),
        no_at=_no_cells(lower, meaning, export),
        system=export.name.partition(",")[0] if export and export is not OWN else "",
        consent_at=tuple(at.get("consent_at", ())),
        consent_ip=tuple(at.get("consent_ip", ())),
        known_topics=options.topics,
        least=STATUSES[options.standing] if options.standing else Standing.YES,
        attributes=_attribute_cells(header, meaning, _not_kept(export, options)),
        nested=lower.index(export.nested) if export and export.nested in lower else None,
        nested_keys=nested_keys,
    )


def meanings(header: Header, options: ImportOptions) -> dict[str, list[str]]:
    """Tell what becomes of each column, by its name in the file: what it means here, or "" for an attribute.

    A column that is not taken over is not among them: see left_aside.
    """
    export = export_of(header)
    layout = lay_out(header, options)
    names = (*header.columns, *layout.nested_keys)
    lower = [name.lower() for name in names]
    meaning = _their_columns(lower, export) if export else _our_columns(header, options)
    meaning = _as_told(replace(header, columns=names), meaning, options)
    kept = {index for index, _ in layout.attributes}
    told = {index: "no_at" for index, _ in layout.no_at} | {index: "status" for index, _, _ in layout.statuses}
    found: dict[str, list[str]] = {}
    for index, (name, ours) in enumerate(zip(names, meaning, strict=True)):
        means = ours or told.get(index, "")
        if means or index in kept or index == layout.nested:
            found.setdefault(means, []).append(name)
    return found


def left_aside(header: Header, options: ImportOptions) -> list[str]:
    """Give the columns that are not taken over, by their names in the file."""
    export = export_of(header)
    aside = export.left_aside - set(options.columns) if export else frozenset()
    return [name for name in header.columns if name.lower() in aside]


def export_of(header: Header) -> Export | None:
    """Tell which system wrote the file; None for none that is known."""
    lower = {name.lower() for name in header.columns}
    return next((one for one in EXPORTS if one.marks <= lower), None)


def _nested_keys(header: Header, options: ImportOptions, export: Export | None) -> tuple[str, ...]:
    """Give the told columns that the file has not, where they may be keys of the objects in one of its cells."""
    if export is None or not export.nested:
        return ()
    here = {name.lower() for name in header.columns}
    return tuple(name for name in options.columns if name not in here)


def _not_kept(export: Export | None, options: ImportOptions) -> frozenset[str]:
    """What is left aside, and what has its meaning; a column that the operator named is no longer left aside."""
    if export is None:
        return frozenset()
    return export.left_aside - set(options.columns) | {export.nested, *export.statuses, *export.no_times}


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
        return tuple((index, "status", STATUSES) for index, ours in enumerate(meaning) if ours == "status")
    return tuple(
        (index, name, {theirs: STATUSES[ours] for theirs, ours in export.statuses[name].items()})
        for index, name in enumerate(lower)
        if name in export.statuses
    )


def _no_cells(lower: list[str], meaning: list[str], export: Export | None) -> tuple[tuple[int, Standing | None], ...]:
    times = export.no_times if export else {}
    theirs = [(index, STATUSES[times[name]]) for index, name in enumerate(lower) if name in times]
    return (*((index, None) for index, ours in enumerate(meaning) if ours == "no_at"), *theirs)


def _attribute_cells(header: Header, meaning: list[str], not_kept: frozenset[str]) -> tuple[tuple[int, str], ...]:
    """Name the attributes; of columns of one name, as Mailchimp writes them, each keeps its number."""
    found: dict[str, int] = {}
    for index, (name, ours) in enumerate(zip(header.columns, meaning, strict=True)):
        if not ours and name.lower() not in not_kept:
            found[name if name and name not in found else f"{name} {index + 1}".strip()] = index
    return tuple((index, name) for name, index in found.items())


def _only(at: Mapping[str, list[int]], name: str) -> int | None:
    return at[name][0] if name in at else None
