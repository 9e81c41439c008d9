"""The claim: take due deliveries of a lane, and decide what each reader gets, in one transaction.

So withdrawals, corrections, departures and changed wishes count until the last moment; "nothing new" is decided here,
before rendering. Who claims must be the owner whose epoch the rows then carry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from newsletter.base.clock import Clock
from newsletter.base.ids import DeliveryId, Epoch, IssueId
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues.digest import LeftOut, pack_choice
from newsletter.outbox import due_store, lane_store, owner_store, store
from newsletter.outbox.context import IssueContext, IssueContexts
from newsletter.outbox.errors import OfficeLost
from newsletter.outbox.history import History
from newsletter.outbox.pace import Rate, reserve
from newsletter.outbox.pausing import pause_and_tell
from newsletter.outbox.rhythm import is_paused, period_start
from subscribers.doors import still_mailable
from subscribers.subscriber import NotMailable, Recipient

LEASE = timedelta(minutes=15)
_AFTER_A_CLASH = timedelta(milliseconds=20)


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
    missing: set[tuple[IssueId, str]] = field(default_factory=set)  # editions by issue and language; "": its content


@dataclass(frozen=True, slots=True)
class Pace:
    """The rates that a claim keeps, by a clock of their own: `tick --at` moves the schedule, not the world's time."""

    rates: Sequence[Rate]
    clock: Clock


def claim_some(
    engine: Engine,
    contexts: IssueContexts,
    lane: str,
    *,
    epoch: Epoch,
    clock: Clock,
    pace: Pace,
    limit: int,
) -> Claims:
    """Claim up to `limit` due deliveries of a lane; an empty answer without a wait means that nothing is due.

    What a claim lacks (an issue's content, an edition) is built between two transactions, never inside one.
    OfficeLost when the epoch was taken over: recovery looks at an epoch once, so nothing may be claimed under it again.
    """
    while True:
        try:
            claims, missing = _claim(engine, contexts, lane, epoch=epoch, now=clock.now(), pace=pace, limit=limit)
        except IntegrityError:
            # Another sender claimed another delivery of one of these readers at the same moment (PostgreSQL): one
            # reader is in flight once. Theirs is committed now, so the next look will not see that reader.
            return Claims(wait=_AFTER_A_CLASH)
        if not missing:
            return claims
        for issue_id, language in sorted(missing):
            _build(engine, contexts, issue_id, language, clock=clock)
        if not claims.is_empty:
            return claims


def _build(engine: Engine, contexts: IssueContexts, issue_id: IssueId, language: str, *, clock: Clock) -> None:
    """Read an issue's content, and build its edition in a language. An issue that cannot be built is paused."""
    try:
        with reading(engine) as db:
            context = contexts.of(db, issue_id)
        context.edition(language or context.frozen.recipe.language)
    except SQLAlchemyError:
        raise  # the database's trouble is no fault of the issue
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one issue, the others must leave
        get_log("outbox").exception("edition.not_built", issue=issue_id, language=language)
        with writing(engine) as db:
            pause_and_tell(db, issue_id, f"its edition {language} cannot be built: {error}", now=clock.now())


def _claim(
    engine: Engine,
    contexts: IssueContexts,
    lane: str,
    *,
    epoch: Epoch,
    now: datetime,
    pace: Pace,
    limit: int,
) -> tuple[Claims, set[tuple[IssueId, str]]]:
    """Claim in one transaction; gives with the claims the issues and editions that were missing for more."""
    with writing(engine) as db:
        if not owner_store.is_in_office(db, epoch):
            raise OfficeLost(f"sender {epoch} was taken for dead and its mails were taken over: start it again")
        if lane_store.hold_of(db, lane, now=now) is not None:
            return Claims(), set()
        sendable = sending_store.sendable_issues(db)
        at = pace.clock.now()
        tokens = lane_store.next_tokens(db, [rate.name for rate in pace.rates], now=at) if pace.rates else {}
        grant = reserve(pace.rates, tokens, wanted=limit, now=at)
        if not grant.count:
            is_due = due_store.has_work(db, lane, sendable, now=now)
            return Claims(wait=grant.wait if is_due else timedelta(0)), set()
        decisions = _Decisions()
        rows = _once_each(due_store.take_due(db, lane, sendable, now=now, limit=grant.count))
        for issue_id, members in _by_issue(rows).items():
            if issue_id is None:
                _claim_notices(decisions, members, now=now)
            elif context := contexts.known(issue_id):
                _decide(db, decisions, context, members, now=now)
            else:
                decisions.missing.add((issue_id, ""))
        store.claim(db, decisions.rows, epoch=epoch, lease_until=now + LEASE, now=now)
        store.suppress(db, decisions.left_out, now=now)
        if decisions.claimed:
            spent = reserve(pace.rates, tokens, wanted=len(decisions.claimed), now=at)
            lane_store.save_tokens(db, spent.next_at)
    return Claims(claimed=decisions.claimed, left_out=len(decisions.left_out)), decisions.missing


def _once_each(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Give the rows with each reader once: one reader is in flight once. Notices are no digests and all go."""
    seen: set[int] = set()
    once = []
    for row in rows:
        if row.issue_id is None or row.subscriber_id not in seen:
            once.append(row)
            if row.issue_id is not None:
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


def _zone(context: IssueContext, recipient: Recipient) -> str:
    return recipient.zone or context.frozen.recipe.zone


def _served(
    db: Connection, context: IssueContext, people: Mapping[int, Recipient | NotMailable], *, now: datetime
) -> set[int]:
    """Find who wants one issue a week or a month of this newsletter, and had it."""
    began = {
        reader: start
        for reader, person in people.items()
        if isinstance(person, Recipient) and (start := period_start(person.frequency, _zone(context, person), now))
    }
    if not began:
        return set()
    others = sending_store.issues_before(db, context.frozen.issue_id, since=min(began.values()))
    last = due_store.last_got(db, list(began), others) if others else {}
    return {reader for reader, at in last.items() if at >= began[reader]}


def _decide(
    db: Connection, decisions: _Decisions, context: IssueContext, rows: Sequence[Row[Any]], *, now: datetime
) -> None:
    people = _people(db, context, rows)
    served = _served(db, context, people, now=now)
    pool, readers = context.pool(db, now=now), [row.subscriber_id for row in rows]
    history = History(db, context.frozen.issue_id, pool, readers, now=now)
    for row in rows:
        person = people[row.subscriber_id]
        if row.stale_at is not None and row.stale_at < now:
            decisions.left_out.append((row.id, "stale"))
        elif isinstance(person, NotMailable):
            decisions.left_out.append((row.id, person.reason))
        elif is_paused(person.paused_until, _zone(context, person), now):
            decisions.left_out.append((row.id, "paused"))
        elif row.subscriber_id in served:
            decisions.left_out.append((row.id, "not_due"))
        elif not context.has_edition(language := _language(context, person)):
            decisions.missing.add((context.frozen.issue_id, language))
        else:
            digest = history.digest(context.reader(person), context.sizes(language), context.limits)
            if digest.is_empty:
                decisions.left_out.append((row.id, _why_empty(digest.left_out.values())))
            else:
                packed = pack_choice(digest.chosen, digest.more)
                decisions.rows.append({"row": row.id, "packed": packed})
                decisions.claimed.append(_claimed(row, person, language, packed, now))


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
