"""`newsletter explain`: what one person got, and why."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.app.words import delivery_word
from newsletter.cli.output import Json, emit, opened
from newsletter.cli.points import points_json, points_words
from newsletter.cli.words import answer_words, outcome_words, why_words
from newsletter.outbox.reason_words import reason_words

if TYPE_CHECKING:
    from newsletter.app.explain import Explanation
    from newsletter.app.why_these import WhyThese
    from newsletter.base.ids import PostId
    from newsletter.issues.points import Points


def explain(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="the person's address")],
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Tell what a person got of an issue, why, and what the server said."""
    from newsletter.app.explain import explain as find
    from newsletter.app.why_these import WhyThese, why_these

    with opened(context) as app:
        found = find(app, address, issue)
        why = why_these(app, found.issue, address) if found.delivery else WhyThese(stories=[], next=[])
    delivery = found.delivery
    points = {one.post_id: one.points for one in why.stories}
    result = {
        "issue": found.issue.id,
        "address": address,
        "state": delivery.state.value if delivery else "none",
        "reason": delivery.reason if delivery else found.why_none,
        "due_at": delivery.due_at if delivery else None,
        "chosen": [
            {
                "post": post.id,
                "title": post.title,
                "source": post.source_name,
                "reason": one.reason.name.lower(),
                "topic": found.topics.get(one.topic_id, ""),
                "points": points_json(points.get(post.id)),
            }
            for one, post in found.chosen
        ],
        "next": [{"post": one.post_id, "title": one.title, "points": points_json(one.points)} for one in why.next],
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
    emit(result, "\n".join([*_lines(found, address, points), *_next(why)]), as_json=as_json)


def _next(why: "WhyThese") -> Iterator[str]:
    if why.next:
        yield "With more room would have come:"
    for one in why.next:
        yield f"  {one.title}{points_words(one.points)}"


def _lines(found: "Explanation", address: str, points: "Mapping[PostId, Points | None]") -> Iterator[str]:
    delivery = found.delivery
    state = delivery_word(delivery.state.value if delivery else "none")
    why = reason_words(delivery.reason if delivery else found.why_none)
    yield f"{found.issue.name} for {address}: {state}{f' ({why})' if why else ''}"
    for one, post in found.chosen:
        topic = found.topics.get(one.topic_id, "")
        why_it = why_words(one.reason.name.lower()) + (f", {topic}" if topic else "")
        yield f"  {post.title} ({post.source_name}): {why_it}{points_words(points.get(post.id))}"
    if found.more:
        yield f"  and {found.more} more that had no room"
    for attempt in found.attempts:
        answer = answer_words(attempt.answer, delivery.key if delivery else "")
        outcome = f"{outcome_words(attempt.outcome)} {answer}".rstrip()
        yield f"  {attempt.opened_at:%Y-%m-%d %H:%M:%S} UTC by {attempt.provider}: {outcome}"
