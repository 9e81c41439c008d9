"""`newsletter post show`: one post, whole."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.output import Json, emit, opened, terminal_width
from newsletter.cli.post_words import call_fields, event_fields, origin_json, post_json, why_lines
from newsletter.cli.words import field_lines

if TYPE_CHECKING:
    from newsletter.sources.post import Post


def show(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number")],
    *,
    as_json: Json = False,
) -> None:
    """Show a post as it is stored: texts, dates, details, picture."""
    from newsletter.app.post_topics import origins_of
    from newsletter.app.posts import one_post, story_mates

    with opened(context) as app:
        found = one_post(app, post)
        mates = story_mates(app, found)
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
        "picture_alt": found.picture.alt if found.picture else "",
        "event": asdict(found.event) if found.event else None,
        "call": asdict(found.call) if found.call else None,
        "state_reason": found.state_reason,
        "gone_reason": _gone(found),
        "story_with": mates,
    }
    in_words = {**result, "event": event_fields(found.event), "call": call_fields(found.call)}
    emit(result, field_lines({**in_words, "why": why_lines(origin.topics)}, width=terminal_width()), as_json=as_json)


def _gone(post: "Post") -> str:
    return f"gone at its source since {post.gone_at:%Y-%m-%d}: {post.gone_reason}" if post.gone_at else ""
