"""CSV files as the world writes them: each fault has its line, and none spoils its neighbours."""

from pathlib import Path

import pytest

from subscribers.errors import InvalidImport
from subscribers.importing.csv_reading import Record, count_rows, read_header, read_records


def read(path: Path, content: bytes, limit: int = 100) -> list[Record]:
    path = path / "x.csv"
    path.write_bytes(content)
    header = read_header(path)
    records, place = [], header.end
    while True:
        some, place = read_records(path, header, place, limit)
        records += some
        if len(some) < limit:
            return records


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_delimiter_mark_and_line_ends_are_found(
    tmp_path: Path, delimiter: str, mark: bytes, line_end: str, quote: str
) -> None:
    """Comma, semicolon or tab, quoted or not, with a byte order mark or none, lines ended either way: the same."""
    rows = [["email", "name"], ["a@x.org", "Anna"]]
    text = line_end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    assert read(tmp_path, mark + text.encode()) == [Record(2, ["a@x.org", "Anna"])]


def test_a_record_has_the_line_it_starts_on(tmp_path: Path) -> None:
    """Line breaks inside quotes and blank lines are counted as lines, not as records."""
    content = b'email,name\n\n"a@x.org","An\nna"\n\nb@x.org,"Bo ""B"""\n'
    assert read(tmp_path, content) == [Record(3, ["a@x.org", "An\nna"]), Record(6, ["b@x.org", 'Bo "B"'])]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_portions_join_to_the_whole(tmp_path: Path, limit: int) -> None:
    """Reading goes on at a byte offset without losing or doubling a record, in the middle of multi-byte text too."""
    rows = [b'"p%d@x.org","\xc3\x89lo\n\xc3\xafse"' % number for number in range(7)]
    records = read(tmp_path, b"email,name\n" + b"\n".join(rows), limit)
    assert [record.cells[0] for record in records] == [f"p{number}@x.org" for number in range(7)]
    assert [record.line for record in records] == [2, 4, 6, 8, 10, 12, 14]


def test_a_row_that_is_not_utf8_is_refused_alone(tmp_path: Path) -> None:
    """Latin-1 in one row is told with its line; the rows around it are read."""
    first, second, third = read(tmp_path, b"email,name\na@x.org,A\nb@x.org,Bj\xf6rn\nc@x.org,C\n")
    assert (first.fault, third.fault) == ("", "")
    assert second == Record(3, [], "it is not UTF-8: save the file as UTF-8")


def test_a_forgotten_quote_swallows_no_neighbour(tmp_path: Path) -> None:
    """A quote that is never closed costs its own line only, however long the file goes on."""
    rows = [b"p%d@x.org,P" % number for number in range(300)]
    records = read(tmp_path, b"\n".join([b"email,name", b'bad@x.org,"Bad', *rows]))
    assert records[0].line == 2
    assert "quote" in records[0].fault
    assert len(records) == 301
    assert not any(record.fault for record in records[1:])


def test_a_line_without_end_is_refused_in_constant_memory(tmp_path: Path) -> None:
    """A row of a megabyte is a fault with its line, and reading goes on behind it."""
    long, after = read(tmp_path, b"email,name\na@x.org," + b"x" * 1_000_000 + b"\nb@x.org,B\n")
    assert (long.line, after.line) == (2, 3)
    assert "64 KiB" in long.fault
    assert after.cells == ["b@x.org", "B"]


@pytest.mark.parametrize(
    ("row", "words"), [(b"a@x.org", "1 cells"), (b"a@x.org,A,B", "a comma"), (b'"a"b,c', "quotes")]
)
def test_a_row_of_another_shape_is_refused(tmp_path: Path, row: bytes, words: str) -> None:
    """Cells too few, too many, or a quote closed in their middle: nothing is guessed."""
    (record,) = read(tmp_path, b"email,name\n" + row + b"\n")
    assert words in record.fault


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        ("email,name\na@x.org,A".encode("utf-16"), "UTF-16"),
        ("email,name\na@x.org,A".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"email,name\ra@x.org,A\r", "CR alone"),
        (b"email,Stra\xdfe\n", "not UTF-8"),
        (b'email,"name\n' + b"x\n" * 200, "header"),
    ],
)
def test_what_is_no_csv_is_refused_as_a_whole(tmp_path: Path, content: bytes, words: str) -> None:
    """A file of another format is named, with what to do."""
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidImport, match=words):
        read_header(path)


@pytest.mark.parametrize(("content", "rows"), [(b"", 0), (b"email\n", 0), (b"email\na", 1), (b"email\na\nb\n", 2)])
def test_rows_are_counted_for_a_progress_bar(tmp_path: Path, content: bytes, rows: int) -> None:
    """The estimate is the lines without the header, with or without a last line end."""
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert count_rows(path) == rows
