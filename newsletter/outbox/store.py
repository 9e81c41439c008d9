"""The SQL of deliveries and attempts. Every move of a state is one guarded UPDATE; nothing here opens a transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.base.ids import DeliveryId, Epoch, IssueId
from newsletter.outbox.delivery import DeliveryState, PlannedDelivery
from newsletter.outbox.tables import attempts, deliveries

_IN_FLIGHT = ("claimed", "handing_over")
IN_LIST = 500  # parameters of one IN list, under every database's limit


@dataclass(frozen=True, slots=True)
class OwnRow:
    """What the policy of an outcome looks at."""

    id: DeliveryId
    issue_id: IssueId | None
    lane: str
    state: str
    attempt_count: int
    due_at: datetime
    stale_at: datetime | None


def insert_planned(db: Connection, planned: Sequence[PlannedDelivery], *, now: datetime) -> None:
    """Insert deliveries; one that is there already stays as it is."""
    if not planned:
        return
    rows = [
        {
            "key": one.key,
            "issue_id": one.issue_id,
            "subscriber_id": one.subscriber_id,
            "correspondent_id": one.correspondent_id,
            "notice": one.notice,
            "priority": one.priority,
            "lane": one.lane,
            "state": "planned",
            "due_at": one.due_at,
            "stale_at": one.stale_at,
            "changed_at": now,
        }
        for one in planned
    ]
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    db.execute(dialect.insert(deliveries).on_conflict_do_nothing(index_elements=["key"]), rows)


def claim(
    db: Connection, claims: Iterable[Mapping[str, Any]], *, epoch: Epoch, lease_until: datetime, now: datetime
) -> None:
    """Move planned rows to claimed with their choice: mappings of `row` (id) and `packed`."""
    rows = [dict(one) for one in claims]
    if rows:
        db.execute(
            update(deliveries)
            .where(deliveries.c.id == bindparam("row"), deliveries.c.state == "planned")
            .values(
                state="claimed",
                epoch=epoch,
                lease_until=lease_until,
                choice=bindparam("packed"),
                dated_at=func.coalesce(
                    deliveries.c.dated_at, bindparam("dated", now, type_=deliveries.c.dated_at.type)
                ),
                reason="",
                changed_at=now,
            ),
            rows,
        )


def suppress(db: Connection, reasons: Iterable[tuple[DeliveryId, str]], *, now: datetime) -> None:
    """Leave planned rows out, each with its reason."""
    rows = [{"row": delivery, "why": reason} for delivery, reason in reasons]
    if rows:
        db.execute(
            update(deliveries)
            .where(deliveries.c.id == bindparam("row"), deliveries.c.state == "planned")
            .values(state="suppressed", reason=bindparam("why"), choice=None, changed_at=now),
            rows,
        )


def suppress_issue(db: Connection, issue_id: IssueId, reason: str, *, now: datetime, limit: int) -> int:
    """Leave out up to `limit` of an issue's deliveries that are not handed over yet; gives how many."""
    chosen = (
        select(deliveries.c.id).where(deliveries.c.issue_id == issue_id, deliveries.c.state == "planned").limit(limit)
    )
    return db.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(chosen), deliveries.c.state == "planned")
        .values(state="suppressed", reason=reason, changed_at=now)
    ).rowcount


def intend(
    db: Connection, keys: Sequence[str], *, epoch: Epoch, provider: str, masked: Callable[[str], str], now: datetime
) -> frozenset[str]:
    """Move claimed rows of this owner to handing_over and open their attempts; gives the keys that are still its."""
    granted: set[str] = set()
    for at in range(0, len(keys), IN_LIST):
        moved = db.execute(
            update(deliveries)
            .where(
                deliveries.c.key.in_(keys[at : at + IN_LIST]),
                deliveries.c.epoch == epoch,
                deliveries.c.state == "claimed",
            )
            .values(state="handing_over", attempt_count=deliveries.c.attempt_count + 1, changed_at=now)
            .returning(deliveries.c.id, deliveries.c.key)
        ).all()
        if moved:
            opened = [
                {
                    "delivery_id": row.id,
                    "epoch": epoch,
                    "provider": provider,
                    "masked_address": masked(row.key),
                    "opened_at": now,
                }
                for row in moved
            ]
            db.execute(insert(attempts), opened)
            granted.update(row.key for row in moved)
    return frozenset(granted)


def record_accepted(db: Connection, answers: Mapping[str, str], *, epoch: Epoch, now: datetime) -> None:
    """Record acceptances by key with the other side's words. Late truth counts: in doubt becomes accepted too."""
    rows = [{"the_key": key, "words": words} for key, words in answers.items()]
    if not rows:
        return
    db.execute(
        update(deliveries)
        .where(
            deliveries.c.key == bindparam("the_key"),
            deliveries.c.epoch == epoch,
            or_(deliveries.c.state == "handing_over", deliveries.c.state == "in_doubt"),
        )
        .values(state="accepted", reason="", provider_id=bindparam("words"), lease_until=None, changed_at=now),
        rows,
    )
    _close_attempts(db, rows, outcome="accepted", epoch=epoch, now=now)


def row_of_key(db: Connection, key: str, *, epoch: Epoch) -> OwnRow | None:
    """Give what an outcome's policy needs to know, if the delivery is still this owner's."""
    row = db.execute(
        select(
            deliveries.c.id,
            deliveries.c.issue_id,
            deliveries.c.lane,
            deliveries.c.state,
            deliveries.c.attempt_count,
            deliveries.c.due_at,
            deliveries.c.stale_at,
        ).where(deliveries.c.key == key, deliveries.c.epoch == epoch, deliveries.c.state.in_((*_IN_FLIGHT, "in_doubt")))
    ).one_or_none()
    return OwnRow(*row) if row is not None else None


def put_back(
    db: Connection, delivery: DeliveryId, *, epoch: Epoch, reason: str, due_at: datetime, now: datetime
) -> bool:
    """Move this owner's delivery back to planned, to be chosen anew when due; False when it is no longer its own."""
    values = {"state": "planned", "choice": None, "due_at": due_at, "epoch": None, "reason": reason}
    return _move_own(db, delivery, values, epoch=epoch, now=now)


def settle(
    db: Connection, delivery: DeliveryId, to: DeliveryState, *, epoch: Epoch, reason: str, now: datetime
) -> bool:
    """Move this owner's delivery to failed or in_doubt; False when it is no longer its own."""
    values: dict[str, Any] = {"state": to.value, "reason": reason}
    if to is DeliveryState.FAILED:
        values["choice"] = None  # it was not shown
    return _move_own(db, delivery, values, epoch=epoch, now=now)


def release_keys(db: Connection, keys: Sequence[str], *, epoch: Epoch, now: datetime) -> int:
    """Put back claimed deliveries that were never handed to the provider."""
    count = 0
    for at in range(0, len(keys), IN_LIST):
        count += db.execute(
            update(deliveries)
            .where(
                deliveries.c.key.in_(keys[at : at + IN_LIST]),
                deliveries.c.epoch == epoch,
                deliveries.c.state == "claimed",
            )
            .values(state="planned", choice=None, epoch=None, lease_until=None, changed_at=now)
        ).rowcount
    return count


def doubt_keys(db: Connection, keys: Sequence[str], *, epoch: Epoch, now: datetime) -> int:
    """Say of this owner's deliveries, handed over without an outcome, that nobody will hear of them any more."""
    count = 0
    for at in range(0, len(keys), IN_LIST):
        count += db.execute(
            update(deliveries)
            .where(
                deliveries.c.key.in_(keys[at : at + IN_LIST]),
                deliveries.c.epoch == epoch,
                deliveries.c.state == "handing_over",
            )
            .values(state="in_doubt", reason="no answer was recorded", lease_until=None, changed_at=now)
        ).rowcount
    return count


def close_attempt(
    db: Connection,
    delivery: DeliveryId,
    *,
    epoch: Epoch,
    provider: str,
    masked: str,
    outcome: str,
    answer: str,
    now: datetime,
) -> None:
    """Close the open attempt; a try that ended before the hand-over gets a row of its own."""
    closed = db.execute(
        update(attempts)
        .where(attempts.c.delivery_id == delivery, attempts.c.epoch == epoch, attempts.c.closed_at.is_(None))
        .values(closed_at=now, outcome=outcome, answer=answer)
    ).rowcount
    if not closed:
        db.execute(
            insert(attempts).values(
                delivery_id=delivery,
                epoch=epoch,
                provider=provider,
                masked_address=masked,
                opened_at=now,
                closed_at=now,
                outcome=outcome,
                answer=answer,
            )
        )
        db.execute(
            update(deliveries).where(deliveries.c.id == delivery).values(attempt_count=deliveries.c.attempt_count + 1)
        )


def settle_in_doubt(
    db: Connection, issue_id: IssueId, to: DeliveryState, *, reason: str, now: datetime, limit: int
) -> int:
    """Settle up to `limit` in-doubt deliveries of an issue as a person decided: accepted, or planned once more.

    What is planned once more is never stale: a person wants it sent.
    """
    values: dict[str, Any] = {"state": to.value, "reason": reason, "lease_until": None, "changed_at": now}
    if to is DeliveryState.PLANNED:
        values |= {"choice": None, "due_at": now, "stale_at": None, "epoch": None}
    chosen = (
        select(deliveries.c.id).where(deliveries.c.issue_id == issue_id, deliveries.c.state == "in_doubt").limit(limit)
    )
    return db.execute(
        update(deliveries).where(deliveries.c.id.in_(chosen), deliveries.c.state == "in_doubt").values(**values)
    ).rowcount


def make_due(db: Connection, issue_id: IssueId, *, now: datetime, limit: int) -> int:
    """Let up to `limit` of an issue's planned deliveries go now, whatever hour their readers chose; gives how many."""
    later = (deliveries.c.issue_id == issue_id, deliveries.c.state == "planned", deliveries.c.due_at > now)
    chosen = select(deliveries.c.id).where(*later).limit(limit)
    return db.execute(
        update(deliveries).where(deliveries.c.id.in_(chosen), *later).values(due_at=now, changed_at=now)
    ).rowcount


def doubt_all_due(db: Connection, *, now: datetime) -> int:
    """After a restore: what fell due meanwhile may have been sent by the home that the copy was made of."""
    doubted = db.execute(
        update(deliveries)
        .where(deliveries.c.state.in_(("planned", *_IN_FLIGHT)), deliveries.c.due_at <= now)
        .values(state="in_doubt", reason="restored from a backup", lease_until=None, changed_at=now)
    )
    return doubted.rowcount


def _move_own(db: Connection, delivery: DeliveryId, values: dict[str, Any], *, epoch: Epoch, now: datetime) -> bool:
    owned = deliveries.c.state.in_((*_IN_FLIGHT, "in_doubt"))
    moved = db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery, deliveries.c.epoch == epoch, owned)
        .values(**values, lease_until=None, changed_at=now)
    )
    return bool(moved.rowcount)


def _close_attempts(db: Connection, rows: list[dict[str, str]], *, outcome: str, epoch: Epoch, now: datetime) -> None:
    delivery = select(deliveries.c.id).where(deliveries.c.key == bindparam("the_key")).scalar_subquery()
    db.execute(
        update(attempts)
        .where(attempts.c.delivery_id == delivery, attempts.c.epoch == epoch, attempts.c.closed_at.is_(None))
        .values(closed_at=now, outcome=outcome, answer=bindparam("words")),
        rows,
    )
