"""The six portions of work: each does a bounded piece of what is due and gives how much. There is no second queue.

A seventh forgets, once a day, what has been kept for long enough (retention.py).

`tick` loops them to zero, `serve` loops them in threads and sends in a child process; later queue tasks call the same.
"""

import threading
from datetime import timedelta
from functools import partial

from newsletter.app.advance import advance_issues
from newsletter.app.app import App
from newsletter.app.cutoff import ask_before_cutoffs, sources_wanted_soon
from newsletter.app.importing import remove_spooled, tell_of_stop
from newsletter.app.leaves import note_imported_noes
from newsletter.app.source_health import alert_of_sources
from newsletter.app.turns import writing_in_turn
from newsletter.db.engine import reading, writing
from newsletter.feedback.mailbox import read_mailbox
from newsletter.issues import sending_store
from newsletter.issues.assemble import make_due_issues as make_issues
from newsletter.outbox import due_store, lane_store, plan, send
from newsletter.outbox.delivery import provider_of
from newsletter.sources.poll import fetch_some as fetch
from subscribers.importing.run import import_some as import_rows
from subscribers.importing.undo import undo_some as undo_rows


def fetch_some(app: App) -> int:
    """Ask the sources that are due for news, and tell of those that have failed for a day."""
    count = fetch(
        app.engine,
        app.fetcher,
        app.media,
        clock=app.clock,
        every=timedelta(minutes=app.settings.fetch.every_minutes),
        soon=sources_wanted_soon(app),
    )
    alert_of_sources(app)
    return count


def make_due_issues(app: App) -> int:
    """Make the issues whose slot has come, and move on those whose hour has: to review, approved, or held.

    Their sources are asked once more before.
    """
    ask_before_cutoffs(app)
    return make_issues(app.engine, app.clock) + advance_issues(app)


def plan_some(app: App) -> int:
    """Plan one portion of an approved issue's deliveries."""
    return plan.plan_some(app.engine, app.provider_names, app.clock)


def send_some(outbox: send.Outbox, lane: str, *, stop: threading.Event) -> int:
    """Send what is due in one lane."""
    return send.send_some(outbox, lane, stop=stop)


def import_some(app: App) -> int:
    """Go on with an import, or an undoing, that was interrupted."""
    now = app.clock.now()

    done = import_rows(
        lambda: writing(app.engine),
        now=now,
        folder=app.home,
        on_noes=partial(note_imported_noes, app),
        on_stop=partial(tell_of_stop, app),
        look=lambda: reading(app.engine),
    ) or undo_rows(lambda: writing_in_turn(app.engine), now=now)
    if not done:
        remove_spooled(app)
    return done


def read_some(app: App) -> int:
    """Read what the world reports back."""
    return read_mailbox(app.engine, app.keys, app.settings.bounces, app.home, app.clock)


def lanes_with_work(app: App) -> list[str]:
    """Give the lanes in which something may leave now: due, of an issue that goes out, and not at rest."""
    now = app.clock.now()
    with reading(app.engine) as db:
        resting = {lane for lane, _, _ in lane_store.all_holds(db, now=now)}
        lanes = due_store.lanes_with_work(db, sending_store.sendable_issues(db), now=now)
    return [lane for lane in lanes if not resting & {lane, provider_of(lane)}]
