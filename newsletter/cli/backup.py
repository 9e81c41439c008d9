"""`newsletter backup`."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="a .tar.gz file")],
    *,
    as_json: Json = False,
) -> None:
    """Write settings, keys, pictures and a consistent copy of the database into one file, while all goes on."""
    from newsletter.app.backup import backup_home

    with opened(context) as app:
        size = backup_home(app, file)
    emit({"file": str(file), "bytes": size}, f"{file}: {size:,} bytes", as_json=as_json)
