"""`newsletter subscriber import`: people from a CSV file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.output import Json, emit, opened, who

if TYPE_CHECKING:
    from subscribers.importing import ImportReport

_SHOWN = 20  # refused rows printed; --json has them all


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="a CSV with the column address or email", exists=True, dir_okay=False)],
    list_slug: Annotated[str, typer.Option("--list", help="the list that they join")],
    consent: Annotated[
        str, typer.Option(help="the evidence for rows that bring none, e.g. 'paper forms, congress 2026'")
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 when a row was refused")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Import people. Good rows go in; each refused row is listed with its line and the reason.

    Rows without evidence of consent wait, unconfirmed, and are not mailed. Nobody who left comes back by an import.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from newsletter.app.people import import_people

    console = Console(stderr=True)
    quiet = as_json or not console.is_terminal  # a bar leaves an empty line where nobody looks
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with opened(context) as app, Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("", total=None)
        number, report = import_people(
            app,
            file,
            list_slug,
            consent=consent,
            by=who(),
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    result = {
        "import": number,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "suppressed": report.suppressed,
        "unconfirmed": report.unconfirmed,
        "refused": [{"line": line, "reason": reason} for line, reason in report.refused],
        "refused_count": report.refused_count,
    }
    emit(result, "\n".join(_lines(report)), as_json=as_json)
    if strict and report.refused_count:
        raise typer.Exit(1)


def _lines(report: "ImportReport") -> Iterator[str]:
    done = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged"
    yield f"{done}, {report.unconfirmed} unconfirmed, {report.suppressed} suppressed, {report.refused_count} refused"
    if report.unconfirmed:
        yield "  unconfirmed: without evidence of consent, so not mailed; --consent TEXT gives it"
    if report.suppressed:
        yield "  suppressed: they left, or mail to them comes back; never mailed"
    for line, reason in report.refused[:_SHOWN]:
        yield f"  line {line}: {reason}"
    if report.refused_count > _SHOWN:
        yield f"  ... and {report.refused_count - _SHOWN} more; --json lists them"
