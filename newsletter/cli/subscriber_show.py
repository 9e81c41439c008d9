"""`newsletter subscriber show`: all that is known of an address."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened


def show(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    *,
    as_json: Json = False,
) -> None:
    """Show all that is stored about an address: lists, wishes, suppressions, and the record of consent."""
    from newsletter.app.people import show_person

    with opened(context) as app:
        person = show_person(app, address)
    emit(person, "\n".join(f"{name + ':':18} {value}" for name, value in person.items()), as_json=as_json)
