"""`newsletter plan`: what will go out."""

from typing import Annotated

import typer

from newsletter.app.words import issue_word
from newsletter.cli.output import Json, emit, opened, table


def plan(
    context: typer.Context,
    ahead: Annotated[str, typer.Option("--next", help="how far to look, e.g. 7d or 48h")] = "7d",
    *,
    as_json: Json = False,
) -> None:
    """Tell what will go out in the next days: when, to how many, and whether somebody must approve it first."""
    from newsletter.app.outlook import outlook

    with opened(context) as app:
        coming = outlook(app, ahead)
    rows = [
        (one.newsletter, one.slot, one.zone, issue_word(one.state), one.posts, one.readers.words, one.needs)
        for one in coming
    ]
    heads = ("newsletter", "slot", "zone", "state", "posts now", "readers", "needs")
    result = [
        {
            "newsletter": one.newsletter,
            "slot": one.slot,
            "zone": one.zone,
            "at": one.at,
            "state": one.state,
            "posts": one.posts,
            "readers": one.readers.number,
            "needs": one.needs,
        }
        for one in coming
    ]
    emit(result, table(rows, heads) if rows else "nothing is scheduled in that time", as_json=as_json)
