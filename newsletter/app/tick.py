"""One cron-style run: fetch, make due issues, plan and send what is due, read what came back, tell people, exit."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.app.app import App
from newsletter.app.cutoff import all_sources_used
from newsletter.app.portions import fetch_some, import_some, make_due_issues, read_some
from newsletter.app.retention import forget_some
from newsletter.app.sender import drain, sending
from newsletter.app.source_health import stale_words
from newsletter.app.telling import beat_heart, tell_people
from newsletter.db.locks import turn
from newsletter.outbox.alert_store import Alert
from newsletter.outbox.errors import SendingHeld

_COLLECTING = 1  # the number of the turn to fetch and make issues


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What a run did. All zero and no alerts: nothing to say."""

    fetched: int = 0
    issues: int = 0
    deliveries: int = 0
    feedback: int = 0
    imported: int = 0
    alerts: list[Alert] = field(default_factory=list)
    stale: str = ""  # which sources could not be read, when issues were made or moved on


def tick(app: App, *, stop: threading.Event | None = None) -> TickReport:
    """Do everything that is due now, then come back. Safe beside another tick or a running `serve`."""
    stop = stop or threading.Event()
    imported = _to_zero(app, import_some, stop)
    # One at a time: an issue made while another run still reads a source would miss what that run finds.
    with turn(app.engine, app.home / "locks", _COLLECTING):
        fetched = _to_zero(app, fetch_some, stop)
        issues = _to_zero(app, make_due_issues, stop)
    stale = stale_words(app, all_sources_used(app)) if issues else ""
    feedback = _to_zero(app, read_some, stop)
    _to_zero(app, forget_some, stop)
    deliveries = _send(app, stop)
    alerts = tell_people(app)
    if alerts:
        _send(app, stop)  # the alerts' own mails
    else:
        beat_heart(app)
    return TickReport(
        fetched=fetched,
        issues=issues,
        deliveries=deliveries,
        feedback=feedback,
        imported=imported,
        alerts=alerts,
        stale=stale,
    )


def _send(app: App, stop: threading.Event) -> int:
    try:
        with sending(app) as outbox:
            return drain(app, outbox, stop=stop)
    except SendingHeld:
        return 0  # an open alert says so until it is ended


def _to_zero(app: App, portion: Callable[[App], int], stop: threading.Event) -> int:
    total = 0
    while not stop.is_set() and (done := portion(app)):
        total += done
    return total
