"""`newsletter source add`: a new place that posts come from."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.source_words import source_json


def add(
    context: typer.Context,
    location: Annotated[str, typer.Argument(help="an address, a feed or .html file, or a folder of Markdown")],
    name: Annotated[str, typer.Option(help="what it is called; made from the address without it")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="a topic all its posts have; may be repeated")] = None,
    language: Annotated[str, typer.Option(help="the language of its posts, where they do not say")] = "",
    owner: Annotated[str, typer.Option(help="who publishes it, as cards name it")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Find out what the address is, and store it as a source. Posts come with the next `ingest` or `tick`."""
    from newsletter.app.fetching import add_source

    with opened(context) as app:
        source = add_source(app, location, name=name, topics=tuple(topic or ()), language=language, owner=owner)
    emit(source_json(source), f"{source.name}: a {source.kind.value}, {source.url}", as_json=as_json)
