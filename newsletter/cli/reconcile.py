"""`newsletter reconcile`: settle deliveries whose outcome is unclear."""

from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.base.errors import UsageError
from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, talk, who
from newsletter.cli.words import day_and_hour


def reconcile(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    settle: Annotated[
        str, typer.Option("--as", help="accepted (count them as arrived) or resend (send once more)")
    ] = "",
    *,
    as_json: Json = False,
) -> None:
    """Show what is unclear, or settle it.

    Nearly all that is unclear has arrived: the mail was handed over, and the answer did not come back.
    """
    from newsletter.app.doubt import doubtful, settle_doubt
    from newsletter.app.status import issue_status

    if settle not in {"", "accepted", "resend"}:
        raise UsageError(f"--as takes accepted or resend, not {settle!r}")
    with opened(context) as app:
        if settle:
            talk(f"{counted(settle_doubt(app, issue, settle, by=who()), 'delivery', 'deliveries')} settled")
        unclear = doubtful(app, issue)
        status = issue_status(app, issue)
    result = {
        **status_json(status),
        "unclear": [{"key": one.key, "to": one.to, "since": one.since, "reason": one.reason} for one in unclear],
    }
    lines = [
        status_words(status),
        *(f"  {one.to} since {day_and_hour(one.since)}: {one.reason}" for one in unclear),
    ]
    emit(result, "\n".join(lines), as_json=as_json)
    if not as_json:
        talk(
            f"Settle all: newsletter reconcile {status.issue.name} --as accepted, or --as resend"
            if unclear
            else "Nothing is unclear"
        )
