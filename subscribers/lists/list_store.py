"""The SQL of lists and of who is on them. Never opens a transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from subscribers.lists.mailing_list import MailingList, Subscription, SubscriptionState
from subscribers.store import insert_new, is_new
from subscribers.tables import mailing_lists, subscriptions


def put_list(db: Connection, slug: str, values: Mapping[str, object], now: datetime) -> None:
    db.execute(insert_new(db, mailing_lists).values(slug=slug, created_at=now, **values))
    db.execute(update(mailing_lists).where(mailing_lists.c.slug == slug).values(**values))


def find_list(db: Connection, slug: str) -> MailingList | None:
    row = db.execute(select(mailing_lists).where(mailing_lists.c.slug == slug)).mappings().first()
    return MailingList(**row) if row else None


def lists(db: Connection) -> list[MailingList]:
    return [MailingList(**row) for row in db.execute(select(mailing_lists).order_by(mailing_lists.c.slug)).mappings()]


def subscriptions_of(db: Connection, subscriber_id: int) -> list[Subscription]:
    query = (
        select(mailing_lists.c.slug, subscriptions)
        .join(mailing_lists, mailing_lists.c.id == subscriptions.c.list_id)
        .where(subscriptions.c.subscriber_id == subscriber_id)
        .order_by(mailing_lists.c.slug)
    )
    return [
        Subscription(
            list_slug=row.slug,
            state=SubscriptionState(row.state),
            changed_at=row.changed_at,
            import_id=row.import_id,
            import_line=row.import_line,
        )
        for row in db.execute(query)
    ]


def count_active(db: Connection, list_slug: str, before: datetime | None) -> int:
    joined = subscriptions.join(mailing_lists, mailing_lists.c.id == subscriptions.c.list_id)
    which = (mailing_lists.c.slug == list_slug, subscriptions.c.state == "active")
    query = select(func.count()).select_from(joined).where(*which)
    return int(db.execute(query if before is None else query.where(subscriptions.c.changed_at < before)).scalar_one())


def new_subscription(db: Connection, list_id: int, subscriber_id: int, state: SubscriptionState, now: datetime) -> bool:
    """Put a person on a list on which they never were. Tells whether that was so."""
    values = {"list_id": list_id, "subscriber_id": subscriber_id, "state": state.value, "changed_at": now}
    return is_new(db, subscriptions, values)


def move_subscription(
    db: Connection,
    list_id: int,
    subscriber_id: int,
    *,
    frm: Iterable[SubscriptionState],
    to: SubscriptionState,
    now: datetime,
) -> bool:
    """Move a subscription that stands in one of the named states. Tells whether it did."""
    return _move(
        db, and_(subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id == subscriber_id), frm, to, now
    )


def leave_all_lists(db: Connection, subscriber_id: int, now: datetime) -> bool:
    staying = (SubscriptionState.ACTIVE, SubscriptionState.PENDING)
    return _move(db, subscriptions.c.subscriber_id == subscriber_id, staying, SubscriptionState.LEFT, now)


def _move(db: Connection, which: Any, frm: Iterable[SubscriptionState], to: SubscriptionState, now: datetime) -> bool:
    states = [state.value for state in frm]
    moved = update(subscriptions).where(which, subscriptions.c.state.in_(states))
    return db.execute(moved.values(state=to.value, changed_at=now)).rowcount > 0
