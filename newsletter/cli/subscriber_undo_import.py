"""`newsletter subscriber undo-import`: take imports back."""

import sys
from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who


def undo_import(
    context: typer.Context,
    number: Annotated[list[int], typer.Argument(help="the import's number; several of one ZIP")],
    yes: Annotated[bool, typer.Option("--yes", help="take it back without asking")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Take an import back: people whom it made and who have said nothing since go, and what it replaced comes back.

    Whoever has joined, left or changed something themselves stays as they are. The noes that the file brought stay too.
    """
    from newsletter.app.importing import undo_import as take_back
    from newsletter.cli.import_bar import bar

    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError("nothing was taken back: say --yes to do it; nobody can be asked here")
        if not typer.confirm(f"Take back import {', '.join(map(str, number))}?", err=True):
            talk("nothing was taken back")
            raise typer.Exit(1)
    newest_first = sorted(set(number), reverse=True)  # so that what an earlier one replaced comes back last
    with opened(context) as app:
        kept = people = 0
        for one in newest_first:
            with bar("taking back", is_quiet=as_json) as show:
                done = take_back(app, one, by=who(), on_progress=show)
            kept, people = kept + done.kept, people + done.people
    words = f"taken back: {', '.join(f'import {one}' for one in number)}"
    if people:
        words += f"\n  {people - kept} went or are again as they were before; the noes that the file brought stay"
    else:
        words += "\n  there was nothing left to take back: it was done before, or the import changed nobody"
    if kept:
        words += f"\n  {kept} did something themselves since, or another import has them: they stay as they are"
    emit({"imports": number, "people": people, "kept": kept}, words, as_json=as_json)
