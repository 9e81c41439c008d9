"""`newsletter source list`: the sources and their health."""

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.source_words import SOURCE_HEADS, source_json, source_row


def list_(context: typer.Context, *, as_json: Json = False) -> None:
    """List sources: last good fetch, and the last trouble in words."""
    from newsletter.db.engine import reading
    from newsletter.sources import source_store

    with opened(context) as app, reading(app.engine) as db:
        sources = source_store.all_sources(db)
    words = (
        table([source_row(one) for one in sources], SOURCE_HEADS)
        if sources
        else "no source yet: newsletter source add URL"
    )
    emit([source_json(one) for one in sources], words, as_json=as_json)
