"""Reads the bounce mailbox (a Maildir): what came back, for which delivery, and what follows for the person.

A mail is moved to `cur` only after what it says is committed; one that we cannot match stays where people find it.
"""

import hashlib
from contextlib import suppress
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
from newsletter.outbox.report_store import attempts_of, delivery_by_id
from subscribers.consent.consent import SuppressionKind
from subscribers.people.mailed_address import hash_mailed
from subscribers.suppression.suppress import suppress_hash

PORTION = 50  # mails a call
_LARGEST = 5_000_000  # bytes; a bounce is small, and what is larger stays unread
_READ, _UNREAD = ":2,S", ":2,"  # Maildir's marks for a mail that was seen, and for one that people should see


def read_mailbox(engine: Engine, keys: Keys, settings: BouncesSettings, home: Path, clock: Clock) -> int:
    """Read up to a portion of new mails; gives how many."""
    if not settings.mailbox:
        return 0
    maildir = home / settings.mailbox.removeprefix("maildir:")
    mails = [path for path in sorted((maildir / "new").glob("[!.]*"))[:PORTION] if path.is_file()]
    for mail in mails:
        (maildir / "cur").mkdir(exist_ok=True)
        # Another process may read the same mailbox: what it has taken is not here any more.
        with suppress(FileNotFoundError):
            mark = _READ if _read_one(engine, keys, mail, clock) else _UNREAD
            mail.rename(maildir / "cur" / f"{mail.name.partition(':')[0]}{mark}")
    return len(mails)


def _read_one(engine: Engine, keys: Keys, mail: Path, clock: Clock) -> bool:
    """Read one mail; False for one that a person should look at."""
    if mail.stat().st_size > _LARGEST:
        get_log("feedback").warning("mailbox.too_large", mail=mail.name)
        return False
    raw = mail.read_bytes()
    try:
        report = read_report(raw)
    except Exception as error:  # noqa: BLE001 - a mail is anything anybody sent; one must not stop all others
        get_log("feedback").error("mailbox.unreadable", mail=mail.name, error=repr(error))
        return False
    found = (delivery_of_sender(keys, address) for address in report.sent_to)
    number = next((one for one in found if one is not None), None)
    with writing(engine) as db:
        delivery = delivery_by_id(db, number) if number is not None else None
        if delivery is None or not report.notifications:
            get_log("feedback").info("mailbox.no_match", mail=mail.name)
            return False
        event_id = report.message_id or hashlib.sha256(raw).hexdigest()
        for place, notification in enumerate(report.notifications):
            _record(db, notification, delivery, f"{event_id}/{place}", clock)
    return True


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
    dead = _mailed_address(db, delivery) if is_new and notification.is_dead else None
    if dead is not None:
        by = f"bounce:{delivery.key}"
        suppress_hash(db, dead, SuppressionKind.BOUNCED, reason=words, by=by, now=clock.now())


def _mailed_address(db: Connection, delivery: Delivery) -> str | None:
    """Give the address that a delivery went to, by hash: the reader may have moved since, or be gone."""
    attempts = attempts_of(db, delivery.id)
    if delivery.subscriber_id is None or not attempts:
        return None
    last = next((one for one in reversed(attempts) if one.outcome == "accepted"), attempts[-1])
    return hash_mailed(db, delivery.subscriber_id, masked=last.masked_address, at=last.opened_at)
