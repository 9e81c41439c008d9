"""`newsletter post add`: a post by hand."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.post_words import post_json


def add(
    context: typer.Context,
    location: Annotated[str, typer.Argument(help="a page's address, or a Markdown or HTML file")],
    topic: Annotated[list[str] | None, typer.Option(help="a topic's slug; may be repeated")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Add one post by hand; it is a candidate at once."""
    from newsletter.app.posts import add_by_hand

    with opened(context) as app:
        post = add_by_hand(app, location, topics=tuple(topic or ()))
    emit(post_json(post), f"post {post.id}: {post.title}", as_json=as_json)
