"""`newsletter subscriber erase`: a person who wants to be forgotten."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.app.words import counted
from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who

if TYPE_CHECKING:
    from newsletter.app.erasing import Erasure


def erase(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    yes: Annotated[bool, typer.Option("--yes", help="erase without asking")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Erase a person: address, profile, lists and wishes go. That they must not be mailed stays, by hash.

    The record of consent stays by hash too, without network addresses: it proves what was done, and names nobody. No
    import and no restored backup brings them back; they can join again themselves. On a terminal it asks first.
    """
    from newsletter.app.erasing import erase_address, preview_erasure

    with opened(context) as app:
        if not yes and not _is_wanted(address, preview_erasure(app, address)):
            talk("nothing was erased")
            raise typer.Exit(1)
        erased = erase_address(app, address, by=who())
    result = {"erased": erased.subscriber, "consents_kept": erased.consents, "lists": erased.subscriptions}
    emit(result, _in_words(erased), as_json=as_json)


def _is_wanted(address: str, erasure: "Erasure") -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("nobody was erased: say --yes to erase; nobody can be asked here")
    lists, wishes = counted(erasure.subscriptions, "list", "lists"), counted(erasure.wishes, "wish", "wishes")
    talk(f"{address}: on {lists}, with {wishes}. All of it goes and cannot be had back.")
    return typer.confirm("Erase?", default=False, err=True)


def _in_words(erased: "Erasure") -> str:
    if erased.subscriber is None:
        return "erased; the address was that of somebody who is written to, not of a subscriber"
    kept = counted(erased.consents, "record of consent", "records of consent")
    return f"erased; by hash {kept} and the note that they left stay, so that nothing brings them back"
