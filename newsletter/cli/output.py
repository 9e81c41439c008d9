"""What commands share: opening the home, printing a result as words or JSON, progress, and who is at the keyboard."""

import getpass
import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.base.errors import UsageError

if TYPE_CHECKING:
    from newsletter.app.app import App
    from newsletter.base.clock import Clock

_NARROWEST = 8  # columns that a cell keeps, however narrow the terminal

Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


@contextmanager
def opened(context: typer.Context, *, clock: "Clock | None" = None) -> Iterator["App"]:
    """Open the home that --home names, and close it."""
    from newsletter.app.app import open_app
    from newsletter.base.log import configure_log

    configure_log(json=False, level="warning")
    app = open_app(home_of(context), clock)
    try:
        yield app
    finally:
        app.close()


def home_of(context: typer.Context) -> Path:
    """Give the folder that --home or NEWSLETTER_HOME names."""
    home = context.obj
    assert isinstance(home, Path)
    return home


def emit(result: object, words: str, *, as_json: bool) -> None:
    """Print the result on stdout: JSON for programs, words for people. Empty words print nothing."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=_plain))
    elif words:
        typer.echo(words)


def talk(words: str) -> None:
    """Say something that is not the result."""
    typer.echo(words, err=True)


def table(
    rows: Sequence[Sequence[object]],
    heads: Sequence[str],
    *,
    may_shrink: Sequence[str] = (),
    may_go: Sequence[str] = (),
    width: int = 0,
) -> str:
    """Lay out rows in columns under their heads.

    In more than `width` columns of a terminal (0: no limit) the widest of those that may shrink are cut, with an
    ellipsis; where that is not enough, those that may go are left out, one after the other.
    """
    from rich.cells import cell_len, set_cell_size

    cells = [[str(head) for head in heads], *([str(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(row[column]) for row in cells) for column in range(len(heads))]
    elastic = [place for place, head in enumerate(heads) if head in may_shrink]
    while width and sum(widths) + 2 * (len(widths) - 1) > width:
        widest = max(elastic, key=lambda place: widths[place], default=-1)
        if widest < 0 or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1

    too_much = next((head for head in may_go if head in heads), "")
    if width and too_much and sum(widths) + 2 * (len(widths) - 1) > width:
        gone = heads.index(too_much)
        fewer = [[*row[:gone], *row[gone + 1 :]] for row in (heads, *rows)]
        return table(fewer[1:], [str(head) for head in fewer[0]], may_shrink=may_shrink, may_go=may_go, width=width)

    def laid(cell: str, room: int) -> str:
        return set_cell_size(cell, room) if cell_len(cell) <= room else set_cell_size(cell, room - 1) + "…"

    return "\n".join("  ".join(map(laid, row, widths)).rstrip() for row in cells)


def terminal_width() -> int:
    """Give how many columns the reader's terminal has; 0 where stdout is none, and nothing may be cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def listing(rows: Sequence[Sequence[object]], heads: Sequence[str], notes: Sequence[Sequence[str]]) -> str:
    """Lay out rows within the width of the terminal (80 columns without one), each with its notes on lines below.

    Nothing is cut off: a first cell that is too long has a line of its own, and a note goes on in the next line.
    """
    width = shutil.get_terminal_size().columns
    cells = [[str(head) for head in heads], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    widths[0] = max(min(widths[0], width - sum(widths[1:]) - 2 * (len(heads) - 1)), len(heads[0]))
    lines = []
    for row, its_notes in zip(cells, [(), *notes], strict=True):
        first, *rest = row
        if len(first) > widths[0]:
            lines.append(first)
            first = ""
        padded = [cell.ljust(space) for cell, space in zip((first, *rest), widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
        for note in filter(None, its_notes):
            lines += _wrapped(note, width)
    return "\n".join(lines)


def _wrapped(note: str, width: int) -> list[str]:
    """Fold a note at its spaces: an address in it stays whole, so that it can be copied."""
    return textwrap.wrap(
        note,
        width,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def moment(text: str | None) -> datetime | None:
    """Read a time from the command line: ISO 8601 with a zone; without one it is UTC, and that is said."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time; write it like 2026-11-23T08:00+01:00") from error
    if at.tzinfo is None:
        talk(f"{text} has no zone; read as UTC")
        return at.replace(tzinfo=UTC)
    return at.astimezone(UTC)


def who() -> str:
    """Name the person at the keyboard for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
