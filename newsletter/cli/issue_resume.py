"""`newsletter issue resume`."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, who


def resume(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Let a paused issue go on."""
    from newsletter.app.life import resume_issue

    with opened(context) as app:
        status = resume_issue(app, issue, by=who())
    emit(status_json(status), status_words(status), as_json=as_json)
