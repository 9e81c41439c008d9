"""The SQL that counts people. It only reads."""

from sqlalchemy import Connection, func, select

from subscribers.tables import consents, subscribers, subscriptions, suppressions


def people(db: Connection) -> int:
    return int(db.execute(select(func.count()).select_from(subscribers)).scalar_one())


def subscriptions_by_state(db: Connection) -> dict[str, int]:
    rows = db.execute(select(subscriptions.c.state, func.count()).group_by(subscriptions.c.state))
    return {str(state): int(count) for state, count in rows}


def suppressions_by_kind(db: Connection) -> dict[str, int]:
    counted = select(suppressions.c.kind, func.count()).where(suppressions.c.ended_at.is_(None))
    return {str(kind): int(count) for kind, count in db.execute(counted.group_by(suppressions.c.kind))}


def consent_records(db: Connection) -> int:
    return int(db.execute(select(func.count()).select_from(consents)).scalar_one())


def languages(db: Connection) -> list[str]:
    rows = db.execute(select(subscribers.c.language, func.count()).group_by(subscribers.c.language))
    return [str(language) for language, _ in sorted(rows, key=lambda row: -int(row[1]))]
