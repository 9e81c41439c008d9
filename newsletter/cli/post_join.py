"""`newsletter post join`: several posts tell one story."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, table, terminal_width, who
from newsletter.cli.post_words import MAY_SHRINK, POST_HEADS, post_json, post_row


def join(
    context: typer.Context,
    posts: Annotated[list[int], typer.Argument(help="two or more posts' numbers", metavar="POST POST...")],
    *,
    as_json: Json = False,
) -> None:
    """Let posts tell one story, of which a reader gets one. The choice stays; `post split` takes it back."""
    from newsletter.app.posts import join_by_hand

    with opened(context) as app:
        together = join_by_hand(app, posts, by=who())
    words = table([post_row(one) for one in together], POST_HEADS, may_shrink=MAY_SHRINK, width=terminal_width())
    emit([post_json(one) for one in together], f"one story now:\n{words}", as_json=as_json)
