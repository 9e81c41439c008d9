"""`newsletter issue approve`: freeze an issue and let it go at its time."""

from typing import Annotated

import typer

from newsletter.cli.issue_words import issue_json, issue_line
from newsletter.cli.output import Json, emit, opened, talk, who
from newsletter.issues.issue import UNAPPROVED


def approve(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Freeze what the issue holds. It goes out at its slot (tick, serve), or now with `issue send`.

    Errors that `issue lint` finds stop it; warnings are shown.
    """
    from newsletter.app.content import approve_issue
    from newsletter.app.linting import lint_issue, need_no_errors
    from newsletter.app.status import find_issue
    from newsletter.cli.lint_words import lint_lines

    with opened(context) as app:
        found = find_issue(app, issue)
        linted = lint_issue(app, found) if found.state in UNAPPROVED else None
        if linted is not None:
            need_no_errors(linted, found)
            for line in lint_lines(linted):
                talk(line)
        approved = approve_issue(app, found, by=who())
    emit(issue_json(approved), issue_line(approved), as_json=as_json)
    if not as_json:
        talk(
            f"`newsletter serve` or `newsletter tick` sends it at its time; now: newsletter issue send {approved.name}"
        )
