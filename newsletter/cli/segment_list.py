"""`newsletter segment list`: parts of lists, by saved rules."""

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.segment_words import segment_json


def list_(context: typer.Context, *, as_json: Json = False) -> None:
    """List segments: their list, their rule, and how many people of it may be mailed now."""
    from newsletter.app.segments import list_segments

    with opened(context) as app:
        found = list_segments(app)
    rows = [(one.segment.slug, one.segment.list_slug, one.people.words, one.segment.rule) for one in found]
    words = table(rows, ("segment", "list", "people", "rule")) if rows else "no segment yet: see docs/segments.md"
    emit([segment_json(one) for one in found], words, as_json=as_json)
