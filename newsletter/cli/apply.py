"""`newsletter apply`: topics, sources, lists and newsletters from a file."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, talk


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="a TOML file (docs/setup-file.md)")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would change, and change nothing")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="also overwrite what was changed elsewhere since the last apply")
    ] = False,
    prune: Annotated[bool, typer.Option("--prune", help="also remove what the file does not name")] = False,
    covered: Annotated[
        str,
        typer.Option(
            "--covered", help="why the yes of people who are on a list covers a newsletter that came to it after them"
        ),
    ] = "",
    *,
    as_json: Json = False,
) -> None:
    """Create or update topics, sources, lists and newsletters. Twice changes nothing; a faulty file applies nothing."""
    from newsletter.app.earlier_yes import REMEDY
    from newsletter.app.setup import apply_setup

    with opened(context) as app:
        changes = apply_setup(app, file, dry_run=dry_run, force=force, prune=prune, covered=covered.strip())
    result = [{"kind": one.kind, "name": one.name, "act": one.act, "details": list(one.details)} for one in changes]
    lines = [
        f"{one.act} {one.kind} {one.name}" + (f": {', '.join(one.details)}" if one.details else "") for one in changes
    ]
    emit(result, "\n".join(lines) or "nothing to change", as_json=as_json)
    if any(one.act == "warn" for one in changes):
        talk(f"People get a newsletter that they were never told of: {REMEDY}")
    if dry_run and changes:
        talk("Nothing was changed: this was a dry run")
