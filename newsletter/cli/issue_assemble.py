"""`newsletter issue assemble`: make the issue that is due."""

from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.cli.issue_words import issue_json, issue_line
from newsletter.cli.output import Json, emit, moment, opened, talk, who


def assemble(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(help="the newsletter's slug")],
    at: Annotated[str | None, typer.Option(help="the slot at this time, e.g. 2026-11-23T08:00+01:00")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make the issue that is due, or would be at a time, or one for now. Called again it gives the same issue."""
    from newsletter.app.assembling import assemble_issue, stale_sources
    from newsletter.issues.issue import UNAPPROVED

    with opened(context) as app:
        issue, posts = assemble_issue(app, newsletter, at=moment(at), by=who())
        stale = stale_sources(app, newsletter)
    emit(issue_json(issue, posts=posts), f"{issue_line(issue)}, {counted(posts, 'post')}", as_json=as_json)
    if stale:
        talk(stale)
    if as_json:
        return
    if not posts:
        talk("No post is a candidate yet: newsletter ingest, then newsletter post list")
    elif issue.state in UNAPPROVED:
        talk(f"Next: newsletter issue preview {issue.name}, then newsletter issue approve {issue.name}")
