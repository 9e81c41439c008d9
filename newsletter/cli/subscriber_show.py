"""`newsletter subscriber show`: all that is known of an address."""

from typing import Annotated, Any

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.words import day_and_hour, field_lines

_NOT_SHOWN = {"address_key", "address_hash", "domain", "subscriptions", "wishes", "suppressions", "consents"}


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
    emit(person, field_lines(_shown(person)), as_json=as_json)


def _shown(person: dict[str, Any]) -> dict[str, object]:
    """Give what a person reads; --json has every value that is stored."""
    profile = {name: value for name, value in person.items() if name not in _NOT_SHOWN}
    return {
        **profile,
        "lists": [f"{one['list_slug']} {one['state'].value}" for one in person["subscriptions"]],
        "wishes": [f"{one['kind']} {one['key']}" for one in person["wishes"]],
        "never mailed": [_suppression(one) for one in person["suppressions"]],
        "record": [_consent(one) for one in person["consents"]],
    }


def _suppression(one: dict[str, Any]) -> str:
    return f"{one['kind'].value} since {day_and_hour(one['since'])}"


def _consent(one: dict[str, Any]) -> str:
    about = " ".join(part for part in (one["list_slug"], one["key"], one["evidence"]) if part)
    return f"{day_and_hour(one['recorded_at'])} {one['act'].value} by {one['by']}: {about}"
