"""`newsletter subscriber show`: all that is known of an address."""

from typing import Annotated, Any

import typer

from newsletter.app.words import standing_words
from newsletter.cli.output import Json, emit, opened
from newsletter.cli.words import day, day_and_hour, field_lines

_HAPPENED = {"suppressed": "it was"}  # mail came back: nobody said that
_NOT_SHOWN = {
    "address_key",
    "address_hash",
    "domain",
    "newsletters",
    "subscriptions",
    "wishes",
    "suppressions",
    "domain_suppressions",
    "consents",
    "is_correspondent",
}


def show(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    *,
    as_json: Json = False,
) -> None:
    """Show all that is stored about an address, and how the person stands to each newsletter and list.

    Each record of consent comes with the words that the person was shown.
    """
    from newsletter.app.person_show import show_person

    with opened(context) as app:
        person = show_person(app, address)
    record = [f"  {_consent(one)}" for one in person["consents"]]
    words = "\n".join([field_lines(_shown(person)), *(["record of consent:", *record] if record else [])])
    emit(person, words, as_json=as_json)


def _shown(person: dict[str, Any]) -> dict[str, object]:
    """Give what a person reads; --json has every value that is stored."""
    profile = {name: value for name, value in person.items() if name not in _NOT_SHOWN}
    return {
        **profile,
        "newsletters": [_newsletter(one) for one in person["newsletters"]],
        "lists": [_list(one) for one in person["subscriptions"]],
        "wishes": [_wish(one) for one in person["wishes"]],
        "never mailed": [_suppression(one) for one in person["suppressions"] if not one["ended_at"]],
        "the domain": [_suppression(one) for one in person["domain_suppressions"] if not one["ended_at"]],
        "before": [_ended(one) for one in person["suppressions"] if one["ended_at"]],
        "tester": person["is_correspondent"],
    }


def _newsletter(one: dict[str, str]) -> str:
    pause = f", paused until {one['paused_until']}" if one["paused_until"] else ""
    return f"{one['newsletter']}: {standing_words(one['standing'])}{pause}"


def _list(one: dict[str, Any]) -> str:
    if one["standing"] != one["state"].value:
        return f"{one['list_slug']}: {standing_words(one['standing'])}"
    return f"{one['list_slug']}: {one['state'].value} since {day(one['changed_at'])}"


def _wish(one: dict[str, Any]) -> str:
    return f"{one['kind']} {one['key']}" + (f" in {one['scope']}" if one["scope"] else "")


def _suppression(one: dict[str, Any]) -> str:
    return f"{one['kind'].value} since {day_and_hour(one['since'])}: {one['reason']}"


def _ended(one: dict[str, Any]) -> str:
    return f"{one['kind'].value} from {day(one['since'])} to {day(one['ended_at'])}: {one['ended_why']}"


def _consent(one: dict[str, Any]) -> str:
    about = " ".join(part for part in (one["list_slug"], one["key"], one["evidence"]) if part)
    told = f"{day_and_hour(one['recorded_at'])} {one['act'].value} by {one['by']}" + (f": {about}" if about else "")
    if one["given_at"]:
        told += f"; {_HAPPENED.get(one['act'].value, 'said')} on {day_and_hour(one['given_at'])}"
    if one["network_address"]:
        told += f" from {one['network_address']}"
    return f'{told}; shown: "{" ".join(one["text"].split())}"' if one["text"] else told
