"""Reads a CSV file in portions: each record with the line it starts on, or why it cannot be read.

Memory is that of one portion, and a portion starts at a byte offset: going on in a long file is no search. What cannot
be read is told and left out, never guessed: encodings, quotes, numbers of cells.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from subscribers.errors import InvalidImport

_LONGEST_RECORD = 64 * 1024  # octets. Beside the lines below it is what a forgotten quote may swallow
_MOST_LINES = 100
_HEAD = 64 * 1024
_BLOCK = 1024 * 1024
_UTF8_MARK = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t")
_SAVE_AS = 'save it as "CSV UTF-8" and import that'


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a file the next record starts."""

    byte_offset: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns as they are written, and where the records begin."""

    columns: tuple[str, ...]
    delimiter: str
    end: Place


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record; or, with a fault, none and the reason."""

    line: int
    cells: list[str]
    fault: str = ""


def read_header(path: Path) -> Header:
    """Find delimiter and columns. Raises InvalidImport with what to do."""
    with path.open("rb") as file:
        _refuse_other_formats(file.read(_HEAD))
        found = [_header_with(file, delimiter) for delimiter in _DELIMITERS]
    headers = [one for one in found if one is not None]
    best = max(headers, key=lambda header: len(header.columns), default=None)
    # In a header whose names stand in quotation marks only the right delimiter can follow one, and it cuts the header.
    if best is None or (len(headers) < len(found) and len(best.columns) == 1):
        raise InvalidImport(f"the header line cannot be read: {_SAVE_AS}")
    return best


def read_records(path: Path, header: Header, place: Place, limit: int) -> tuple[list[Record], Place]:
    """Read at most `limit` records from a place on; blank lines are none. Fewer than `limit` come at the end only."""
    records: list[Record] = []
    with path.open("rb") as file:
        feed = _Feed(file, place)
        while len(records) < limit:
            record = _next_record(feed, header)
            if record is None:
                break
            if record.cells or record.fault:
                records.append(record)
    return records, feed.place


def count_rows(path: Path) -> int:
    """Estimate the rows of a file for a progress bar: its lines without the header, quoted line breaks counted too."""
    lines, last = 0, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            lines += block.count(b"\n")
            last = block[-1:]
    return max(0, lines + (last not in {b"", b"\n"}) - 1)


class _TooLongError(Exception):
    """A record goes on for longer than any honest one."""


class _Feed:
    """Gives csv.reader one line at a time and knows where it stands: a reader never asks beyond its record."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self._reader: Iterator[list[str]] | None = None
        self.go_to(place)

    def go_to(self, place: Place) -> None:
        self._file.seek(place.byte_offset)
        self._byte_offset, self._line = place.byte_offset, place.line
        self._reader = None
        self.begin_record()

    def begin_record(self) -> None:
        self._start, self.start_line = self._byte_offset, self._line
        self.is_utf8 = True

    @property
    def start(self) -> Place:
        """Where the record that was begun starts."""
        return Place(byte_offset=self._start, line=self.start_line)

    @property
    def place(self) -> Place:
        return Place(byte_offset=self._byte_offset, line=self._line)

    def reader(self, delimiter: str) -> Iterator[list[str]]:
        if self._reader is None:
            # strict: a quote that is not closed, or closed in the middle of a cell, is an error and no guess.
            self._reader = csv.reader(self, delimiter=delimiter, strict=True, skipinitialspace=True)
        return self._reader

    def skip_line(self) -> None:
        """Pass over one line of whatever length."""
        while piece := self._file.readline(_BLOCK):
            self._byte_offset += len(piece)
            if piece.endswith(b"\n"):
                break
        self._line += 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(_LONGEST_RECORD + 1)
        if not raw:
            raise StopIteration
        self._byte_offset += len(raw)
        self._line += 1
        if self._byte_offset - self._start > _LONGEST_RECORD or self._line - self.start_line > _MOST_LINES:
            raise _TooLongError
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.is_utf8 = False
            return raw.decode(errors="replace")


def _next_record(feed: _Feed, header: Header) -> Record | None:
    feed.begin_record()
    try:
        cells = next(feed.reader(header.delimiter), None)
    except _TooLongError:
        return _fault(feed, "a quote is opened and never closed, or the row is longer than 64 KiB")
    except csv.Error as error:
        return _fault(feed, f"its quotes or line ends cannot be read ({error})")
    if cells is None:
        return None
    if not feed.is_utf8:
        return Record(feed.start_line, [], "it is not UTF-8: save the file as UTF-8")
    if cells and len(cells) != len(header.columns):
        here, there = len(cells), len(header.columns)
        return Record(
            feed.start_line, [], f"{here} cells where the header has {there}: quote cells that hold {_name(header)}"
        )
    return Record(feed.start_line, cells)


def _fault(feed: _Feed, reason: str) -> Record:
    """Go on at the very next line: the record's other lines may be honest rows that a quote swallowed."""
    start = feed.start
    feed.go_to(start)
    feed.skip_line()
    return Record(start.line, [], reason)


def _name(header: Header) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab"}[header.delimiter]


def _header_with(file: BinaryIO, delimiter: str) -> Header | None:
    """Read the first record with a delimiter; None where it cannot be the one."""
    file.seek(0)
    marked = file.read(len(_UTF8_MARK)) == _UTF8_MARK
    feed = _Feed(file, Place(byte_offset=len(_UTF8_MARK) if marked else 0, line=1))
    try:
        columns = next(feed.reader(delimiter), [])
    except (_TooLongError, csv.Error):
        return None
    if not feed.is_utf8:
        raise InvalidImport(f"the header is not UTF-8: {_SAVE_AS}")
    return Header(columns=tuple(name.strip() for name in columns), delimiter=delimiter, end=feed.place)


def _refuse_other_formats(head: bytes) -> None:
    if not head.strip():
        raise InvalidImport("the file is empty: the first line must name the columns, one of them address")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:200]:
        raise InvalidImport(f"the file is UTF-16, not UTF-8: {_SAVE_AS}")
    if head.startswith(b"PK\x03\x04"):
        raise InvalidImport(f"the file is a spreadsheet or an archive, not CSV: {_SAVE_AS}")
    if b"\n" not in head and head.count(b"\r") > 0:
        raise InvalidImport(f"the lines end with CR alone: {_SAVE_AS}")
