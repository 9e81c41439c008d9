"""`newsletter issue list`: the issues, newest first."""

from typing import Annotated

import typer

from newsletter.app.words import issue_why, issue_word
from newsletter.cli.issue_words import issue_json
from newsletter.cli.output import Json, emit, opened, table


def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="how many", min=1)] = 20,
    *,
    as_json: Json = False,
) -> None:
    """List issues, newest first."""
    from newsletter.app.status import list_issues

    with opened(context) as app:
        issues = list_issues(app, limit=limit)
    rows = [(one.id, one.name, one.slot, zone, one.kind, issue_word(one.state), issue_why(one)) for one, zone in issues]
    words = (
        table(rows, ("id", "issue", "slot", "zone", "kind", "state", "why"))
        if rows
        else "no issue yet: newsletter issue assemble NEWSLETTER"
    )
    emit([{**issue_json(one), "zone": zone} for one, zone in issues], words, as_json=as_json)
