"""Counts what an import would do before it writes anything: the same reading and the same decisions, nothing kept.

Memory is that of one portion; who was seen before stands in a database of its own, on disk, that goes by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from subscribers.importing.csv_reading import read_header, read_records
from subscribers.importing.import_store import Import, People
from subscribers.importing.layout import lay_out
from subscribers.importing.options import ImportOptions
from subscribers.importing.portion import decide
from subscribers.importing.row import ImportRow
from subscribers.importing.run import MOST_ROWS, known_people, read_rows
from subscribers.importing.seen_store import SeenPeople
from subscribers.importing.standing import Standing
from subscribers.lists.keep import list_by_slug

Begin = Callable[[], AbstractContextManager[Connection]]
_MAILED = ("added", "updated", "unchanged")
_SHOWN = 20


@dataclass(slots=True, kw_only=True)
class ImportCount:
    """What an import would do, in rows: `may_be_mailed`, `suppressed` and `left_out` add up to `rows`."""

    rows: int = 0
    may_be_mailed: int = 0
    suppressed: int = 0
    unconfirmed: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)  # of refusals; addresses and quotes are taken out
    examples: list[tuple[str, int, str]] = field(default_factory=list)  # file, line, reason
    unknown_topics: Counter[str] = field(default_factory=Counter)

    @property
    def left_out(self) -> int:
        return self.unconfirmed + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One file that is to be imported."""

    path: Path
    name: str
    options: ImportOptions


def count_import(begin: Begin, files: Sequence[Planned], list_slug: str, *, consent: str, now: datetime) -> ImportCount:
    """Read the files to their end and decide on each row, as importing them in this order would."""
    count = ImportCount()
    with begin() as db:
        list_id = list_by_slug(db, list_slug).id
    with closing(SeenPeople()) as seen:
        for number, file in enumerate(files):
            current = _as_import(file, number, list_id, list_slug, consent)
            for rows, refused in _portions(file, now):
                with begin() as db:
                    _count(db, seen, count, current, rows, refused, now)
    return count


def _portions(file: Planned, now: datetime) -> Iterator[tuple[list[ImportRow], list[tuple[int, str]]]]:
    header = read_header(file.path)
    layout = lay_out(header, file.options)
    place = header.end
    while True:
        records, place = read_records(file.path, header, place, MOST_ROWS)
        yield read_rows(layout, records, now)
        if len(records) < MOST_ROWS:
            return


def _count(
    db: Connection,
    seen: SeenPeople,
    count: ImportCount,
    current: Import,
    rows: list[ImportRow],
    refused: list[tuple[int, str]],
    now: datetime,
) -> None:
    known = known_people(db, current, rows)
    fresh, earlier = _sift(seen, known, rows)
    portion = decide(current, fresh, known, [*refused, *earlier], now)
    left = {row.address.hash for row in fresh if row.standing is Standing.LEFT_LIST} - portion.outlived
    _remember(seen, fresh, {address_hash for address_hash, _ in portion.noes} | left)
    count.rows += sum(portion.counts.values())
    count.may_be_mailed += sum(portion.counts[name] for name in _MAILED)
    count.suppressed += portion.counts["suppressed"]
    count.unconfirmed += portion.counts["unconfirmed"]
    count.refused += portion.counts["refused"]
    count.unknown_topics.update(portion.unknown_topics)
    count.reasons.update(reason.partition(":")[0] for _, reason in portion.refusals)
    room = _SHOWN - len(count.examples)
    count.examples += [(current.file_name, line, reason) for line, reason in portion.refusals[: max(0, room)]]


def _sift(seen: SeenPeople, known: People, rows: list[ImportRow]) -> tuple[list[ImportRow], list[tuple[int, str]]]:
    """Part rows whose address came before in these files; one that came with a no counts as suppressed."""
    before = seen.among([row.address.key for row in rows])
    fresh, earlier = [], []
    for row in rows:
        said_no = before.get(row.address.key)
        if said_no:
            known.suppressed.setdefault(row.address.hash, set()).add("left")
        if said_no is False and row.standing.says_yes:
            earlier.append((row.line, "listed before"))
        else:
            fresh.append(row)
    return fresh, earlier


def _remember(seen: SeenPeople, rows: list[ImportRow], noes: set[str]) -> None:
    seen.remember((row.address.key, row.address.hash in noes) for row in rows)


def _as_import(file: Planned, number: int, list_id: int, list_slug: str, consent: str) -> Import:
    header = read_header(file.path)
    return Import(
        id=-1 - number,  # no import has it: nobody in the database was named by this one
        list_id=list_id,
        list_slug=list_slug,
        path=str(file.path),
        file_name=file.name,
        file_hash="",
        consent=consent.strip(),
        options=file.options,
        position=0,
        place=header.end,
        counts={},
    )
