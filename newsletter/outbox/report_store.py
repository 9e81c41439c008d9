"""The SQL that tells people how deliveries stand. It only reads."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from newsletter.base.errors import NotFound
from newsletter.base.ids import DeliveryId, IssueId
from newsletter.outbox.delivery import Attempt, Counts, Delivery, DeliveryState
from newsletter.outbox.tables import attempts, deliveries, delivery_tallies


def counts_of(db: Connection, issue_id: IssueId) -> Counts:
    """Count an issue's deliveries by state, those that were forgotten since included."""
    by_state: Counter[str] = Counter()
    for table, count in ((deliveries, func.count()), (delivery_tallies, func.sum(delivery_tallies.c.count))):
        rows = db.execute(select(table.c.state, count).where(table.c.issue_id == issue_id).group_by(table.c.state))
        by_state.update({str(state): int(number) for state, number in rows})
    return Counts(
        planned=by_state["planned"],
        in_flight=by_state["claimed"] + by_state["handing_over"],
        accepted=by_state["accepted"],
        failed=by_state["failed"],
        suppressed=by_state["suppressed"],
        in_doubt=by_state["in_doubt"],
    )


def has_any(db: Connection, issue_id: IssueId, states: Sequence[str]) -> bool:
    """Tell whether an issue has a delivery in one of these states, without counting them."""
    found = select(deliveries.c.id).where(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(states))
    return db.execute(found.limit(1)).first() is not None


def reasons_of(db: Connection, issue_id: IssueId) -> dict[tuple[str, str], int]:
    """Count an issue's deliveries by state and reason, where there is a reason; the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for table, count in ((deliveries, func.count()), (delivery_tallies, func.sum(delivery_tallies.c.count))):
        rows = db.execute(
            select(table.c.state, table.c.reason, count)
            .where(table.c.issue_id == issue_id, table.c.reason != "")
            .group_by(table.c.state, table.c.reason)
        )
        found.update({(str(state), str(reason)): int(number) for state, reason, number in rows})
    return dict(found.most_common())


def deliveries_of(db: Connection, issue_id: IssueId, *, after: int = 0, limit: int = 1000) -> list[Delivery]:
    """Give an issue's deliveries by id, a page at a time."""
    rows = db.execute(
        _whole()
        .where(deliveries.c.issue_id == issue_id, deliveries.c.id > after)
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return [_delivery(row) for row in rows]


def delivery_by_key(db: Connection, key: str) -> Delivery:
    """Give one delivery; NotFound if there is none."""
    row = db.execute(_whole().where(deliveries.c.key == key)).one_or_none()
    if row is None:
        raise NotFound(f"there is no delivery {key}")
    return _delivery(row)


def delivery_by_id(db: Connection, delivery: int) -> Delivery | None:
    """Give one delivery, for feedback that names it; None for an id that was never here or is long deleted."""
    row = db.execute(_whole().where(deliveries.c.id == delivery)).one_or_none()
    return _delivery(row) if row is not None else None


def attempts_of(db: Connection, delivery: DeliveryId) -> list[Attempt]:
    """Give a delivery's attempts, oldest first."""
    rows = db.execute(select(attempts).where(attempts.c.delivery_id == delivery).order_by(attempts.c.id))
    return [
        Attempt(
            provider=row.provider,
            masked_address=row.masked_address,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            answer=row.answer,
        )
        for row in rows
    ]


def issue_has_due(db: Connection, issue_id: IssueId, *, now: datetime) -> bool:
    """Tell whether an issue has a delivery that is due and not yet taken."""
    found = select(deliveries.c.id).where(
        deliveries.c.issue_id == issue_id, deliveries.c.state == "planned", deliveries.c.due_at <= now
    )
    return db.execute(found.limit(1)).first() is not None


def in_doubt_of(db: Connection, issue_id: IssueId) -> list[tuple[Delivery, str]]:
    """Give an issue's deliveries whose outcome is unclear, each with the masked address of its last attempt."""
    last = (
        select(attempts.c.masked_address)
        .where(attempts.c.delivery_id == deliveries.c.id)
        .order_by(attempts.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(deliveries, func.coalesce(last, "").label("masked"))
    of_issue = (deliveries.c.issue_id == issue_id, deliveries.c.state == "in_doubt")
    return [(_delivery(row), row.masked) for row in db.execute(found.where(*of_issue).order_by(deliveries.c.id))]


def _whole() -> Select[Any]:
    return select(deliveries)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id),
        key=row.key,
        issue_id=row.issue_id,
        subscriber_id=row.subscriber_id,
        correspondent_id=row.correspondent_id,
        notice=row.notice,
        lane=row.lane,
        state=DeliveryState(row.state),
        reason=row.reason,
        due_at=row.due_at,
        stale_at=row.stale_at,
        attempt_count=row.attempt_count,
        choice=row.choice,
        dated_at=row.dated_at,
        provider_id=row.provider_id,
        changed_at=row.changed_at,
    )
