"""Makes issues: for the slots that are due, and when a person asks for one.

An issue for a slot is made once, whoever tries and however often: the insert on UNIQUE (newsletter, slot) decides.
Issues outside the schedule never take a wall time that the schedule names, or a letter would cost a digest.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from newsletter.base.clock import Clock
from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.db.audit import record
from newsletter.db.engine import reading, writing
from newsletter.issues import store
from newsletter.issues.due import IssueTimes, due_slots, times_of
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Newsletter
from newsletter.issues.slots import Slot, is_on_schedule, slots_between, wall_text

SCHEDULE = "schedule"  # who makes issues when nobody asks
_INSTANT = timedelta(microseconds=1)
_BY_HAND_KINDS = ("selection", "letter")


def make_due_issues(engine: Engine, clock: Clock, *, limit: int = 50) -> int:
    """Make the issues of due slots, at most `limit`, each in its own transaction; give how many were made."""
    now = clock.now()
    with reading(engine) as db:
        due = [
            (newsletter, slot)
            for newsletter in store.all_newsletters(db)
            for slot in due_slots(newsletter, now=now, existing=store.scheduled_slots(db, newsletter.id, now=now))
        ]
    return sum(_make_scheduled(engine, newsletter, slot, now) for newsletter, slot in due[:limit])


def assemble(
    engine: Engine, newsletter: Newsletter, *, now: datetime, at: datetime | None = None, by: str = "person"
) -> Issue:
    """Give the issue to work on, made if need be.

    That is the slot exactly at `at`, whenever that was; else the slot due at `at` (without it: now); else the newest
    issue that nobody approved yet; else a new one outside the schedule. Two calls at once give the same issue.
    """
    moment = at or now
    with writing(engine) as db:
        store.lock_newsletter(db, newsletter.id)
        slot = (_slot_at(newsletter, at) if at else None) or _due_slot(db, newsletter, moment)
        if slot:
            return _scheduled(db, newsletter, slot, now=now, by=by)
        unapproved = store.newest_unapproved(db, newsletter.id, newsletter.recipe.kind)
        return unapproved or _by_hand(db, newsletter, newsletter.recipe.kind, at=moment, now=now, by=by)


def new_issue(engine: Engine, newsletter: Newsletter, kind: str, *, now: datetime, by: str) -> Issue:
    """Make a selection or a letter outside the schedule. Each call makes one."""
    if kind not in _BY_HAND_KINDS:
        raise UsageError(
            f"a new issue is a {' or a '.join(_BY_HAND_KINDS)}; for a digest: issue assemble {newsletter.slug}"
        )
    with writing(engine) as db:
        store.lock_newsletter(db, newsletter.id)
        return _by_hand(db, newsletter, kind, at=now, now=now, by=by)


def _make_scheduled(engine: Engine, newsletter: Newsletter, slot: Slot, now: datetime) -> int:
    recipe = newsletter.recipe
    with writing(engine) as db:
        times = times_of(recipe, slot.at)
        made = store.insert_issue(db, newsletter, slot, times, kind=recipe.kind, scheduled=True, now=now)
        if made:
            _record(db, made, now=now, by=SCHEDULE)
    return 1 if made else 0


def _slot_at(newsletter: Newsletter, at: datetime) -> Slot | None:
    """Give the schedule's slot exactly at a moment that a person names: even one that would not be due any more."""
    recipe = newsletter.recipe
    found = slots_between(
        recipe.schedule, recipe.zone, after=at - _INSTANT, until=at, skip=recipe.skip, shift=recipe.shift
    )
    return found[0] if found else None


def _due_slot(db: Connection, newsletter: Newsletter, moment: datetime) -> Slot | None:
    due = due_slots(newsletter, now=moment, existing=store.scheduled_slots(db, newsletter.id, now=moment))
    return due[0] if due else None


def _scheduled(db: Connection, newsletter: Newsletter, slot: Slot, *, now: datetime, by: str) -> Issue:
    existing = store.issue_at_slot(db, newsletter.id, slot.wall)
    if existing:
        return existing
    times = times_of(newsletter.recipe, slot.at)
    made = store.insert_issue(db, newsletter, slot, times, kind=newsletter.recipe.kind, scheduled=True, now=now)
    assert made is not None  # the newsletter is locked, and a moment ago the slot was free
    _record(db, made, now=now, by=by)
    return made


def _by_hand(db: Connection, newsletter: Newsletter, kind: str, *, at: datetime, now: datetime, by: str) -> Issue:
    times = IssueTimes(opens_at=now, cutoff_at=at, approve_by=at)
    for wall in _free_walls(newsletter, at):
        made = store.insert_issue(db, newsletter, Slot(wall, at), times, kind=kind, scheduled=False, now=now)
        if made:
            _record(db, made, now=now, by=by)
            return made
    raise NotAllowedNow(f"{newsletter.slug} got more than a hundred issues within one minute; wait for the next")


def _free_walls(newsletter: Newsletter, at: datetime) -> list[str]:
    """Give wall times for an issue outside the schedule: the minute, unless the schedule names it; then seconds."""
    local = at.astimezone(ZoneInfo(newsletter.recipe.zone)).replace(microsecond=0, tzinfo=None)
    minute = local.replace(second=0)
    walls = [] if is_on_schedule(newsletter.recipe.schedule, minute) else [wall_text(minute)]
    seconds = (local + timedelta(seconds=more) for more in range(100))
    return walls + [wall_text(second) for second in seconds if second.second]


def _record(db: Connection, issue: Issue, *, now: datetime, by: str) -> None:
    record(db, at=now, who=by, act="issue.make", subject=f"issue:{issue.id}", details=f"{issue.name} for {issue.slot}")
