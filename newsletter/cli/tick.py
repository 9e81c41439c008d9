"""`newsletter tick`: one cron-style run."""

import signal
import threading
from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.base.clock import FixedClock
from newsletter.cli.output import Json, emit, moment, opened, talk


def tick(
    context: typer.Context,
    at: Annotated[str | None, typer.Option(help="as if it were this time, e.g. 2026-11-23T08:00+01:00")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Fetch, make due issues, send what is due, and exit.

    Silent when there is nothing to say; exit 1 when somebody is needed.
    """
    from newsletter.app.tick import tick as run

    instant = moment(at)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with opened(context, clock=FixedClock(instant) if instant else None) as app:
        report = run(app, stop=stop)
    parts = [
        f"{counted(count, *what)} {done}"
        for count, what, done in (
            (report.issues, ("step of issues", "steps of issues"), "taken"),
            (report.deliveries, ("delivery", "deliveries"), "decided"),
            (report.feedback, ("report",), "read"),
            (report.imported, ("row",), "imported"),
        )
        if count
    ]
    result = {
        "fetched": report.fetched,
        "issues": report.issues,
        "deliveries": report.deliveries,
        "feedback": report.feedback,
        "imported": report.imported,
        "stale": report.stale,
        "alerts": [{"key": one.key, "words": one.words, "remedy": one.remedy} for one in report.alerts],
    }
    emit(result, ", ".join(parts), as_json=as_json)
    if report.stale:
        talk(report.stale)
    for alert in report.alerts:
        talk(f"{alert.words}. What ends it: {alert.remedy}")
    if report.alerts:
        raise typer.Exit(1)
