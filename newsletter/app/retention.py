"""Retention: what [privacy] says is kept for so long is forgotten then, in portions, once a day.

Forgetting never lets somebody be mailed again, or a story come twice: noes stay, and deliveries are kept for longer
than any story lives.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.turns import writing_in_turn
from newsletter.base.log import get_log
from newsletter.db import facts
from newsletter.db.engine import reading, writing
from newsletter.feedback import store as feedback_store
from newsletter.outbox import forget_store
from subscribers.importing.undo import forget_replaced
from subscribers.people.forget import forget_asking_rests, forget_links, forget_network_addresses, forget_unconfirmed

_FACT = "retention_done_on"
_PORTION = 400
_LINKS_DAYS = 30  # after their end: so that an old link's page can still say that it is too old


def forget_some(app: App) -> int:
    """Forget one portion of what is due; gives how much. Zero: nothing is due today any more."""
    now = app.clock.now()
    today = now.date().isoformat()
    with reading(app.engine) as db:
        if facts.get(db, _FACT) == today:
            return 0
    for name, portion in _portions(app, now).items():
        count = portion()
        if count:
            get_log("app").info("retention.forgotten", what=name, count=count)
            return count
    with writing(app.engine) as db:
        facts.put(db, _FACT, today)
    return 0


def _portions(app: App, now: datetime) -> dict[str, Callable[[], int]]:
    privacy = app.settings.privacy

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    def begin() -> AbstractContextManager[Connection]:
        return writing_in_turn(app.engine)

    return {
        "unconfirmed": lambda: forget_unconfirmed(begin, before=ago(privacy.unconfirmed_days), now=now),
        "network addresses": lambda: forget_network_addresses(begin, before=ago(privacy.network_addresses_days)),
        "wishes not to be asked": lambda: forget_asking_rests(begin, now=now),
        "links": lambda: forget_links(begin, before=ago(_LINKS_DAYS)),
        "what imports replaced": lambda: forget_replaced(begin, now=now),
        "feedback": lambda: _forget_feedback(app, ago(privacy.deliveries_days)),
        "deliveries": lambda: _forget_deliveries(app, ago(privacy.deliveries_days)),
    }


def _forget_feedback(app: App, before: datetime) -> int:
    with writing_in_turn(app.engine) as db:
        return feedback_store.forget_before(db, before, _PORTION)


def _forget_deliveries(app: App, before: datetime) -> int:
    """Find them in a transaction that only reads: no writer waits for the search."""
    with reading(app.engine) as db:
        ids = forget_store.ended_before(db, before, _PORTION)
    if ids:
        with writing_in_turn(app.engine) as db:
            forget_store.forget(db, ids)
    return len(ids)
