"""`newsletter source check`: read sources without storing anything."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.words import day_and_hour


def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="sources; all without a name")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Read sources now and tell what they would give; nothing is stored. Exit 1 when one cannot be read."""
    from newsletter.app.fetching import check_sources

    with opened(context) as app:
        checks = list(check_sources(app, names or []))
    result = [
        {
            "source": one.source,
            "posts": one.posts,
            "newest": one.newest,
            "problems": list(one.problems),
            "error": one.error,
        }
        for one in checks
    ]
    rows = [(one.source, one.posts, day_and_hour(one.newest), one.error or "; ".join(one.problems)) for one in checks]
    emit(result, table(rows, ("source", "posts", "newest", "trouble")), as_json=as_json)
    if any(one.error for one in checks):
        raise typer.Exit(1)
