"""`newsletter subscriber add`: one person by hand."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, talk, who


def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    list_slug: Annotated[str, typer.Option("--list", help="the list to join")],
    consent: Annotated[
        str, typer.Option(help="what the person agreed to, where and when; without it they wait, unconfirmed")
    ] = "",
    name: Annotated[str, typer.Option(help="for the greeting")] = "",
    language: Annotated[str, typer.Option(help="of the mail, e.g. fr")] = "",
    zone: Annotated[str, typer.Option(help="e.g. Europe/Lisbon")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="a topic to follow; may be repeated")] = None,
    source: Annotated[list[str] | None, typer.Option(help="a source to follow, by name; may be repeated")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Add one person to a list, with the evidence of their consent."""
    from newsletter.app.people import add_person

    with opened(context) as app:
        person = add_person(
            app,
            address,
            list_slug,
            consent=consent,
            name=name,
            language=language,
            zone=zone,
            follows=(*(f"topic:{one}" for one in topic or ()), *(f"source:{one}" for one in source or ())),
            by=who(),
        )
    emit(person, f"{address}: {person['state']} on {list_slug}", as_json=as_json)
    if person["did_you_mean"]:
        talk(f"Did you mean {person['did_you_mean']}? It was added as written; subscriber erase takes it back")
    if person["state"] == "pending":
        talk("Without --consent nobody is mailed: the person waits, unconfirmed")
