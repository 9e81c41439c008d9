"""`newsletter post list`: what came in, newest first."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.post_words import POST_HEADS, post_json, post_row


def list_(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="of this source only")] = "",
    state: Annotated[str, typer.Option(help="candidate, seen, held or withdrawn")] = "",
    limit: Annotated[int, typer.Option(help="how many", min=1)] = 200,
    *,
    as_json: Json = False,
) -> None:
    """List posts, newest first."""
    from newsletter.app.posts import list_posts

    with opened(context) as app:
        posts = list_posts(app, source=source, state=state, limit=limit)
    words = table([post_row(one) for one in posts], POST_HEADS) if posts else "no post yet: newsletter ingest"
    emit([post_json(one) for one in posts], words, as_json=as_json)
