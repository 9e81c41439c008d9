"""`newsletter issue test`: a test mail over the real path."""

from typing import Annotated

import typer

from newsletter.app.words import delivery_word
from newsletter.cli.output import Json, emit, opened
from newsletter.outbox.reason_words import reason_words


def test(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    to: Annotated[str, typer.Option(help="who gets the test mail")],
    seen_as: Annotated[str | None, typer.Option("--as", help="the reader whose digest it is")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Send one reader's digest to somebody else. Its links say that it is a test and change nothing."""
    from newsletter.app.notices.planning import plan_test
    from newsletter.app.sending_now import send_notice
    from newsletter.app.status import find_issue

    with opened(context) as app:
        key = plan_test(app, find_issue(app, issue), to=to, seen_as=seen_as)
        delivery = send_notice(app, key)
    result = {"key": delivery.key, "state": delivery.state.value, "reason": delivery.reason}
    emit(
        result,
        f"test mail to {to}: {delivery_word(delivery.state.value)} {reason_words(delivery.reason)}".rstrip(),
        as_json=as_json,
    )
    if delivery.state.value != "accepted":
        raise typer.Exit(1)
