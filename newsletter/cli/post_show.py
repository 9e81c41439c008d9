"""`newsletter post show`: one post, whole."""

from dataclasses import asdict
from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.post_words import call_fields, event_fields, post_json
from newsletter.cli.words import field_lines


def show(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number")],
    *,
    as_json: Json = False,
) -> None:
    """Show a post as it is stored: texts, dates, details, picture."""
    from newsletter.app.posts import one_post

    with opened(context) as app:
        found = one_post(app, post)
    result = {
        **post_json(found),
        "byline": found.byline,
        "excerpt": found.excerpt,
        "body": found.body,
        "first_seen_at": found.first_seen_at,
        "visible_from": found.visible_from,
        "alive_until": found.alive_until,
        "value": found.value,
        "revision": found.revision,
        "picture": found.picture.name if found.picture else "",
        "event": asdict(found.event) if found.event else None,
        "call": asdict(found.call) if found.call else None,
    }
    in_words = {**result, "event": event_fields(found.event), "call": call_fields(found.call)}
    emit(result, field_lines(in_words), as_json=as_json)
