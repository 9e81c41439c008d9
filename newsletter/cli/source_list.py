"""`newsletter source list`: the sources and their health."""

import typer

from newsletter.cli.output import Json, emit, listing, opened
from newsletter.cli.source_words import SOURCE_HEADS, health_json, health_notes, health_row


def list_(context: typer.Context, *, as_json: Json = False) -> None:
    """List sources: last good fetch, posts a month, newest post, next look, and the last trouble in words."""
    from newsletter.app.source_health import healths

    with opened(context) as app:
        sources = healths(app)
    words = (
        listing([health_row(one) for one in sources], SOURCE_HEADS, [health_notes(one) for one in sources])
        if sources
        else "no source yet: newsletter source add URL"
    )
    emit([health_json(one) for one in sources], words, as_json=as_json)
