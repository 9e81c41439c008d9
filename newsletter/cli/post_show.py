"""`newsletter post show`: one post, whole."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.post_words import origin_json, post_json, why_lines
from newsletter.cli.words import field_lines


def show(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number")],
    *,
    as_json: Json = False,
) -> None:
    """Show a post as it is stored: texts, dates, details, picture."""
    from newsletter.app.post_topics import origins_of
    from newsletter.app.posts import one_post

    with opened(context) as app:
        found = one_post(app, post)
        origin = origins_of(app, [found])[found.id]
    result = {
        **post_json(found),
        **origin_json(origin),
        "byline": found.byline,
        "excerpt": found.excerpt,
        "body": found.body,
        "first_seen_at": found.first_seen_at,
        "visible_from": found.visible_from,
        "alive_until": found.alive_until,
        "value": found.value,
        "revision": found.revision,
        "picture": found.picture.name if found.picture else "",
        "event": found.event,
        "call": found.call,
    }
    emit(result, field_lines({**result, "why": why_lines(origin.topics)}), as_json=as_json)
