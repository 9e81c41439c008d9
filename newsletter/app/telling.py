"""Telling people, once: by mail to [alerts] to, by the webhook, on the desk, and by tick's exit code and one line."""

from collections.abc import Callable

import httpx

from newsletter.app.app import App
from newsletter.app.notices.planning import plan_alert_mail
from newsletter.base.errors import NewsletterError
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.outbox import alert_store
from newsletter.outbox.alert_store import Alert
from subscribers.errors import SubscribersError

_WEBHOOK_SECONDS = 10.0


def tell_people(app: App) -> list[Alert]:
    """Tell what nobody was told of yet; gives those alerts. A channel that fails is logged and stops no other."""
    with reading(app.engine) as db:
        untold = alert_store.untold_alerts(db)
    for alert in untold:
        _by_mail(app, alert)
        _by_webhook(app, alert)
        with writing(app.engine) as db:
            alert_store.mark_told(db, alert, now=app.clock.now())
    return untold


def waiting_for_somebody(app: App) -> list[Alert]:
    """Give all that waits for a person, since when, and the command that ends it."""
    with reading(app.engine) as db:
        return alert_store.open_alerts(db)


def beat_heart(app: App) -> None:
    """Tell the watchdog that a run went well."""
    url = app.settings.alerts.heartbeat_url
    if url:
        _ask(lambda: httpx.get(url, timeout=_WEBHOOK_SECONDS), "heartbeat")


def _by_mail(app: App, alert: Alert) -> None:
    if not app.settings.alerts.to:
        return
    try:
        plan_alert_mail(app, alert.id, alert.words, alert.remedy)
    except (NewsletterError, SubscribersError) as error:
        get_log("app").error("alert.no_mail", alert=alert.key, error=str(error))


def _by_webhook(app: App, alert: Alert) -> None:
    url = app.settings.alerts.webhook
    if url:
        body = {"key": alert.key, "words": alert.words, "remedy": alert.remedy, "since": alert.since.isoformat()}
        _ask(lambda: httpx.post(url, json=body, timeout=_WEBHOOK_SECONDS), "webhook")


def _ask(call: Callable[[], httpx.Response], what: str) -> None:
    try:
        call().raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        get_log("app").error(f"{what}.failed", error=str(error))
