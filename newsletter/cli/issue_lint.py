"""`newsletter issue lint`: what is wrong with an issue before anybody gets it."""

from typing import Annotated

import typer

from newsletter.cli.lint_words import lint_json, lint_lines
from newsletter.cli.output import Json, emit, opened


def lint(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    online: Annotated[bool, typer.Option("--online", help="ask each linked page whether it is still there")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Look over the largest mail of each language: templates, structure, links, pictures, contrast, sizes, subject,
    text part, and what mail programs lack.

    Exit 1 when something is wrong that stops an approval.
    """
    from newsletter.app.linting import end_words, lint_issue
    from newsletter.app.status import find_issue

    with opened(context) as app:
        found = find_issue(app, issue)
        linted = lint_issue(app, found, online=online)
    spoken = f" in {', '.join(linted.languages)}" if linted.languages else ""
    end = f"{found.name}{spoken}: {end_words(linted)}"
    emit(lint_json(linted), "\n".join([*lint_lines(linted), end]), as_json=as_json)
    if linted.errors:
        raise typer.Exit(1)
