"""`newsletter conformance`: how far this program agrees with test material that others made."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, talk


def conformance(
    kind: Annotated[str, typer.Argument(help="what the folder holds: feeds, pages, xss or addresses")],
    folder: Annotated[Path, typer.Argument(help="the folder with the material")],
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="tell each case that differs, and how, on stderr")] = False,
    as_json: Json = False,
) -> None:
    """Run against others' test material and print the totals as JSON. Needs no home. Exit 1 when a case crashed."""
    from newsletter.app.conformance import conformance as run

    del as_json  # the totals are JSON anyway
    result = run(kind, folder)
    if verbose:
        for outcome in result.disagreeing:
            talk(f"{outcome.name}: {outcome.crashed or '; '.join(outcome.differences)}")
    emit(result.totals, "", as_json=True)
    if result.crashed:
        raise typer.Exit(1)
