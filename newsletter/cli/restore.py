"""`newsletter restore`."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.cli.output import Json, emit, home_of


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="a .tar.gz file")],
    *,
    as_json: Json = False,
) -> None:
    """Bring a home back from a backup. Sending is held until `newsletter resume --here`."""
    from newsletter.app.restore import restore_home

    report = restore_home(file, home_of(context))
    fell_due = counted(report.doubtful, "delivery", "deliveries")
    unclear = f"{fell_due} fell due since and {'is' if report.doubtful == 1 else 'are'} unclear"
    words = (
        f"{home_of(context)} is back as of {report.taken_at}: {unclear},"
        f" {counted(report.leaves, 'departure')} replayed. Nothing leaves before: newsletter resume --here"
    )
    result = {"taken_at": report.taken_at, "doubtful": report.doubtful, "leaves": report.leaves}
    emit(result, words, as_json=as_json)
