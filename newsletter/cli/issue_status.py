"""`newsletter issue status`: how an issue stands, in numbers that add up."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, talk


def status(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Tell how many readers an issue has, and what became of each."""
    from newsletter.app.assembling import stale_sources_beside
    from newsletter.app.status import issue_status

    with opened(context) as app:
        found = issue_status(app, issue)
        stale = stale_sources_beside(app, found.issue)
    emit(status_json(found), status_words(found), as_json=as_json)
    if stale:
        talk(stale)
