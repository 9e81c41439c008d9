"""Reads the bounce mailbox (a Maildir): what came back, for which delivery, and what follows for the person.

A mail is moved to `cur` only after what it says is committed; one that we cannot match stays where people find it.
"""

import hashlib
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.keys import Keys
from newsletter.base.log import get_log, mask_addresses
from newsletter.base.settings import BouncesSettings
from newsletter.db.engine import writing
from newsletter.feedback import store
from newsletter.feedback.dsn import Notification, read_report
from newsletter.feedback.event import FeedbackEvent, FeedbackKind
from newsletter.outbox.delivery import Delivery
from newsletter.outbox.identity import delivery_of_sender
from newsletter.outbox.report_store import delivery_by_id
from subscribers.consent import SuppressionKind
from subscribers.suppress import suppress

PORTION = 50  # mails a call
_LARGEST = 5_000_000  # bytes; a bounce is small, and what is larger stays unread
_READ = ":2,S"  # Maildir's mark for a mail that was seen


def read_mailbox(engine: Engine, keys: Keys, settings: BouncesSettings, home: Path, clock: Clock) -> int:
    """Read up to a portion of new mails; gives how many."""
    if not settings.mailbox:
        return 0
    maildir = home / settings.mailbox.removeprefix("maildir:")
    mails = sorted((maildir / "new").glob("*"))[:PORTION]
    for mail in mails:
        _read_one(engine, keys, mail, clock)
        (maildir / "cur").mkdir(exist_ok=True)
        mail.rename(maildir / "cur" / f"{mail.name}{_READ}")
    return len(mails)


def _read_one(engine: Engine, keys: Keys, mail: Path, clock: Clock) -> None:
    if mail.stat().st_size > _LARGEST:
        get_log("feedback").warning("mailbox.too_large", mail=mail.name)
        return
    raw = mail.read_bytes()
    report = read_report(raw)
    number = delivery_of_sender(keys, report.sent_to)
    with writing(engine) as db:
        delivery = delivery_by_id(db, number) if number is not None else None
        if delivery is None or not report.notifications:
            get_log("feedback").info("mailbox.no_match", mail=mail.name)
            return
        event_id = report.message_id or hashlib.sha256(raw).hexdigest()
        for place, notification in enumerate(report.notifications):
            _record(db, notification, delivery, f"{event_id}/{place}", clock)


def _record(db: Connection, notification: Notification, delivery: Delivery, event_id: str, clock: Clock) -> None:
    if notification.action != "failed":
        return
    words = mask_addresses(f"{notification.status} {notification.words}".strip())
    event = FeedbackEvent(
        origin="mailbox",
        origin_event_id=event_id,
        kind=FeedbackKind.BOUNCE,
        delivery_id=delivery.id,
        subscriber_id=delivery.subscriber_id,
        issue_id=delivery.issue_id,
        details=words,
        happened_at=None,
    )
    is_new = store.insert_event(db, event, now=clock.now())
    if is_new and notification.is_dead and delivery.subscriber_id is not None:
        suppress(
            db,
            delivery.subscriber_id,
            SuppressionKind.BOUNCED,
            reason=words,
            by=f"bounce:{delivery.key}",
            now=clock.now(),
        )
