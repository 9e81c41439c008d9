"""GET /desk: newsletters and their next dates, issues and how they stand, and what waits for somebody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newsletter.app.app import App
from newsletter.app.status import readers_of
from newsletter.app.telling import waiting_for_somebody
from newsletter.app.words import counts_words
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Newsletter
from newsletter.issues.slots import first_slots
from newsletter.outbox import report_store
from newsletter.sources import submission_store
from newsletter.web import words
from newsletter.web.context import web_of
from newsletter.web.pages import desk_page

_ISSUES = 40
_DATES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterLine:
    """A newsletter as the desk lists it."""

    name: str
    slug: str
    lists: str
    dates: list[tuple[str, str]]  # the date in words, and how far off
    zone: str
    rule: str  # who approves
    paused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue as the desk lists it."""

    id: int
    name: str
    newsletter: str
    slot: str
    state: str
    tone: str
    paused: str
    counts: list[tuple[str, int]]
    readers: str  # in words; empty: nobody is planned


def desk_enter(_request: Request) -> Response:
    """Lead from the root to the desk."""
    return RedirectResponse("desk", 302)


def desk_show(request: Request) -> Response:
    """Show the desk."""
    app = web_of(request).app
    now = app.clock.now()
    with reading(app.engine) as db:
        newsletters = issue_store.all_newsletters(db)
        lines = [_newsletter(one, now=now) for one in newsletters]
        by_id = {one.id: one for one in newsletters}
        issues = [_issue(db, one, by_id.get(one.newsletter_id)) for one in issue_store.list_issues(db, limit=_ISSUES)]
        held = submission_store.count_held(db)
    return desk_page(
        request,
        "desk",
        newsletters=lines,
        issues=issues,
        waiting=_waiting(app, now=now),
        held=held,
        home=str(app.home.absolute()),
    )


def _newsletter(newsletter: Newsletter, *, now: datetime) -> NewsletterLine:
    recipe = newsletter.recipe
    slots = first_slots(recipe.schedule, recipe.zone, after=now, count=_DATES, skip=recipe.skip, shift=recipe.shift)
    return NewsletterLine(
        name=recipe.name,
        slug=recipe.slug,
        lists=", ".join(recipe.lists),
        dates=[(words.moment(slot.at, recipe.zone), words.how_far(slot.at, now=now)) for slot in slots],
        zone=f"{recipe.zone}, each reader at that hour of their own zone" if recipe.local_time else recipe.zone,
        rule="an editor approves each issue" if recipe.approval == "editor" else "issues are approved by themselves",
        paused=_paused(newsletter, recipe.zone),
    )


def _paused(newsletter: Newsletter, zone: str) -> str:
    if newsletter.paused_at is None:
        return ""
    until = newsletter.paused_until
    return f"paused until {words.moment(until, zone)}" if until else "paused"


def _issue(db: Connection, issue: Issue, newsletter: Newsletter | None) -> IssueLine:
    counts = report_store.counts_of(db, issue.id)
    readers = readers_of(db, issue, counts.candidates)
    return IssueLine(
        id=issue.id,
        name=issue.name,
        newsletter=newsletter.recipe.name if newsletter else issue.newsletter_slug,
        slot=words.moment(issue.slot_at, newsletter.recipe.zone if newsletter else "UTC"),
        state=words.issue_state(issue),
        tone=words.issue_tone(issue),
        paused=issue.paused_reason if issue.paused_at else "",
        counts=counts_words(counts) if readers.number else [],
        readers=readers.words if readers.number != 0 else "",
    )


def _waiting(app: App, *, now: datetime) -> list[dict[str, str]]:
    return [
        {"words": one.words, "remedy": one.remedy, "since": words.how_far(one.since, now=now)}
        for one in waiting_for_somebody(app)
    ]
