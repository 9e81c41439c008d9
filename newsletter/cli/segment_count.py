"""`newsletter segment count`: trying a rule before it is saved."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.segment_words import people_words


def count(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="the rule, in quotes (docs/segments.md)")],
    list_slug: Annotated[str, typer.Option("--list", help="of whose people")],
    *,
    as_json: Json = False,
) -> None:
    """Count the people of a list whom a rule describes and who may be mailed. Nothing is saved."""
    from newsletter.app.segments import count_people

    with opened(context) as app:
        found = count_people(app, rule, list_slug)
    words = people_words(found.people, found.on_list)
    emit({"people": found.people.number, "words": found.people.words, "on_list": found.on_list}, words, as_json=as_json)
