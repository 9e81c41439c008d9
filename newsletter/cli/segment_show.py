"""`newsletter segment show`: one segment."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.segment_words import people_words, segment_json
from newsletter.cli.words import field_lines


def show(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="the segment's slug")],
    *,
    as_json: Json = False,
) -> None:
    """Show a segment: its list, its rule, and how many people of it may be mailed now."""
    from newsletter.app.segments import show_segment

    with opened(context) as app:
        found = show_segment(app, slug)
    segment = found.segment
    people = people_words(found.people, found.on_list)
    fields = {"segment": segment.slug, "name": segment.name, "list": segment.list_slug, "rule": segment.rule}
    emit(segment_json(found), field_lines({**fields, "people": people}), as_json=as_json)
