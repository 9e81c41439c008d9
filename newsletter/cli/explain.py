"""`newsletter explain`: what one person got, and why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.app.words import delivery_word
from newsletter.cli.output import Json, emit, opened
from newsletter.cli.words import answer_words, outcome_words, why_words
from newsletter.outbox.reason_words import reason_words

if TYPE_CHECKING:
    from newsletter.app.explain import Explanation


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
    emit(result, "\n".join(_lines(found, address)), as_json=as_json)


def _lines(found: "Explanation", address: str) -> Iterator[str]:
    delivery = found.delivery
    state = delivery_word(delivery.state.value if delivery else "none")
    why = reason_words(delivery.reason if delivery else found.why_none)
    yield f"{found.issue.name} for {address}: {state}{f' ({why})' if why else ''}"
    for one, post in found.chosen:
        yield f"  {post.title} ({post.source_name}): {why_words(one.reason.name.lower())}"
    if found.more:
        yield f"  and {found.more} more that had no room"
    for attempt in found.attempts:
        answer = answer_words(attempt.answer, delivery.key if delivery else "")
        outcome = f"{outcome_words(attempt.outcome)} {answer}".rstrip()
        yield f"  {attempt.opened_at:%Y-%m-%d %H:%M:%S} UTC by {attempt.provider}: {outcome}"
