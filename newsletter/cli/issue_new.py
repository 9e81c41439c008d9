"""`newsletter issue new`: a selection or a letter outside the schedule."""

from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.issue_words import issue_json, issue_line
from newsletter.cli.output import Json, emit, opened, talk, who


def new(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="digest, selection or letter")],
    newsletter: Annotated[str, typer.Option(help="whose issue; needed when there are several")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Make an issue outside the schedule: a selection (you choose the stories) or a letter (you write the text)."""
    from newsletter.app.assembling import new_issue

    if kind not in {"digest", "selection", "letter"}:
        raise UsageError(f"{kind!r} is no kind of issue; write digest, selection or letter")
    with opened(context) as app:
        issue = new_issue(app, kind, newsletter, by=who())
    emit(issue_json(issue), issue_line(issue), as_json=as_json)
    if not as_json:
        talk(f"Next: newsletter issue edit {issue.name} --help")
