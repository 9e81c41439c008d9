"""Writes down what people and the schedule did. Append-only: nothing here changes or removes a row."""

from datetime import datetime

from sqlalchemy import Connection, insert

from newsletter.db.tables import audit_log


def record(db: Connection, *, at: datetime, who: str, act: str, subject: str, details: str = "") -> None:
    """Add one row, in the transaction of the act itself: an act without its row cannot be."""
    db.execute(insert(audit_log).values(at=at, who=who, act=act, subject=subject, details=details))
