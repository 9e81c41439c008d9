"""The claim: take due deliveries of a lane, and decide what each reader gets, in one transaction.

So withdrawals, corrections, departures and changed wishes count until the last moment; "nothing new" is decided here,
before rendering. Who claims must be the owner whose epoch the rows then carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from newsletter.base.clock import Clock
from newsletter.base.ids import DeliveryId, Epoch, IssueId
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues.choose import choose
from newsletter.issues.digest import LeftOut, pack_choice
from newsletter.outbox import lane_store, store
from newsletter.outbox.context import IssueContext, IssueContexts
from newsletter.outbox.pace import Rate, reserve
from newsletter.sources.post import LONGEST_LIFE
from subscribers.doors import still_mailable
from subscribers.subscriber import NotMailable, Recipient

LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours: what to compose and for whom. An issue's has a recipient, a notice what it says."""

    id: DeliveryId
    key: str
    issue_id: IssueId | None
    subscriber_id: int | None
    correspondent_id: int | None
    notice: str
    recipient: Recipient | None
    language: str
    choice: bytes
    dated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a claim brought: deliveries to send, how many were left out, and how long to wait when the pace says so."""

    claimed: list[Claimed] = field(default_factory=list)
    left_out: int = 0
    wait: timedelta = timedelta(0)

    @property
    def is_empty(self) -> bool:
        return not self.claimed and not self.left_out


@dataclass(slots=True)
class _Decisions:
    """What one claim decided, before it is written."""

    claimed: list[Claimed] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[tuple[DeliveryId, str]] = field(default_factory=list)


def claim_some(
    engine: Engine,
    contexts: IssueContexts,
    lane: str,
    *,
    epoch: Epoch,
    clock: Clock,
    rates: Sequence[Rate],
    limit: int,
) -> Claims:
    """Claim up to `limit` due deliveries of a lane; an empty answer without a wait means that nothing is due."""
    _build_editions(engine, contexts, lane, now=clock.now(), limit=limit)
    try:
        return _claim(engine, contexts, lane, epoch=epoch, now=clock.now(), rates=rates, limit=limit)
    except IntegrityError:
        # Another sender claimed another delivery of one of these readers at the same moment (PostgreSQL): one reader
        # is in flight once. Theirs is committed now, so the next look will not see that reader.
        return Claims(wait=timedelta(milliseconds=20))


def _build_editions(engine: Engine, contexts: IssueContexts, lane: str, *, now: datetime, limit: int) -> None:
    """Build the editions that the next claim will need, outside of its transaction."""
    with reading(engine) as db:
        wanted = set()
        for issue_id, rows in _by_issue(_due(db, lane, now=now, limit=limit)).items():
            if issue_id is not None:
                context = contexts.of(db, issue_id)
                people = _people(db, context, rows).values()
                wanted |= {(issue_id, _language(context, one)) for one in people if isinstance(one, Recipient)}
        known = {issue_id: contexts.of(db, issue_id) for issue_id, _ in wanted}
    for issue_id, language in sorted(wanted):
        known[issue_id].edition(language)


def _claim(
    engine: Engine,
    contexts: IssueContexts,
    lane: str,
    *,
    epoch: Epoch,
    now: datetime,
    rates: Sequence[Rate],
    limit: int,
) -> Claims:
    with writing(engine) as db:
        tokens = lane_store.next_tokens(db, [rate.name for rate in rates]) if rates else {}
        grant = reserve(rates, tokens, wanted=limit, now=now)
        rows = _due(db, lane, now=now, limit=grant.count) if grant.count else []
        decisions = _Decisions()
        for issue_id, members in _by_issue(rows).items():
            if issue_id is None:
                _claim_notices(decisions, members, now=now)
            else:
                _decide(db, decisions, contexts.of(db, issue_id), members, now=now)
        store.claim(db, decisions.rows, epoch=epoch, lease_until=now + LEASE, now=now)
        store.suppress(db, decisions.left_out, now=now)
        if rates:
            spent = reserve(rates, tokens, wanted=min(len(decisions.claimed), grant.count), now=now)
            lane_store.save_tokens(db, spent.next_at)
    return Claims(claimed=decisions.claimed, left_out=len(decisions.left_out), wait=grant.wait)


def _due(db: Connection, lane: str, *, now: datetime, limit: int) -> list[Row[Any]]:
    """Give due rows, each reader once, unless the lane waits."""
    if lane_store.hold_of(db, lane, now=now) is not None:
        return []
    rows = store.due_in_lane(db, lane, sending_store.sendable_issues(db), now=now, limit=limit)
    seen: set[int] = set()
    once = []
    for row in rows:
        if row.issue_id is None or row.subscriber_id not in seen:
            once.append(row)
            seen.add(row.subscriber_id)
    return once


def _by_issue(rows: Sequence[Row[Any]]) -> dict[IssueId | None, list[Row[Any]]]:
    grouped: dict[IssueId | None, list[Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row.issue_id, []).append(row)
    return grouped


def _people(db: Connection, context: IssueContext, rows: Sequence[Row[Any]]) -> dict[int, Recipient | NotMailable]:
    recipe = context.frozen.recipe
    return still_mailable(db, [row.subscriber_id for row in rows], recipe.lists, opt_out=f"newsletter:{recipe.slug}")


def _language(context: IssueContext, recipient: Recipient) -> str:
    return recipient.language or context.frozen.recipe.language


def _decide(
    db: Connection, decisions: _Decisions, context: IssueContext, rows: Sequence[Row[Any]], *, now: datetime
) -> None:
    people = _people(db, context, rows)
    shown = store.shown_to(db, [row.subscriber_id for row in rows], since=now - LONGEST_LIFE)
    pool = context.pool(db, now=now)
    for row in rows:
        person = people[row.subscriber_id]
        if row.stale_at is not None and row.stale_at < now:
            decisions.left_out.append((row.id, "stale"))
        elif isinstance(person, NotMailable):
            decisions.left_out.append((row.id, person.reason))
        elif context.has_edition(language := _language(context, person)):
            sizes = context.sizes(language)
            shown_to_them = shown.get(row.subscriber_id, frozenset())
            digest = choose(pool, context.reader(person), shown_to_them, sizes, limits=context.limits)
            if digest.is_empty:
                decisions.left_out.append((row.id, _why_empty(digest.left_out.values())))
            else:
                packed = pack_choice(digest.chosen, digest.more)
                decisions.rows.append({"row": row.id, "packed": packed})
                decisions.claimed.append(_claimed(row, person, language, packed, now))
        # else: the reader changed language a moment ago; the next claim builds that edition first


def _claim_notices(decisions: _Decisions, rows: Sequence[Row[Any]], *, now: datetime) -> None:
    for row in rows:
        if row.stale_at is not None and row.stale_at < now:
            decisions.left_out.append((row.id, "stale"))
        else:
            decisions.rows.append({"row": row.id, "packed": None})
            decisions.claimed.append(_claimed(row, None, "", b"", now))


def _claimed(row: Row[Any], recipient: Recipient | None, language: str, choice: bytes, now: datetime) -> Claimed:
    return Claimed(
        id=DeliveryId(row.id),
        key=row.key,
        issue_id=row.issue_id,
        subscriber_id=row.subscriber_id,
        correspondent_id=row.correspondent_id,
        notice=row.notice,
        recipient=recipient,
        language=language,
        choice=choice,
        dated_at=row.dated_at or now,
    )


def _why_empty(left_out: Any) -> str:
    return "too_few" if LeftOut.TOO_FEW in set(left_out) else "nothing_new"
