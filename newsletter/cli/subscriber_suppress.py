"""`newsletter subscriber suppress`: an address, or everybody at a domain, is never mailed."""

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.app.words import counted
from newsletter.cli.output import Json, emit, opened, who
from newsletter.cli.words import suppression_kind

if TYPE_CHECKING:
    from newsletter.app.suppressing import Suppressed


def suppress(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS|@DOMAIN", help="an address, or @ and a whole domain")],
    reason: Annotated[str, typer.Option(help="why; it stays on record")],
    kind: Annotated[str, typer.Option(help="forbidden, complained, bounced, or left (elsewhere)")] = "forbidden",
    *,
    as_json: Json = False,
) -> None:
    """Never mail an address again, or anybody at a domain. It counts at once, also for what is planned.

    The address need not be known: it is kept by hash, and no import brings it in. A subdomain is a domain of its own.
    """
    from newsletter.app.suppressing import suppress_by_hand

    with opened(context) as app:
        done = suppress_by_hand(app, address, suppression_kind(kind), reason=reason, by=who())
    result = {"suppressed": done.what, "kind": done.kind.value, "new": done.is_new, "people": done.people}
    emit(result, _in_words(done), as_json=as_json)


def _in_words(done: "Suppressed") -> str:
    if not done.is_new:
        return f"{done.what} was suppressed already ({done.kind.value})"
    known = f"{counted(done.people, 'person', 'people')} here" if done.people else "nobody here has it yet"
    return f"{done.what} is never mailed ({done.kind.value}); {known}"
