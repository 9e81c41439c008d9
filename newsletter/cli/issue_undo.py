"""`newsletter issue undo`."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, talk, who


def undo(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Take an approval back, while nothing of the issue has left: it waits for review again.

    Where some of it has left, the issue is paused, so that no more does.
    """
    from newsletter.app.life import undo_issue

    with opened(context) as app:
        status = undo_issue(app, issue, by=who())
    emit(status_json(status), status_words(status), as_json=as_json)
    if status.issue.paused_at is not None:
        talk("it stays paused, because its newsletter approves by itself: newsletter issue resume lets that happen")
