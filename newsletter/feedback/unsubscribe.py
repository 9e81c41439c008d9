"""A reader leaves, or takes that back: the departure with its evidence, and the event, in one transaction.

Saying it twice is as good as once: only what changes something is recorded.
"""

from datetime import datetime

from sqlalchemy import Connection

from newsletter.feedback import store
from newsletter.feedback.event import FeedbackEvent, FeedbackKind
from newsletter.issues.issue import Issue
from subscribers.consent.leave import leave_everything, opt_out, undo_opt_out
from subscribers.wishes import wish_store

ORIGIN = "page"
BY = "reader"


def opt_out_key(newsletter: str) -> str:
    """Give the key under which a person opts out of one newsletter."""
    return f"newsletter:{newsletter}"


def record_unsubscribe(
    db: Connection,
    issue: Issue,
    subscriber_id: int,
    *,
    how: str,
    network_address: str,
    now: datetime,
    newsletter: str = "",
) -> bool:
    """Leave the newsletter of the issue whose mail holds the link, or another one. False when nothing was left to do.

    `how` says what the person pressed; it becomes the evidence.
    """
    key = opt_out_key(newsletter or issue.newsletter_slug)
    evidence = f"{how}, in the mail of {issue.name}"
    left = opt_out(db, subscriber_id, key, by=BY, evidence=evidence, network_address=network_address, now=now)
    if left and key == opt_out_key(issue.newsletter_slug):
        _record_event(db, issue, subscriber_id, how=how, now=now)
    return left


def record_leaving_all(
    db: Connection, issue: Issue, subscriber_id: int, *, how: str, network_address: str, now: datetime
) -> bool:
    """Leave everything by the link of an issue's mail. False when nothing was left to do."""
    key = opt_out_key(issue.newsletter_slug)
    before = any(one.key == key and one.kind == "opt_out" for one in wish_store.wishes_of(db, subscriber_id))
    evidence = f"{how}, in the mail of {issue.name}"
    left = leave_everything(db, subscriber_id, by=BY, evidence=evidence, network_address=network_address, now=now)
    if left and not before:  # who left the newsletter a moment ago is counted already
        _record_event(db, issue, subscriber_id, how=how, now=now)
    return left


def undo_unsubscribe(
    db: Connection,
    issue: Issue,
    subscriber_id: int,
    *,
    network_address: str,
    now: datetime,
    newsletter: str = "",
    how: str = "the button 'Stay subscribed' on the page of the leave link",
) -> bool:
    """Take the opt-out of the issue's newsletter, or of another one, back by the person's own act.

    False when there was none.
    """
    return undo_opt_out(
        db,
        subscriber_id,
        opt_out_key(newsletter or issue.newsletter_slug),
        by=BY,
        evidence=f"{how}, in the mail of {issue.name}",
        network_address=network_address,
        now=now,
    )


def _record_event(db: Connection, issue: Issue, subscriber_id: int, *, how: str, now: datetime) -> None:
    event = FeedbackEvent(
        origin=ORIGIN,
        # The instant is part of it: who left, came back and leaves again says so anew.
        origin_event_id=f"leave:{issue.id}:{subscriber_id}:{now.isoformat()}",
        kind=FeedbackKind.UNSUBSCRIBE,
        delivery_id=None,
        subscriber_id=subscriber_id,
        issue_id=issue.id,
        details=how,
        happened_at=now,
    )
    store.insert_event(db, event, now=now)
