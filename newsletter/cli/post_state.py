"""`newsletter post hold`, `withdraw` and `release`: take posts out of everything not sent yet, or let them in."""

from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who
from newsletter.cli.post_words import post_json

Number = Annotated[int, typer.Argument(help="the post's number")]
Why = Annotated[str, typer.Option("--why", help="the reason, for the record")]


def hold(context: typer.Context, post: Number, why: Why = "held by hand", *, as_json: Json = False) -> None:
    """Hold a post back until somebody looks at it; it leaves every digest that is not handed over yet."""
    _move(context, post, "held", why, as_json=as_json)


def withdraw(context: typer.Context, post: Number, why: Why = "withdrawn by hand", *, as_json: Json = False) -> None:
    """Withdraw a post for good; it leaves every digest that is not handed over yet."""
    _move(context, post, "withdrawn", why, as_json=as_json)


def release(
    context: typer.Context,
    posts: Annotated[list[int] | None, typer.Argument(help="posts' numbers", metavar="POST...")] = None,
    source: Annotated[str, typer.Option(help="with --all-held: of this source")] = "",
    why: Why = "released by hand",
    *,
    all_held: Annotated[bool, typer.Option("--all-held", help="all posts of --source that a guard holds")] = False,
    as_json: Json = False,
) -> None:
    """Make held posts, or some of the back-catalogue, candidates.

    --all-held frees what came in a flood; what was sent in, or held by hand, is released one by one. A post of which
    only the address is known gets what its page tells.
    """
    from newsletter.app.posts import release_flood, release_post

    if all_held != bool(source) or all_held == bool(posts):
        raise UsageError("name posts by their numbers, or a whole source with --source NAME --all-held")
    with opened(context) as app:
        if all_held:
            moved = release_flood(app, source, why=why, by=who())
        else:
            released = [release_post(app, number, why=why, by=who()) for number in posts or []]
            moved = [one.post for one in released]
            for one in released:
                if one.problem:
                    talk(f"post {one.post.id} is as its source told it, its page adds nothing: {one.problem}")
    words = "\n".join(f"post {one.id} is {one.state.value}: {one.title}" for one in moved)
    result = [post_json(one) for one in moved]
    emit(result[0] if len(result) == 1 and not all_held else result, words or "no flood is held", as_json=as_json)


def _move(context: typer.Context, post: int, state: str, why: str, *, as_json: bool) -> None:
    from newsletter.app.posts import move_post

    with opened(context) as app:
        moved = move_post(app, post, state, why=why, by=who())
    emit(post_json(moved), f"post {moved.id} is {moved.state.value}: {moved.title}", as_json=as_json)
