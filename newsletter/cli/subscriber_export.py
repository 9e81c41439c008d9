"""`newsletter subscriber export`: people as CSV or JSON Lines."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


def export(
    context: typer.Context,
    list_slug: Annotated[str, typer.Option("--list", help="whose people, whatever their state")] = "",
    suppressed: Annotated[
        bool, typer.Option("--suppressed", help="all suppressed addresses that are stored, in place of a list")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="csv, or jsonl for programs")] = Format.CSV,
    out: Annotated[Path | None, typer.Option(help="the file; without it, standard output", dir_okay=False)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Export people, with all that `subscriber import` reads back: profile, topics, consent, and every no.

    Cells that a spreadsheet would run as a formula begin with an apostrophe in CSV; our own import takes it off again.
    """
    from newsletter.app.exporting import export_all_suppressed, export_people
    from newsletter.app.suppressing import suppressed_addresses
    from newsletter.cli.import_bar import bar

    if bool(list_slug) == suppressed:
        raise UsageError("say what to export: --list SLUG, or --suppressed")
    if as_json and out is None:
        raise UsageError("--json tells how it went, and the rows go to standard output: give a file with --out")
    by_hash = 0
    with opened(context) as app, bar("exporting", is_quiet=as_json or out is None) as show:
        if suppressed:
            rows = export_all_suppressed(app, out, form=form.value, by=who(), on_progress=show)
            by_hash = max(0, suppressed_addresses(app) - rows)
        else:
            rows = export_people(app, list_slug, out, form=form.value, by=who(), on_progress=show)
    if by_hash:
        addresses = counted(by_hash, "more address is kept as a hash only", "more addresses are kept as hashes only")
        talk(f"{addresses}: no file can hold what is not stored, and they are never mailed all the same")
    if out is None:
        talk(f"{counted(rows, 'row')} written")
    else:
        result = {"rows": rows, "file": str(out), "format": form.value, "list": list_slug or None}
        emit(result, f"{counted(rows, 'row')} written to {out}", as_json=as_json)
