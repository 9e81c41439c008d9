"""`newsletter issue list`: the issues, newest first."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import STATE_WORDS, issue_json, issue_why
from newsletter.cli.output import Json, emit, opened, table


def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="how many", min=1)] = 20,
    *,
    as_json: Json = False,
) -> None:
    """List issues, newest first."""
    from newsletter.db.engine import reading
    from newsletter.issues import store

    with opened(context) as app, reading(app.engine) as db:
        issues = store.list_issues(db, limit=limit)
    rows = [(one.id, one.name, one.slot, one.kind, STATE_WORDS[one.state.value], issue_why(one)) for one in issues]
    words = (
        table(rows, ("id", "issue", "slot", "kind", "state", "why"))
        if rows
        else "no issue yet: newsletter issue assemble NEWSLETTER"
    )
    emit([issue_json(one) for one in issues], words, as_json=as_json)
