"""`newsletter resume --here`: this home is the one that lives on."""

from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened


def resume(
    context: typer.Context,
    here: Annotated[bool, typer.Option("--here", help="yes, this home sends from now on")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Let a restored or moved home send again."""
    from newsletter.app.holds import resume_sending

    if not here:
        raise UsageError("say --here to confirm that this home, and no other copy of it, sends from now on")
    with opened(context) as app:
        held = resume_sending(app)
    emit({"was_held": held}, "sending goes on" if held else "sending was not held", as_json=as_json)
