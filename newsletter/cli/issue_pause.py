"""`newsletter issue pause`."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, who


def pause(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Stop an issue where it is; what is on its way arrives, nothing else leaves."""
    from newsletter.app.life import pause_issue

    with opened(context) as app:
        status = pause_issue(app, issue, by=who())
    emit(status_json(status), status_words(status), as_json=as_json)
