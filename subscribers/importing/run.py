"""Imports people from CSV files, a portion at a time: killed at any moment, it goes on where it stood.

A portion is read outside any transaction, then written in one together with the step of `position`, which is guarded:
two workers can never import the same rows twice. Memory is that of one portion.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from subscribers.consent import consent_store
from subscribers.consent.consent import SuppressionKind
from subscribers.errors import InvalidAddress, InvalidImport, InvalidProfile, UnknownImport
from subscribers.importing import import_store
from subscribers.importing.csv_reading import Record, read_header, read_records
from subscribers.importing.import_store import Import, People
from subscribers.importing.layout import Layout, lay_out
from subscribers.importing.options import ImportOptions
from subscribers.importing.portion import COUNTS, decide
from subscribers.importing.row import ImportRow, read_row
from subscribers.importing.write import UNKNOWN_TOPICS, prepare, write
from subscribers.lists.keep import list_by_slug
from subscribers.quiet import uncollected
from subscribers.store import portions
from subscribers.suppression import suppression_store

HERE = Path()
Begin = Callable[[], AbstractContextManager[Connection]]
OnStop = Callable[[Connection, int, str], None]  # the import, and why it stopped; in the transaction that ends it
OnNoes = Callable[[list[tuple[str, SuppressionKind]]], None]  # address hash, and what it said
# A transaction: SQLite lets nobody else write meanwhile, and an unsubscribe must not wait.
MOST_ROWS = 400
_SHOWN_REFUSALS = 1000
_SAMPLE = 64 * 1024
# What a row can do to a database that takes no such value. One row must not keep all later imports from going on.
_UNSTORABLE = (ValueError, DataError)
_WHOLE_FILE = 0  # the line under which a fault of the file itself is told


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. The counts add up to `rows`; of the refusals the first thousand are told."""

    rows: int
    added: int
    updated: int
    unchanged: int
    suppressed: int
    unconfirmed: int
    refused_count: int
    refused: list[tuple[int, str]]  # line and reason; line 0: the file itself
    unknown_topics: dict[str, int]  # named in so many rows, and there is no such topic
    finished_at: datetime | None


def start_import(
    db: Connection,
    spooled_path: Path,
    file_name: str,
    list_slug: str,
    *,
    consent: str,
    by: str,
    now: datetime,
    options: ImportOptions | None = None,
    folder: Path = HERE,
) -> int:
    """Note a file to import; gives the import's id. Nothing is imported yet: import_some does that.

    `spooled_path` is a copy that stays until the import is finished; it is noted by its place in `folder`, so that
    whoever goes on may work elsewhere, and the home may move. `consent` tells how these people agreed; empty,
    only rows with a time of consent become active. Raises UnknownList, or InvalidImport with what to do.
    """
    mailing_list = list_by_slug(db, list_slug)
    header = read_header(spooled_path)
    told = options or ImportOptions()
    lay_out(header, told)
    values = {
        "list_id": mailing_list.id,
        "path": str(_place_in(folder, spooled_path)),
        "file_name": file_name,
        "file_hash": _fingerprint(spooled_path),
        "consent": consent.strip(),
        "options": told.as_json(),
        "by": by,
    }
    return import_store.new_import(db, values, header.end, now)


def import_some(
    begin: Begin,
    *,
    now: datetime,
    rows: int = MOST_ROWS,
    folder: Path = HERE,
    on_noes: OnNoes | None = None,
    on_stop: OnStop | None = None,
    look: Begin | None = None,
) -> int:
    """Import the next rows of the oldest unfinished import, at most `rows` in one transaction; gives how many.

    `on_noes` gets the noes of a portion, hash and kind, before they are committed: to be kept elsewhere too. `look`
    begins transactions that only read, so that nobody waits for what is looked up; without it `begin` does. `folder`
    is where the copies are. A row that no database takes is refused, and the others go on.
    Zero means that nothing is left to do. An import whose spooled copy is gone or changed ends, and says so.
    """
    look = look or begin
    while True:
        with look() as db:
            current = import_store.oldest_unfinished(db)
        if current is None:
            return 0
        try:
            with uncollected():
                done = _import_rows(begin, look, current, folder / current.path, rows, now, on_noes)
        except (InvalidImport, OSError) as error:
            _give_up(begin, current, f"the import stopped here: {error}", now, on_stop)
            continue
        if done:
            return done


def import_report(db: Connection, import_id: int) -> ImportReport:
    """Tell what an import has done so far. Raises UnknownImport."""
    row = import_store.find_import(db, import_id)
    if row is None:
        raise UnknownImport(import_id)
    counts = dict.fromkeys(COUNTS, 0) | import_store.counts_of(row)
    refused_count = counts.pop("refused")
    unknown = counts.pop(UNKNOWN_TOPICS, {})
    counts = {name: counts[name] for name in COUNTS if name != "refused"}
    return ImportReport(
        rows=row["position"],
        refused_count=refused_count,
        refused=import_store.refusals(db, import_id, -1, _SHOWN_REFUSALS),
        unknown_topics=unknown,
        finished_at=row["finished_at"],
        **counts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """An import in a list."""

    id: int
    file_name: str
    list_slug: str
    by: str
    rows: int
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None


def all_imports(db: Connection) -> list[ImportLine]:
    """Give every import, the newest first."""
    return [ImportLine(**row) for row in import_store.import_lines(db)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """People of an import who wait, by id, and the list that they wait on."""

    ids: list[int]
    list_slug: str
    started_at: datetime


def unconfirmed_of(db: Connection, import_id: int, *, after: int, limit: int) -> Unconfirmed:
    """Give the next people whom this import named last and who are unconfirmed. Raises UnknownImport."""
    row = import_store.find_import(db, import_id)
    if row is None:
        raise UnknownImport(import_id)
    ids = import_store.unconfirmed(db, row["list_id"], import_id, after, limit)
    slug = import_store.list_slug_of(db, row["list_id"])
    return Unconfirmed(ids=ids, list_slug=slug, started_at=row["started_at"])


def spooled_paths(db: Connection) -> dict[str, bool]:
    """Give the copies that imports read, and whether each import is over."""
    return import_store.spooled_paths(db)


def same_before(db: Connection, import_id: int) -> list[int]:
    """Give the earlier imports of a file of the same name into the same list."""
    return import_store.same_before(db, import_id)


def refusals(db: Connection, import_id: int, *, after_line: int, limit: int) -> list[tuple[int, str]]:
    """Give the refused rows behind a line: for reports of more than a thousand."""
    return import_store.refusals(db, import_id, after_line, limit)


def _import_rows(
    begin: Begin, look: Begin, current: Import, path: Path, limit: int, now: datetime, on_noes: OnNoes | None
) -> int:
    """Import a portion; where it cannot be stored, half of it, down to the row that is to blame, which is refused."""
    try:
        return _import_portion(begin, look, current, path, limit, now, on_noes)
    except InvalidImport:
        raise
    except _UNSTORABLE as error:
        if limit > 1:
            return _import_rows(begin, look, current, path, limit // 2, now, on_noes)
        return _pass_over(begin, current, path, f"it cannot be stored: {type(error).__name__}")


def _pass_over(begin: Begin, current: Import, path: Path, reason: str) -> int:
    records, place = read_records(path, read_header(path), current.place, 1)
    with begin() as db:
        if not import_store.move_import(db, current, len(records), place, None):
            return 0
        import_store.refuse(db, current.id, [(record.line, reason) for record in records])
        refused = current.counts.get("refused", 0) + len(records)
        import_store.put_counts(db, current.id, current.counts | {"refused": refused})
    return len(records)


def _import_portion(
    begin: Begin, look: Begin, current: Import, path: Path, limit: int, now: datetime, on_noes: OnNoes | None
) -> int:
    if _fingerprint(path) != current.file_hash:
        raise InvalidImport(f"the spooled copy of {current.file_name} was changed; import the file again")
    header = read_header(path)
    records, place = read_records(path, header, current.place, limit)
    rows, refused = read_rows(lay_out(header, current.options), records, now)
    with look() as db:
        last_said, known = consent_store.last_id(db), known_people(db, current, rows)
    batches = prepare(decide(current, rows, known, list(refused), now))
    if on_noes is not None and batches.noes:
        on_noes(batches.noes)
    finished_at = now if len(records) < limit else None
    with begin() as db:
        if not import_store.move_import(db, current, len(records), place, finished_at):
            return 0
        if consent_store.last_id(db) != last_said:  # somebody joined, left or went meanwhile: what was looked up is old
            known = known_people(db, current, rows)
            batches = prepare(decide(current, rows, known, list(refused), now))
        write(db, batches)
    return len(records)


def known_people(db: Connection, current: Import, rows: list[ImportRow]) -> People:
    """Gather what is known of the people of a portion: also that their whole domain is never mailed."""
    hash_by_key = {row.address.key: row.address.hash for row in rows}
    with_date = {row.address.hash for row in rows if row.consent_at}
    known = import_store.people(db, current.list_id, hash_by_key, with_date)
    dated = [row.address.hash for row in rows if row.no_at and row.address.key in known.rows]
    known.confirmed = import_store.last_confirmed(db, current.list_slug, dated)
    closed: dict[str, set[str]] = {}
    for domains in portions(sorted({row.address.domain for row in rows})):
        closed |= suppression_store.closed_domains(db, domains)
    known.closed = {row.address.hash for row in rows if row.address.domain in closed}
    return known


def read_rows(layout: Layout, records: list[Record], now: datetime) -> tuple[list[ImportRow], list[tuple[int, str]]]:
    """Read records; what cannot be taken is told with its line and the reason."""
    rows, refused = [], []
    for record in records:
        if record.fault:
            refused.append((record.line, record.fault))
            continue
        try:
            rows.append(read_row(layout, record, now))
        except (InvalidAddress, InvalidProfile) as error:
            refused.append((record.line, error.reason))
    return rows, refused


def _give_up(begin: Begin, current: Import, reason: str, now: datetime, on_stop: OnStop | None) -> None:
    """End an import that cannot go on, and with it what was unpacked beside it: a file of yeses without its noes."""
    with begin() as db:
        if import_store.move_import(db, current, 0, current.place, now):
            import_store.refuse(db, current.id, [(_WHOLE_FILE, reason)])
            if on_stop is not None:
                on_stop(db, current.id, f"{current.file_name}: {reason}")
            for other in import_store.end_with(db, current, now):
                import_store.refuse(
                    db, other, [(_WHOLE_FILE, f"stopped with {current.file_name}, which is part of it")]
                )


def _place_in(folder: Path, path: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path.absolute()


def _fingerprint(path: Path) -> str:
    """Tell one file from another by size, head and tail: a whole gigabyte need not be read again for each portion."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        file.seek(max(0, size - _SAMPLE))
        return sha256(b"%d\n" % size + head + file.read()).hexdigest()
