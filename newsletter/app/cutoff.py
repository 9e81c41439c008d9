"""Asks the sources of an issue once more at its cutoff, before it is made or closes.

Bounded: an issue waits for its sources as long as one request may take, and goes without those that are slower. A
source that fails stops nothing; it is named.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.source_health import names_in
from newsletter.base.log import get_log
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.due import due_slots, times_of
from newsletter.issues.duration import parse_duration
from newsletter.issues.issue import IssueState
from newsletter.issues.recipe import Newsletter, next_slots
from newsletter.sources import source_store

SOON = timedelta(hours=6)  # before a cutoff, sources are asked at the shortest pace
_ASKED_JUST_NOW = timedelta(minutes=10)
_STILL_COLLECTING = frozenset({IssueState.PLANNED, IssueState.COLLECTING})


def ask_before_cutoffs(app: App) -> list[str]:
    """Ask the sources of all newsletters that have an issue at its cutoff; gives those sources that took too long."""
    now = app.clock.now()
    with reading(app.engine) as db:
        names = _names(db, [one for one in issue_store.all_newsletters(db) if _is_at_cutoff(db, one, now)])
    return _ask(app, names)


def ask_before_assembling(app: App, newsletter: Newsletter, *, at: datetime) -> list[str]:
    """Ask a newsletter's sources before somebody makes its issue by hand, if what comes could still stand in it."""
    now = app.clock.now()
    with reading(app.engine) as db:
        unapproved = issue_store.newest_unapproved(db, newsletter.id, newsletter.recipe.kind)
        takes_new = unapproved is None or unapproved.state in _STILL_COLLECTING or _is_at_cutoff(db, newsletter, now)
        names = _names(db, [newsletter]) if takes_new and at <= now else set()
    return _ask(app, names)


def sources_wanted_soon(app: App) -> set[str]:
    """Give the names of the sources whose posts an issue of the next hours may take."""
    now = app.clock.now()
    with reading(app.engine) as db:
        return _names(db, [one for one in issue_store.all_newsletters(db) if _closes_soon(one, now)])


def sources_of(app: App, newsletter: Newsletter) -> set[str]:
    """Give the names of the sources that a newsletter takes from."""
    with reading(app.engine) as db:
        return _names(db, [newsletter])


def all_sources_used(app: App) -> set[str]:
    """Give the names of the sources that any newsletter takes from."""
    with reading(app.engine) as db:
        return _names(db, issue_store.all_newsletters(db))


def _ask(app: App, names: set[str]) -> list[str]:
    from newsletter.sources.poll import ask_once_more  # here: what only looks does not fetch

    if not names:
        return []
    settings = app.settings.fetch
    late = ask_once_more(
        app.engine,
        app.fetcher,
        app.media,
        names,
        pool=app.asking,
        clock=app.clock,
        every=timedelta(minutes=settings.every_minutes),
        unless_within=_ASKED_JUST_NOW,
        seconds=settings.timeout_seconds,
    )
    if late:
        get_log("app").warning("cutoff.without", sources=late, seconds=settings.timeout_seconds)
    return late


def _names(db: Connection, newsletters: Iterable[Newsletter]) -> set[str]:
    sources = source_store.all_sources(db)
    return set().union(*(names_in(one.recipe.sources, sources) for one in newsletters))


def _is_at_cutoff(db: Connection, newsletter: Newsletter, now: datetime) -> bool:
    """Tell whether an issue is to be made after its cutoff, or one that collects has come to it."""
    existing = issue_store.scheduled_slots(db, newsletter.id, now=now)
    due = due_slots(newsletter, now=now, existing=existing)
    if any(times_of(newsletter.recipe, slot.at).cutoff_at <= now for slot in due):
        return True
    collecting = issue_store.list_issues(db, newsletter_id=newsletter.id, states=_STILL_COLLECTING)
    return any(issue.cutoff_at <= now and issue.paused_at is None for issue in collecting)


def _closes_soon(newsletter: Newsletter, now: datetime) -> bool:
    recipe = newsletter.recipe
    if not recipe.schedule or newsletter.is_paused(now):
        return False
    before = parse_duration(recipe.cutoff)
    return any(slot.at - before <= now + SOON for slot in next_slots(recipe, now + before, 1))
