"""The SQL of alerts: what waits for a person, told once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.outbox.tables import alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that waits for a person: since when, in words, and the command that ends it."""

    id: int
    key: str
    words: str
    remedy: str
    since: datetime
    told_at: datetime | None


def raise_alert(db: Connection, key: str, words: str, *, remedy: str, now: datetime) -> None:
    """Open an alert; the same trouble opens once, with its first words."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(alerts).values(key=key, words=words, remedy=remedy, since=now)
    db.execute(statement.on_conflict_do_nothing())


def close_alert(db: Connection, key: str, *, now: datetime) -> bool:
    """Close an alert: its cause is gone. False when none was open."""
    closed = update(alerts).where(alerts.c.key == key, alerts.c.closed_at.is_(None)).values(closed_at=now)
    return bool(db.execute(closed).rowcount)


def open_alerts(db: Connection) -> list[Alert]:
    """Give what waits for a person, oldest first."""
    rows = db.execute(select(alerts).where(alerts.c.closed_at.is_(None)).order_by(alerts.c.id))
    return [
        Alert(id=row.id, key=row.key, words=row.words, remedy=row.remedy, since=row.since, told_at=row.told_at)
        for row in rows
    ]


def untold_alerts(db: Connection) -> list[Alert]:
    """Give what nobody was told of yet."""
    return [alert for alert in open_alerts(db) if alert.told_at is None]


def mark_told(db: Connection, alert: Alert, *, now: datetime) -> None:
    """Note that people were told."""
    db.execute(update(alerts).where(alerts.c.id == alert.id).values(told_at=now))
