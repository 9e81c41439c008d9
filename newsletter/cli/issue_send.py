"""`newsletter issue send`: let an approved issue go now."""

import signal
import threading
from typing import Annotated

import typer

from newsletter.cli.issue_words import status_json, status_words
from newsletter.cli.output import Json, emit, opened, talk, who


def send(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    wait: Annotated[bool, typer.Option("--wait", help="send from here and come back when all is handed over")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Send an approved issue now, to everybody, whatever its slot and the readers' own hours.

    Without --wait it goes with `serve` or the next `tick`. With it, exit 1 when not every mail could be handed over;
    Ctrl-C or SIGTERM ends it after what is in flight, and the rest waits.
    """
    from newsletter.app.sending_now import send_issue
    from newsletter.cli.progress import watching

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # an end in order: nothing that was handed over stays unclear
        signal.signal(number, lambda *_: stop.set())
    with opened(context) as app, watching(app, issue, quiet=as_json or not wait):
        status = send_issue(app, issue, by=who(), wait=wait, stop=stop)
    emit(status_json(status), status_words(status), as_json=as_json)
    counts = status.counts
    if not wait and not as_json:
        talk("It goes with `newsletter serve` or the next `newsletter tick`")
    is_paused = status.issue.paused_at is not None  # while it went: before anybody was planned, no count tells it
    if wait and (is_paused or counts.planned or counts.in_flight or counts.failed or counts.in_doubt):
        raise typer.Exit(1)
