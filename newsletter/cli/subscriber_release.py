"""`newsletter subscriber release`: what forbade mail is lifted, for a stated reason."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened, talk, who


def release(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS|@DOMAIN", help="an address, or @ and a whole domain")],
    reason: Annotated[str, typer.Option(help="why it may be lifted; it stays on record")],
    *,
    as_json: Json = False,
) -> None:
    """Lift what forbids mail to an address (bounced, complained, forbidden), or open a domain again.

    Releasing joins nobody: lists that somebody left stay left. Who left everything comes back only by joining again
    themselves, so that is refused here. Exit 1 where there is nothing to lift.
    """
    from newsletter.app.suppressing import release_by_hand

    with opened(context) as app:
        done = release_by_hand(app, address, reason=reason, by=who())
    kinds = [kind.value for kind in done.ended]
    result = {"released": done.what, "kinds": kinds, "still": list(done.still)}
    emit(result, f"{done.what} is released ({', '.join(kinds)})", as_json=as_json)
    for words in done.still:
        talk(f"Still not mailed: {words}")
