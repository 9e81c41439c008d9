"""What will go out in the next days: a dry run of what `tick` and `serve` would do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.content import content_of, source_ids
from newsletter.app.segments import HeadCount, reader_count
from newsletter.base.errors import UsageError
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.duration import parse_duration
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.issues.recipe import Newsletter
from newsletter.issues.slots import slots_between
from newsletter.sources import post_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One slot that is coming, and what it needs."""

    newsletter: str
    slot: str
    zone: str
    at: datetime
    state: str
    posts: int  # candidates now
    readers: HeadCount  # who may be mailed now
    needs: str  # empty: nothing


def outlook(app: App, ahead: str) -> list[Coming]:
    """List the slots of the time ahead ("7d"), soonest first."""
    try:
        span = parse_duration(ahead)
    except ValueError as error:
        raise UsageError(f"--next: {error}") from error
    now = app.clock.now()
    with reading(app.engine) as db:
        coming = [
            one
            for newsletter in issue_store.all_newsletters(db)
            if not newsletter.is_paused(now)
            for one in _of_newsletter(app, db, newsletter, now=now, until=now + span)
        ]
    return sorted(coming, key=lambda one: one.at)


def _of_newsletter(app: App, db: Connection, newsletter: Newsletter, *, now: datetime, until: datetime) -> list[Coming]:
    recipe = newsletter.recipe
    issues = {
        issue.slot: issue for issue in issue_store.list_issues(db, newsletter_id=newsletter.id) if _is_coming(issue)
    }
    slots = {
        slot.wall: slot.at
        for slot in slots_between(
            recipe.schedule, recipe.zone, after=now, until=until, skip=recipe.skip, shift=recipe.shift
        )
    }
    for issue in issues.values():
        if issue.slot_at <= until:
            slots.setdefault(issue.slot, issue.slot_at)
    if not slots:
        return []
    readers = reader_count(db, recipe)
    posts = len(post_store.candidate_posts(db, sources=source_ids(db, newsletter), seen_before=now, now=now))
    return [
        _coming(app, db, newsletter, wall, at, issues.get(wall), posts=posts, readers=readers)
        for wall, at in slots.items()
    ]


def _coming(
    app: App,
    db: Connection,
    newsletter: Newsletter,
    wall: str,
    at: datetime,
    issue: Issue | None,
    *,
    posts: int,
    readers: HeadCount,
) -> Coming:
    recipe = newsletter.recipe
    needs = "approval" if recipe.approval == "editor" and (issue is None or issue.state in UNAPPROVED) else ""
    if issue is not None and issue.paused_at is not None:
        needs = f"newsletter issue resume {issue.name}"
    return Coming(
        newsletter=recipe.slug,
        slot=wall,
        zone=recipe.zone,
        at=at,
        state=issue.state.value if issue else "not made yet",
        posts=len(content_of(app, db, issue).posts) if issue else posts,
        readers=readers,
        needs=needs,
    )


def _is_coming(issue: Issue) -> bool:
    return issue.state in UNAPPROVED or issue.state in {IssueState.APPROVED, IssueState.SENDING}
