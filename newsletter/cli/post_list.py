"""`newsletter post list`: what came in, newest first."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, table, terminal_width
from newsletter.cli.post_words import (
    MAY_GO,
    MAY_SHRINK,
    POST_HEADS,
    list_notes,
    origin_json,
    post_json,
    post_row,
    why_lines,
)


def list_(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="of this source only: its name, or an owner that has one source")] = "",
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
    result = [
        {**post_json(post), **(origin_json(one) if why else {"submitted_by": one.sender})}
        for post, one in zip(posts, told, strict=True)
    ]
    words = table(rows, heads, may_shrink=MAY_SHRINK, may_go=MAY_GO, width=terminal_width())
    if why:
        words = _with_reasons(words, [why_lines(one.topics) for one in told])
    words = "\n".join([words, *list_notes(posts)])
    emit(result, words if posts else "no such post; `newsletter ingest` fetches new ones", as_json=as_json)


def _with_reasons(words: str, reasons: list[list[str]]) -> str:
    """Put below each row of a table why its post has its topics."""
    head, *rows = words.splitlines()
    lines = [[row, *(f"       {one}" for one in why or ["no topic"])] for row, why in zip(rows, reasons, strict=True)]
    return "\n".join([head, *(line for block in lines for line in block)])
