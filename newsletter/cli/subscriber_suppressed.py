"""`newsletter subscriber suppressed`: who is never mailed, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.app.words import counted
from newsletter.cli.output import Json, emit, listing, opened
from newsletter.cli.words import day, suppression_kind

if TYPE_CHECKING:
    from newsletter.app.suppressing import Overview

_HEADS = ("who", "kind", "since")
_HASH = 12  # letters of a hash that a person reads


def suppressed(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="only left, bounced, complained or forbidden")] = "",
    limit: Annotated[int, typer.Option(min=0, help="so many addresses, the newest first")] = 50,
    *,
    as_json: Json = False,
) -> None:
    """List who is never mailed: counts by kind, each closed domain, and the newest addresses, masked.

    Of people without a row only the hash of the address is kept, and only that is shown.
    """
    from newsletter.app.suppressing import overview

    with opened(context) as app:
        found = overview(app, kind=suppression_kind(kind) if kind else None, limit=limit)
    emit(_json(found), _in_words(found), as_json=as_json)


def _json(found: "Overview") -> dict[str, object]:
    domains = [
        {"domain": one.domain, "kind": one.kind.value, "since": one.since, "reason": one.reason}
        for one in found.domains
    ]
    addresses = [
        {
            "who": _who(one.address),
            "hash": one.address_hash,
            "kind": one.kind.value,
            "since": one.since,
            "reason": one.reason,
        }
        for one in found.addresses
    ]
    counts = {kind.value: count for kind, count in found.counts.items()}
    return {"counts": counts, "domains": domains, "addresses": addresses}


def _in_words(found: "Overview") -> str:
    if not (found.domains or found.counts):
        return "nobody is suppressed"
    rows = [(f"@{one.domain}", one.kind.value, day(one.since)) for one in found.domains]
    rows += [
        (_who(one.address) or f"hash {one.address_hash[:_HASH]}", one.kind.value, day(one.since))
        for one in found.addresses
    ]
    reasons = [one.reason for one in found.domains] + [one.reason for one in found.addresses]
    notes = [(reason,) for reason in reasons]
    told = [f"{kind.value}: {counted(count, 'address', 'addresses')}" for kind, count in found.counts.items()]
    domains = counted(len(found.domains), "domain", "domains")
    return "\n".join([*told, f"closed: {domains}", listing(rows, _HEADS, notes)])


def _who(address: str) -> str:
    from subscribers.address import mask

    return mask(address) if address else ""
