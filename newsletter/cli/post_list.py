"""`newsletter post list`: what came in, newest first."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.post_words import POST_HEADS, origin_json, post_json, post_row, why_lines


def list_(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="of this source only")] = "",
    state: Annotated[str, typer.Option(help="candidate, seen, held or withdrawn")] = "",
    limit: Annotated[int, typer.Option(help="how many", min=1)] = 200,
    why: Annotated[bool, typer.Option("--why", help="say where each topic came from")] = False,
    *,
    as_json: Json = False,
) -> None:
    """List posts, newest first; for those that were sent in by a form, who sent them."""
    from newsletter.app.post_topics import origins_of
    from newsletter.app.posts import list_posts

    with opened(context) as app:
        posts = list_posts(app, source=source, state=state, limit=limit)
        origins = origins_of(app, posts)
    told = [origins[post.id] for post in posts]
    heads, rows = list(POST_HEADS), [list(post_row(post)) for post in posts]
    if any(one.sender for one in told):
        heads, rows = [*heads, "sent in by"], [[*row, one.sender] for row, one in zip(rows, told, strict=True)]
    if why:
        reasons = ["; ".join(why_lines(one.topics)) or "-" for one in told]
        heads, rows = [*heads, "topics"], [[*row, words] for row, words in zip(rows, reasons, strict=True)]
    result = [
        {**post_json(post), **(origin_json(one) if why else {"submitted_by": one.sender})}
        for post, one in zip(posts, told, strict=True)
    ]
    emit(result, table(rows, heads) if posts else "no post yet: newsletter ingest", as_json=as_json)
