"""`newsletter post hold` and `withdraw`: take a post out of everything that is not sent yet."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, who
from newsletter.cli.post_words import post_json

Number = Annotated[int, typer.Argument(help="the post's number")]
Why = Annotated[str, typer.Option("--why", help="the reason, for the record")]


def hold(context: typer.Context, post: Number, why: Why = "held by hand", *, as_json: Json = False) -> None:
    """Hold a post back until somebody looks at it; it leaves every digest that is not handed over yet."""
    _move(context, post, "held", why, as_json=as_json)


def withdraw(context: typer.Context, post: Number, why: Why = "withdrawn by hand", *, as_json: Json = False) -> None:
    """Withdraw a post for good; it leaves every digest that is not handed over yet."""
    _move(context, post, "withdrawn", why, as_json=as_json)


def release(context: typer.Context, post: Number, why: Why = "released by hand", *, as_json: Json = False) -> None:
    """Make a held post, or one of the back-catalogue, a candidate."""
    _move(context, post, "candidate", why, as_json=as_json)


def _move(context: typer.Context, post: int, state: str, why: str, *, as_json: bool) -> None:
    from newsletter.app.posts import move_post

    with opened(context) as app:
        moved = move_post(app, post, state, why=why, by=who())
    emit(post_json(moved), f"post {moved.id} is {moved.state.value}: {moved.title}", as_json=as_json)
