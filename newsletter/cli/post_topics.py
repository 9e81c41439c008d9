"""`newsletter post topics`: an editor's hand on the topics of a post."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, who
from newsletter.cli.post_words import why_lines

if TYPE_CHECKING:
    from newsletter.app.post_topics import TopicChanges

# "-cancer" takes a topic off: it is no option, and "-health" no call for help.
TAKES_MINUS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


def topics(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number")],
    changes: Annotated[
        list[str] | None, typer.Argument(help="+SLUG adds a topic, -SLUG takes one off; none: show them")
    ] = None,
    exactly: Annotated[
        str | None, typer.Option("--set", help="exactly these topics: slugs with commas between them; empty: none")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a post's topics and why it has them, or change them: what an editor says stays through later changes."""
    from newsletter.app.post_topics import change_topics, topics_of_post

    wanted = _read(changes or (), exactly)
    with opened(context) as app:
        found = topics_of_post(app, post) if wanted is None else change_topics(app, post, wanted, by=who())
    result = {"post": post, "topics": list(found.topics), "why": dict(found.reasons)}
    emit(result, "\n".join(why_lines(found)) or f"post {post} is on no topic", as_json=as_json)


def _read(changes: Sequence[str], exactly: str | None) -> "TopicChanges | None":
    from newsletter.app.post_topics import TopicChanges

    wrong = [one for one in changes if one[:1] not in {"+", "-"} or len(one) < 2]
    if wrong:
        raise UsageError(f"{wrong[0]!r} says not what to do; write +{wrong[0]} to add or -{wrong[0]} to take off")
    if exactly is not None and changes:
        raise UsageError("--set gives all the topics; leave out + and - beside it")
    if exactly is not None:
        return TopicChanges(exactly=tuple(dict.fromkeys(one.strip() for one in exactly.split(",") if one.strip())))
    if not changes:
        return None
    return TopicChanges(
        add=tuple(one[1:] for one in changes if one.startswith("+")),
        take_off=tuple(one[1:] for one in changes if one.startswith("-")),
    )
