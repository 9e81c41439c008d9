"""The SQL that finds what is due, and what its readers were shown. It only reads; `take_due` locks what it gives."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal_column, select

from newsletter.base.ids import IssueId, PostId, StoryId
from newsletter.issues.digest import Reason, chosen_posts, is_widened, unpack_choice
from newsletter.outbox.store import IN_LIST
from newsletter.outbox.tables import deliveries

# What a reader was shown, or may have been shown: an outcome in doubt counts as shown.
_SHOWING = ("claimed", "handing_over", "accepted", "in_doubt")
# As literals: SQLite uses a partial index only where the query's own words imply the index's.
_IS_PLANNED = deliveries.c.state == literal_column("'planned'")
_other = deliveries.alias("other")
_IN_FLIGHT = (
    select(_other.c.id)
    .where(
        _other.c.subscriber_id == deliveries.c.subscriber_id,
        _other.c.state.in_((literal_column("'claimed'"), literal_column("'handing_over'"))),
        _other.c.issue_id.is_not(None),
    )
    .exists()
)


def lanes_with_work(db: Connection, sendable: Collection[IssueId], *, now: datetime) -> list[str]:
    """Give the lanes in which a notice, or a delivery of these issues, is due; those with notices first."""
    with_notices, others = [], []
    for lane in _lanes(db):
        if _has_due(db, lane, None, now=now):
            with_notices.append(lane)
        elif any(_has_due(db, lane, issue_id, now=now) for issue_id in sendable):
            others.append(lane)
    return with_notices + others


def has_work(db: Connection, lane: str, sendable: Collection[IssueId], *, now: datetime) -> bool:
    """Tell whether a lane has a notice, or a delivery of these issues, that is due."""
    return any(_has_due(db, lane, issue_id, now=now) for issue_id in (None, *sendable))


def take_due(db: Connection, lane: str, sendable: Collection[IssueId], *, now: datetime, limit: int) -> list[Row[Any]]:
    """Give rows that may be claimed now: notices, then deliveries of sendable issues whose reader is not in flight.

    One query an issue, so that what is planned of paused issues is never walked over. On PostgreSQL rows that another
    sender is about to claim are skipped; SQLite has one writer at a time.
    """
    rows: list[Row[Any]] = []
    for issue_id in (None, *sorted(sendable)):
        if len(rows) < limit:
            statement = _due(lane, issue_id, now=now).limit(limit - len(rows)).with_for_update(skip_locked=True)
            rows += db.execute(statement).all()
    return rows


def shown_to(db: Connection, readers: Sequence[int], *, since: datetime) -> dict[int, frozenset[PostId]]:
    """Give the posts that each reader was or may have been shown since then. There is no other record of it."""
    shown: dict[int, set[PostId]] = {}
    for at in range(0, len(readers), IN_LIST):
        rows = db.execute(
            select(deliveries.c.subscriber_id, deliveries.c.choice).where(
                deliveries.c.subscriber_id.in_(readers[at : at + IN_LIST]),
                deliveries.c.choice.is_not(None),
                deliveries.c.state.in_(_SHOWING),
                deliveries.c.changed_at >= since,
            )
        )
        for row in rows:
            shown.setdefault(row.subscriber_id, set()).update(chosen_posts(row.choice))
    return {reader: frozenset(posts) for reader, posts in shown.items()}


def to_remind(
    db: Connection,
    readers: Sequence[int],
    reminders: Mapping[PostId, tuple[StoryId, datetime]],
    *,
    since: datetime,
    but: IssueId | None = None,
) -> dict[int, frozenset[PostId]]:
    """Give of these posts those that each reader was shown before their date came near, and never reminded of.

    `but` leaves out one issue: its own preview reminds of what it reminds of.
    """
    if not reminders:
        return {}
    told: dict[int, dict[PostId, bool]] = {}
    for at in range(0, len(readers), IN_LIST):
        shown_at = func.coalesce(deliveries.c.dated_at, deliveries.c.changed_at).label("shown_at")
        query = select(deliveries.c.subscriber_id, deliveries.c.choice, shown_at).where(
            deliveries.c.subscriber_id.in_(readers[at : at + IN_LIST]),
            deliveries.c.choice.is_not(None),
            deliveries.c.state.in_(_SHOWING),
            deliveries.c.changed_at >= since,
        )
        for row in db.execute(query if but is None else query.where(deliveries.c.issue_id != but)):
            for one in unpack_choice(row.choice)[0]:
                if one.post_id in reminders:
                    early = row.shown_at < reminders[one.post_id][1] and one.reason is not Reason.REMINDER
                    posts = told.setdefault(row.subscriber_id, {})
                    posts[one.post_id] = early and posts.get(one.post_id, True)
    return {reader: _early(posts, reminders) for reader, posts in told.items()}


def _early(posts: Mapping[PostId, bool], reminders: Mapping[PostId, tuple[StoryId, datetime]]) -> frozenset[PostId]:
    """Leave out stories that were shown late or reminded of, by whichever of their posts."""
    late = {reminders[post][0] for post, early in posts.items() if not early}
    return frozenset(post for post in posts if reminders[post][0] not in late)


def in_drought(db: Connection, readers: Sequence[int], issues: Sequence[IssueId]) -> set[int]:
    """Give who got nothing of all these issues because nothing was for them, and was never helped out of it."""
    found: set[int] = set()
    for at in range(0, len(readers), IN_LIST):
        some = readers[at : at + IN_LIST]
        nothing = (deliveries.c.state == "suppressed", deliveries.c.reason.in_(("nothing_new", "too_few")))
        mine = (deliveries.c.subscriber_id.in_(some), deliveries.c.issue_id.in_(issues))
        counted = select(deliveries.c.subscriber_id).where(*mine, *nothing).group_by(deliveries.c.subscriber_id)
        dry = set(db.execute(counted.having(func.count() == len(issues))).scalars())
        helped = select(deliveries.c.subscriber_id, deliveries.c.choice).where(
            deliveries.c.subscriber_id.in_(dry), deliveries.c.choice.is_not(None)
        )
        found |= dry - {row.subscriber_id for row in db.execute(helped) if is_widened(unpack_choice(row.choice)[0])}
    return found


def shown_before(db: Connection, reader: int, issue_id: IssueId, *, since: datetime) -> frozenset[PostId]:
    """Give what one reader was shown in other issues: what a preview of this one must leave out."""
    rows = db.execute(
        select(deliveries.c.choice).where(
            deliveries.c.subscriber_id == reader,
            deliveries.c.choice.is_not(None),
            deliveries.c.state.in_(_SHOWING),
            deliveries.c.changed_at >= since,
            deliveries.c.issue_id != issue_id,
        )
    )
    return frozenset(post for row in rows for post in chosen_posts(row.choice))


def last_got(db: Connection, readers: Sequence[int], issues: Collection[IssueId]) -> dict[int, datetime]:
    """Give when each reader last got, or may have got, one of these issues; who got none is not named."""
    last: dict[int, datetime] = {}
    for at in range(0, len(readers), IN_LIST):
        got_at = func.coalesce(deliveries.c.dated_at, deliveries.c.changed_at)
        rows = db.execute(
            select(deliveries.c.subscriber_id, func.max(got_at).label("at"))
            .where(
                deliveries.c.subscriber_id.in_(readers[at : at + IN_LIST]),
                deliveries.c.issue_id.in_(issues),
                deliveries.c.state.in_(_SHOWING),
            )
            .group_by(deliveries.c.subscriber_id)
        )
        last.update((row.subscriber_id, row.at) for row in rows)
    return last


def _lanes(db: Connection) -> list[str]:
    """Give the lanes that have anything planned, by hopping over the index from one to the next."""
    lanes = select(func.min(deliveries.c.lane).label("lane")).where(_IS_PLANNED).cte("lanes", recursive=True)
    following = select(func.min(deliveries.c.lane)).where(_IS_PLANNED, deliveries.c.lane > lanes.c.lane)
    lanes = lanes.union_all(select(following.scalar_subquery()).where(lanes.c.lane.is_not(None)))
    return [row.lane for row in db.execute(select(lanes.c.lane).where(lanes.c.lane.is_not(None)))]


def _has_due(db: Connection, lane: str, issue_id: IssueId | None, *, now: datetime) -> bool:
    return db.execute(_due(lane, issue_id, now=now).limit(1)).first() is not None


def _due(lane: str, issue_id: IssueId | None, *, now: datetime) -> Select[Any]:
    found = select(
        deliveries.c.id,
        deliveries.c.key,
        deliveries.c.issue_id,
        deliveries.c.subscriber_id,
        deliveries.c.correspondent_id,
        deliveries.c.notice,
        deliveries.c.stale_at,
        deliveries.c.dated_at,
    ).where(_IS_PLANNED, deliveries.c.lane == lane, deliveries.c.due_at <= now)
    if issue_id is None:
        found = found.where(deliveries.c.issue_id.is_(None))
    else:
        found = found.where(deliveries.c.issue_id == issue_id, ~_IN_FLIGHT)
    return found.order_by(deliveries.c.due_at, deliveries.c.id)
