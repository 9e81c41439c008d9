"""Decides whether somebody who asks to join may be mailed the question whether it was they who asked.

A mailbox that sent mail back may work again: it is asked once in 30 days, and confirming proves it. Who complained or
is forbidden is asked nothing, and nobody at a closed domain. Nor, for a year, who said not to be asked again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.asking_rest import is_resting
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.fresh_link import Purpose, last_link
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store

BOUNCED_REST = timedelta(days=30)


def confirmation_allowed(
    kinds: Collection[SuppressionKind], *, domain_closed: bool, asked_last: datetime | None, now: datetime
) -> bool:
    """Decide by the open suppressions of an address, and when it was last asked to confirm."""
    if domain_closed or SuppressionKind.COMPLAINED in kinds or SuppressionKind.FORBIDDEN in kinds:
        return False
    if SuppressionKind.BOUNCED not in kinds:
        return True
    return asked_last is None or asked_last + BOUNCED_REST <= now


def may_be_asked_to_confirm(db: Connection, subscriber_id: int, list_slug: str, *, now: datetime) -> bool:
    """Tell whether a person may be mailed a confirmation now; ask before making the link. Raises UnknownSubscriber."""
    person = find_by_id(db, subscriber_id)
    if is_resting(db, person.address_hash, list_slug, now=now):
        return False
    return confirmation_allowed(
        suppression_store.open_suppressions(db, person.address_hash),
        domain_closed=bool(suppression_store.open_of_domain(db, person.domain)),
        asked_last=_asked_last(db, person),
        now=now,
    )


def _asked_last(db: Connection, person: Subscriber) -> datetime | None:
    """Tell when somebody was mailed the question last, at the latest.

    Who never answers is forgotten, link and all: then the record by hash tells when they had asked.
    """
    link = last_link(db, person.id, Purpose.CONFIRM)
    asked = None
    before_forgotten = None
    for consent in consent_store.consents_of(db, person.address_hash):
        if consent.act is Act.ASKED:
            asked = consent.recorded_at
        elif consent.act is Act.FORGOTTEN:
            before_forgotten = asked
    times = [at for at in (link.made_at if link else None, before_forgotten) if at is not None]
    return max(times, default=None)
