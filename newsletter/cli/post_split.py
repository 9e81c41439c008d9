"""`newsletter post split`: a post tells a story of its own."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, who
from newsletter.cli.post_words import post_json


def split(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number")],
    *,
    as_json: Json = False,
) -> None:
    """Let a post tell a story of its own. The choice stays; `post join` takes it back."""
    from newsletter.app.posts import split_by_hand

    with opened(context) as app:
        alone = split_by_hand(app, post, by=who())
    emit(post_json(alone), f"post {alone.id} tells a story of its own: {alone.title}", as_json=as_json)
