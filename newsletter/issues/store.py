"""All SQL of this room: newsletters, issues, and what editors decided.

Functions take a Connection and never open a transaction. A state moves only by a guarded UPDATE along ARROWS.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, text, update

from newsletter.base.errors import NotFound, StaleState
from newsletter.base.ids import IssueId, NewsletterId, PostId
from newsletter.db.types import UtcDateTime
from newsletter.issues.due import IssueTimes
from newsletter.issues.freeze import frozen_from_json, frozen_to_json
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import ARROWS, UNAPPROVED, Issue, IssueState, PostEdit, Texts
from newsletter.issues.recipe import Newsletter, Recipe, merge_recipe
from newsletter.issues.slots import Slot
from newsletter.issues.tables import issue_posts, issues, newsletters

ENDS = frozenset(state for state, arrows in ARROWS.items() if not arrows)
_RESCHEDULING = ("schedule", "zone", "shift")  # a change of these makes other slots: none of the past is due


# --- newsletters


def put_newsletter(db: Connection, recipe: Recipe, *, now: datetime) -> Newsletter:
    """Make the newsletter, or change it: fields that the recipe does not set keep their value.

    A new schedule, zone or shift counts from now on; so does a newsletter that had been removed.
    """
    row = db.execute(_newsletters().where(newsletters.c.slug == recipe.slug).with_for_update()).one_or_none()
    if row is None:
        values = {"slug": recipe.slug, "recipe": _recipe_json(recipe), "created_at": now, "due_since": now}
        db.execute(insert(newsletters).values(values))
        return newsletter_by_slug(db, recipe.slug)
    stored = _newsletter(row)
    merged = merge_recipe(stored.recipe, recipe.model_dump(by_alias=True, exclude_unset=True))
    changes: dict[str, Any] = {"recipe": _recipe_json(merged), "removed_at": None}
    rescheduled = any(getattr(merged, field) != getattr(stored.recipe, field) for field in _RESCHEDULING)
    if rescheduled or row.removed_at is not None:
        changes["due_since"] = now
    db.execute(update(newsletters).where(newsletters.c.id == stored.id).values(changes))
    return newsletter_by_id(db, stored.id)


def newsletter_by_slug(db: Connection, slug: str) -> Newsletter:
    """Give a newsletter by its slug; NotFound with the slugs there are."""
    row = db.execute(_present_newsletters().where(newsletters.c.slug == slug)).one_or_none()
    if row is None:
        known = ", ".join(found.slug for found in all_newsletters(db)) or "none yet; `apply` makes them"
        raise NotFound(f"there is no newsletter {slug!r}; there are: {known}")
    return _newsletter(row)


def newsletter_by_id(db: Connection, newsletter_id: NewsletterId) -> Newsletter:
    """Give a newsletter by its id, also one that was removed: its issues stay."""
    row = db.execute(_newsletters().where(newsletters.c.id == newsletter_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no newsletter with the id {newsletter_id}")
    return _newsletter(row)


def all_newsletters(db: Connection) -> list[Newsletter]:
    """Give the newsletters that are not removed, by slug."""
    return [_newsletter(row) for row in db.execute(_present_newsletters().order_by(newsletters.c.slug))]


def remove_newsletter(db: Connection, newsletter_id: NewsletterId, *, now: datetime) -> None:
    """Take a newsletter out of use; its issues and their accounting stay."""
    _change_newsletter(db, newsletter_id, {"removed_at": now})


def pause_newsletter(
    db: Connection, newsletter_id: NewsletterId, *, now: datetime, until: datetime | None = None
) -> None:
    """Stop making issues by itself, until a moment or until resumed."""
    _change_newsletter(db, newsletter_id, {"paused_at": now, "paused_until": until})


def resume_newsletter(db: Connection, newsletter_id: NewsletterId, *, now: datetime) -> None:
    """Let it make issues again, for slots from now on."""
    _change_newsletter(db, newsletter_id, {"paused_at": None, "paused_until": None, "due_since": now})


def lock_newsletter(db: Connection, newsletter_id: NewsletterId) -> None:
    """Make others who number this newsletter's issues wait. (SQLite: a writing transaction holds the lock already.)"""
    db.execute(select(newsletters.c.id).where(newsletters.c.id == newsletter_id).with_for_update()).one()


def applied_recipe(db: Connection, newsletter_id: NewsletterId) -> dict[str, Any]:
    """Give the table that `apply` last wrote, to tell what the desk has changed since."""
    found = db.execute(select(newsletters.c.applied).where(newsletters.c.id == newsletter_id)).scalar_one()
    applied: dict[str, Any] = json.loads(found)
    return applied


def save_applied(db: Connection, newsletter_id: NewsletterId, table: Mapping[str, Any]) -> None:
    """Keep the table that `apply` has just written."""
    _change_newsletter(db, newsletter_id, {"applied": json.dumps(table, ensure_ascii=False, sort_keys=True)})


# --- issues

# The number is found and taken in one statement, under lock_newsletter: no holes, no doubles.
_INSERT_ISSUE = text("""
    INSERT INTO issues (newsletter_id, number, kind, slot, slot_at, scheduled, state, cutoff_at, approve_by, created_at)
    VALUES (:newsletter_id, (SELECT coalesce(max(number), 0) + 1 FROM issues WHERE newsletter_id = :newsletter_id),
            :kind, :slot, :slot_at, :scheduled, :state, :cutoff_at, :approve_by, :now)
    ON CONFLICT (newsletter_id, slot) DO NOTHING
    RETURNING id
""").bindparams(*(bindparam(name, type_=UtcDateTime()) for name in ("slot_at", "cutoff_at", "approve_by", "now")))


def insert_issue(
    db: Connection, newsletter: Newsletter, slot: Slot, times: IssueTimes, *, kind: str, scheduled: bool, now: datetime
) -> Issue | None:
    """Make the issue for a slot with the next number; None where that slot has one already.

    Any number of nodes may try at once: one makes it. One made after its cutoff collects what there is by now: while
    nobody ran this program nothing came in, so an issue that is caught up would be empty otherwise.
    """
    lock_newsletter(db, newsletter.id)
    values = {
        "newsletter_id": newsletter.id,
        "kind": kind,
        "slot": slot.wall,
        "slot_at": slot.at,
        "scheduled": scheduled,
        "state": IssueState.COLLECTING if now < times.cutoff_at else IssueState.IN_REVIEW,
        # A run that came late takes what it found: until now the issue might have collected.
        "cutoff_at": max(times.cutoff_at, now),
        "approve_by": times.approve_by,
        "now": now,
    }
    made = db.execute(_INSERT_ISSUE, values).scalar_one_or_none()
    return None if made is None else issue_by_id(db, IssueId(made))


def issue_by_id(db: Connection, issue_id: IssueId) -> Issue:
    """Give an issue by its id."""
    row = db.execute(_issues().where(issues.c.id == issue_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no issue with the id {issue_id}; `issue assemble NEWSLETTER` makes one")
    return _issue(row)


def issue_by_name(db: Connection, name: str) -> Issue:
    """Give the issue that a person means: an id, `weekly/12`, or `weekly` for the newest of weekly."""
    if name.isascii() and name.isdigit():
        return issue_by_id(db, IssueId(int(name)))
    slug, slash, number = name.partition("/")
    newsletter = newsletter_by_slug(db, slug)
    found = _issues().where(issues.c.newsletter_id == newsletter.id).order_by(issues.c.number.desc()).limit(1)
    if slash:
        if not (number.isascii() and number.isdigit()):
            raise NotFound(f"{name!r} names no issue; write an id, {slug}/12, or {slug} for its newest")
        found = found.where(issues.c.number == int(number))
    row = db.execute(found).one_or_none()
    if row is None:
        words = f"there is no issue {name}" if slash else f"{slug} has no issue yet"
        raise NotFound(f"{words}; `issue assemble {slug}` makes one")
    return _issue(row)


def locked_issue(db: Connection, issue_id: IssueId) -> Issue:
    """Give an issue and keep others from changing it until this transaction ends."""
    db.execute(select(issues.c.id).where(issues.c.id == issue_id).with_for_update())
    return issue_by_id(db, issue_id)


def issue_at_slot(db: Connection, newsletter_id: NewsletterId, wall: str) -> Issue | None:
    """Give the issue for a slot, where there is one."""
    row = db.execute(_issues().where(issues.c.newsletter_id == newsletter_id, issues.c.slot == wall)).one_or_none()
    return None if row is None else _issue(row)


def list_issues(
    db: Connection,
    *,
    newsletter_id: NewsletterId | None = None,
    states: Collection[IssueState] = (),
    offset: int = 0,
    limit: int | None = None,
) -> list[Issue]:
    """Give issues, the newest slot first; of one newsletter or all, in some states or any."""
    found = _issues().order_by(issues.c.slot_at.desc(), issues.c.id.desc()).limit(limit).offset(offset)
    if newsletter_id is not None:
        found = found.where(issues.c.newsletter_id == newsletter_id)
    if states:
        found = found.where(issues.c.state.in_(states))
    return [_issue(row) for row in db.execute(found)]


def newest_unapproved(db: Connection, newsletter_id: NewsletterId, kind: str) -> Issue | None:
    """Give the issue of this kind made last, if nobody has approved it and it has not ended."""
    chosen = (issues.c.newsletter_id == newsletter_id, issues.c.kind == kind, issues.c.state.in_(UNAPPROVED))
    row = db.execute(_issues().where(*chosen).order_by(issues.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _issue(row)


def previous_issue(db: Connection, issue: Issue) -> Issue | None:
    """Give the issue before this one: the same newsletter and kind, the next lower number."""
    same = (issues.c.newsletter_id == issue.newsletter_id, issues.c.kind == issue.kind)
    before = _issues().where(*same, issues.c.number < issue.number).order_by(issues.c.number.desc()).limit(1)
    row = db.execute(before).one_or_none()
    return None if row is None else _issue(row)


def scheduled_slots(db: Connection, newsletter_id: NewsletterId, *, now: datetime) -> list[Slot]:
    """Give the slots by the schedule that have an issue: the last one passed, and all to come."""
    slots = (
        select(issues.c.slot, issues.c.slot_at)
        .where(issues.c.newsletter_id == newsletter_id, issues.c.scheduled)
        .order_by(issues.c.slot_at.desc())
    )
    coming = [Slot(row.slot, row.slot_at) for row in db.execute(slots.where(issues.c.slot_at > now))]
    passed = [Slot(row.slot, row.slot_at) for row in db.execute(slots.where(issues.c.slot_at <= now).limit(1))]
    return passed + coming


def move_issue(
    db: Connection,
    issue_id: IssueId,
    from_states: Collection[IssueState],
    to: IssueState,
    *,
    now: datetime,
    reason: str = "",
) -> Issue:
    """Move an issue along ARROWS. StaleState where it is in none of `from_states` any more."""
    wrong = sorted(state for state in from_states if to not in ARROWS[state])
    if wrong or not from_states:
        raise ValueError(f"there is no arrow from {', '.join(wrong) or 'nowhere'} to {to}")
    changes: dict[str, Any] = {"state": to, "state_reason": reason}
    if to in ENDS:
        changes["finished_at"] = now
    guard = (issues.c.id == issue_id, issues.c.state.in_(from_states))
    if db.execute(update(issues).where(*guard).values(changes)).rowcount != 1:
        present = issue_by_id(db, issue_id)
        raise StaleState(f"{present.name} is {present.state} now; look at it again before you go on")
    return issue_by_id(db, issue_id)


def end_collecting(db: Connection, issue_id: IssueId, *, now: datetime) -> None:
    """Move an issue on to review. Its cutoff is now: the sources were asked once more after the planned one."""
    move_issue(db, issue_id, {IssueState.COLLECTING}, IssueState.IN_REVIEW, now=now)
    db.execute(update(issues).where(issues.c.id == issue_id).values(cutoff_at=now))


def pause_issue(db: Connection, issue_id: IssueId, *, now: datetime, reason: str) -> None:
    """Stop an issue where it is. StaleState where it is paused already or has ended."""
    guard = (issues.c.paused_at.is_(None), issues.c.state.not_in(ENDS))
    _change_issue(db, issue_id, {"paused_at": now, "paused_reason": reason}, *guard)


def unpause_issue(db: Connection, issue_id: IssueId) -> None:
    """Let an issue go on. StaleState where it is not paused."""
    _change_issue(db, issue_id, {"paused_at": None, "paused_reason": ""}, issues.c.paused_at.is_not(None))


def save_texts(db: Connection, issue_id: IssueId, texts: Texts) -> None:
    """Keep what an editor wrote. StaleState once the issue is approved."""
    words = json.dumps(asdict(texts), ensure_ascii=False)
    _change_issue(db, issue_id, {"texts": words}, issues.c.state.in_(UNAPPROVED))


def save_frozen(db: Connection, frozen: FrozenIssue, *, by: str, now: datetime) -> None:
    """Keep what was approved, by whom and when. StaleState where it is approved already."""
    changes = {"frozen": frozen_to_json(frozen), "approved_at": now, "approved_by": by}
    _change_issue(db, frozen.issue_id, changes, issues.c.state.in_(UNAPPROVED))


def forget_approval(db: Connection, issue_id: IssueId, *, now: datetime) -> None:
    """Take an issue back to review, as if it had not been approved. StaleState where it is not going out."""
    move_issue(db, issue_id, {IssueState.APPROVED, IssueState.SENDING}, IssueState.IN_REVIEW, now=now)
    nothing = {"frozen": "", "approved_at": None, "approved_by": "", "go_at": None}
    _change_issue(db, issue_id, {**nothing, "planned_after": 0, "planned_at": None})


def frozen_of(db: Connection, issue_id: IssueId) -> FrozenIssue:
    """Give what was frozen at approval; NotFound before."""
    issue = issue_by_id(db, issue_id)
    frozen = db.execute(select(issues.c.frozen).where(issues.c.id == issue_id)).scalar_one()
    if not frozen:
        raise NotFound(f"{issue.name} is not approved, so nothing of it is frozen yet")
    return frozen_from_json(frozen)


def planning_progress(
    db: Connection, issue_id: IssueId, *, planned_after: int, planned_at: datetime | None = None
) -> None:
    """Keep the last subscriber planned, and with `planned_at` that planning came to its end."""
    going_out = issues.c.state.in_([IssueState.APPROVED, IssueState.SENDING])
    _change_issue(db, issue_id, {"planned_after": planned_after, "planned_at": planned_at}, going_out)


def issues_to_plan(db: Connection) -> list[Issue]:
    """Give approved issues whose deliveries are not all planned, by slot; paused ones wait."""
    going_out = issues.c.state.in_([IssueState.APPROVED, IssueState.SENDING])
    todo = _issues().where(going_out, issues.c.planned_at.is_(None), issues.c.paused_at.is_(None))
    return [_issue(row) for row in db.execute(todo.order_by(issues.c.slot_at, issues.c.id))]


def issues_sending(db: Connection) -> list[Issue]:
    """Give the issues that are going out, paused ones too, by slot."""
    going_out = _issues().where(issues.c.state == IssueState.SENDING)
    return [_issue(row) for row in db.execute(going_out.order_by(issues.c.slot_at, issues.c.id))]


# --- what editors decided


def save_edit(db: Connection, issue_id: IssueId, edit: PostEdit) -> None:
    """Keep a decision on one post, in place of the one before. The caller holds the issue (locked_issue)."""
    db.execute(delete(issue_posts).where(issue_posts.c.issue_id == issue_id, issue_posts.c.post_id == edit.post_id))
    if edit != PostEdit(post_id=edit.post_id):
        db.execute(insert(issue_posts).values(issue_id=issue_id, **asdict(edit)))


def edits_of(db: Connection, issue_id: IssueId) -> list[PostEdit]:
    """Give the decisions for an issue, picks first in their order."""
    rows = db.execute(select(issue_posts).where(issue_posts.c.issue_id == issue_id))
    edits = [
        PostEdit(post_id=PostId(row.post_id), pick=row.pick, dropped=row.dropped, value=row.value, updated=row.updated)
        for row in rows
    ]
    return sorted(edits, key=lambda edit: (edit.pick is None, edit.pick or 0, edit.post_id))


# --- rows to values


def _newsletters() -> Select[Any]:
    return select(newsletters)


def _present_newsletters() -> Select[Any]:
    return _newsletters().where(newsletters.c.removed_at.is_(None))


def _newsletter(row: Row[Any]) -> Newsletter:
    return Newsletter(
        id=NewsletterId(row.id),
        recipe=Recipe.model_validate_json(row.recipe),
        created_at=row.created_at,
        due_since=row.due_since,
        paused_at=row.paused_at,
        paused_until=row.paused_until,
    )


def _recipe_json(recipe: Recipe) -> str:
    return recipe.model_dump_json(by_alias=True, exclude_unset=True)


def _change_newsletter(db: Connection, newsletter_id: NewsletterId, changes: dict[str, Any]) -> None:
    if db.execute(update(newsletters).where(newsletters.c.id == newsletter_id).values(changes)).rowcount != 1:
        raise NotFound(f"there is no newsletter with the id {newsletter_id}")


_NOT_READ = {"frozen", "welcomed_at"}  # the one large and read by frozen_of alone, the other for senders


def _issues() -> Select[Any]:
    columns = [column for column in issues.c if column.name not in _NOT_READ]
    return select(*columns, newsletters.c.slug.label("newsletter_slug")).join_from(issues, newsletters)


def _issue(row: Row[Any]) -> Issue:
    fields = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name of a row as a mapping
    fields["state"] = IssueState(row.state)
    fields["texts"] = Texts(**{"subject": {}, "preheader": {}, "intro": {}, **json.loads(row.texts)})
    return Issue(**fields)


def _change_issue(db: Connection, issue_id: IssueId, changes: dict[str, Any], *guard: Any) -> None:
    if db.execute(update(issues).where(issues.c.id == issue_id, *guard).values(changes)).rowcount != 1:
        present = issue_by_id(db, issue_id)
        paused = ", paused" if present.paused_at else ""
        raise StaleState(f"{present.name} is {present.state}{paused} now, which does not allow this")
