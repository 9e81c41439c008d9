"""The SQL of clicks: how often a story was opened from an issue on a day. Nobody's name is near."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.base.ids import IssueId, PostId
from newsletter.feedback.tables import clicks


class Clicks(NamedTuple):
    """How often one post was opened from an issue on one day."""

    post_id: int
    day: str
    times: int


def add_clicks(db: Connection, counts: Mapping[tuple[IssueId, PostId, str], int]) -> None:
    """Add counts by issue, post and day."""
    insert: Any = (sqlite if db.dialect.name == "sqlite" else postgresql).insert(clicks)
    added = insert.on_conflict_do_update(
        index_elements=["issue_id", "post_id", "day"], set_={"count": clicks.c.count + insert.excluded.count}
    )
    rows = [
        {"issue_id": issue, "post_id": post, "day": day, "count": count} for (issue, post, day), count in counts.items()
    ]
    db.execute(added, rows)


def clicks_of(db: Connection, issue_id: int) -> list[Clicks]:
    """Give an issue's counts, by post and day."""
    query = select(clicks.c.post_id, clicks.c.day, clicks.c.count).where(clicks.c.issue_id == issue_id)
    return [Clicks(*row) for row in db.execute(query.order_by(clicks.c.post_id, clicks.c.day))]
