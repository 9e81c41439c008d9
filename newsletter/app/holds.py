"""A home that must not send: restored from a backup, until somebody says that it is the one that lives on."""

from newsletter.app.app import App
from newsletter.db import facts
from newsletter.db.engine import reading, writing
from newsletter.outbox import alert_store
from newsletter.outbox.errors import SendingHeld

_FACT = "sending_held"
REMEDY = "newsletter resume --here"


def hold_sending(app: App, why: str) -> None:
    """Let nothing leave this home until `resume_sending`."""
    with writing(app.engine) as db:
        facts.put(db, _FACT, why)
    _tell(app, why)


def _tell(app: App, why: str) -> None:
    with writing(app.engine) as db:
        alert_store.raise_alert(db, "home", f"sending is held: {why}", remedy=REMEDY, now=app.clock.now())


def resume_sending(app: App) -> bool:
    """Let mail leave again; False when nothing was held."""
    with writing(app.engine) as db:
        alert_store.close_alert(db, "home", now=app.clock.now())
        return facts.remove(db, _FACT)


def why_held(app: App) -> str:
    """Tell why nothing leaves; empty when sending is free."""
    with reading(app.engine) as db:
        return facts.get(db, _FACT) or ""


def check_sending(app: App) -> None:
    """Raise SendingHeld when nothing may leave. An open alert says so, also if somebody has closed the first one."""
    why = why_held(app)
    if why:
        _tell(app, why)
        raise SendingHeld(f"sending is held: {why}. When this home is the one that lives on: {REMEDY}")
