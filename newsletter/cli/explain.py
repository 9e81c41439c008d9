"""`newsletter explain`: what one person got, and why."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened


def explain(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Tell what a person got of an issue, why, and what the server said."""
    from newsletter.app.explain import explain as find

    with opened(context) as app:
        found = find(app, address, issue)
    delivery = found.delivery
    result = {
        "issue": found.issue.id,
        "address": address,
        "state": delivery.state.value if delivery else "none",
        "reason": delivery.reason if delivery else found.why_none,
        "due_at": delivery.due_at if delivery else None,
        "chosen": [
            {"post": post.id, "title": post.title, "source": post.source_name, "reason": one.reason.name.lower()}
            for one, post in found.chosen
        ],
        "more": found.more,
        "attempts": [
            {
                "provider": one.provider,
                "to": one.masked_address,
                "opened_at": one.opened_at,
                "closed_at": one.closed_at,
                "outcome": one.outcome,
                "answer": one.answer,
            }
            for one in found.attempts
        ],
    }
    lines = [f"{found.issue.name} for {address}: {result['state']} {result['reason']}".rstrip()]
    lines += [f"  {post.title} ({post.source_name}): {one.reason.name.lower()}" for one, post in found.chosen]
    lines += [
        f"  {one.opened_at:%Y-%m-%d %H:%M:%S} {one.provider}: {one.outcome or 'open'} {one.answer}"
        for one in found.attempts
    ]
    emit(result, "\n".join(lines), as_json=as_json)
