"""`newsletter why-not`: why a person does not get a post."""

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.output import Json, emit, opened
from newsletter.cli.points import points_json, points_words
from newsletter.cli.words import why_words
from newsletter.outbox.reason_words import reason_words

if TYPE_CHECKING:
    from newsletter.app.why_not import Verdict

_WHY_NOT = {
    "shown_before": "they were shown it before",
    "muted": "they mute {detail}",
    "not_readable": "they read {detail}, and it is in none of these",
    "not_followed": "they follow {detail}, and it is of none of these",
    "dropped": "an editor dropped it from this issue",
    "not_alive": "it is withdrawn, past, or under embargo",
    "capped": "its source or topic had its share already, and others filled the room",
    "no_room": "there was no room: better ones came first",
    "too_few": "too few stories are new to them, so they get no mail",
    "seen": "it was there before the source was added; newsletter post release offers it",
    "held": "it waits for an editor; newsletter post release offers it",
    "withdrawn": "it is withdrawn",
    "too_late": "it came in on {detail}, after the issue was closed: it may come in the next one",
    "not_in_issue": "the newsletter does not read its source ({detail}), or the post was past when the issue was made",
}


def why_not(
    context: typer.Context,
    post: Annotated[int, typer.Argument(help="the post's number, as `post list` shows it")],
    address: Annotated[str, typer.Argument(help="the person's address")],
    issue: Annotated[str, typer.Option("--issue", help="an id or weekly/12; without it each newsletter's newest")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Tell why a person does not get a post, or that they do, by the very choice that sends."""
    from newsletter.app.why_not import why_not as find

    with opened(context) as app:
        found, verdicts = find(app, post, address, name=issue)
    result = {
        "post": found.id,
        "title": found.title,
        "address": address,
        "issues": [
            {
                "issue": one.issue.id,
                "name": one.issue.name,
                "comes": one.comes,
                "sent": one.sent,
                "why": one.code,
                "points": points_json(one.points),
            }
            for one in verdicts
        ],
    }
    lines = [f"{found.title} ({found.source_name}), for {address}:", *(f"  {_words(one)}" for one in verdicts)]
    emit(result, "\n".join(lines if verdicts else [*lines, "  there is no issue yet"]), as_json=as_json)


def _words(one: "Verdict") -> str:
    told = points_words(one.points)
    if one.comes:
        return f"{one.issue.name}: {'it is in their mail' if one.sent else 'they get it'}: {why_words(one.code)}{told}"
    why = f"no mail at all: {reason_words(one.detail)}" if one.code == "no_mail" else _because(one)
    return f"{one.issue.name}: {'it was not in their mail' if one.sent else 'not for them'}: {why}{told}"


def _because(one: "Verdict") -> str:
    return _WHY_NOT[one.code].replace("{detail}", one.detail)
