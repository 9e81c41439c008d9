"""Making issues by hand: the one that is due, one at a time, or a selection or letter outside the schedule."""

from datetime import datetime

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.cutoff import ask_before_assembling, sources_of
from newsletter.app.source_health import stale_words
from newsletter.base.errors import UsageError
from newsletter.db.engine import reading
from newsletter.issues import assemble as making
from newsletter.issues import store as issue_store
from newsletter.issues.issue import UNAPPROVED, Issue
from newsletter.issues.recipe import Newsletter


def assemble_issue(app: App, slug: str, *, by: str, at: datetime | None = None) -> tuple[Issue, int]:
    """Make, or find again, the issue of a newsletter; gives it and how many posts it would hold now.

    Its sources are asked once more before, if what comes could still stand in it.
    """
    newsletter = _newsletter(app, slug)
    ask_before_assembling(app, newsletter, at=at or app.clock.now())
    issue = making.assemble(app.engine, newsletter, now=app.clock.now(), at=at, by=by)
    return issue, post_count(app, issue)


def new_issue(app: App, kind: str, slug: str, *, by: str) -> Issue:
    """Make an issue of a kind outside the schedule; the newsletter may stay unnamed where there is only one."""
    if not slug:
        with reading(app.engine) as db:
            newsletters = issue_store.all_newsletters(db)
        if len(newsletters) != 1:
            names = ", ".join(one.slug for one in newsletters) or "none yet"
            raise UsageError(f"say whose issue with --newsletter; there are: {names}")
        slug = newsletters[0].slug
    return making.new_issue(app.engine, _newsletter(app, slug), kind, now=app.clock.now(), by=by)


def stale_sources(app: App, slug: str) -> str:
    """Say which sources of a newsletter could not be read lately; empty when all could."""
    return stale_words(app, sources_of(app, _newsletter(app, slug)))


def stale_sources_beside(app: App, issue: Issue) -> str:
    """Say the same beside an issue that is not approved; what is approved holds what it holds."""
    if issue.state not in UNAPPROVED:
        return ""
    with reading(app.engine) as db:
        newsletter = issue_store.newsletter_by_id(db, issue.newsletter_id)
    return stale_words(app, sources_of(app, newsletter))


def post_count(app: App, issue: Issue) -> int:
    """Count the posts that an issue holds, or would hold if approved now."""
    with reading(app.engine) as db:
        return len(content_of(app, db, issue).posts)


def _newsletter(app: App, slug: str) -> Newsletter:
    with reading(app.engine) as db:
        return issue_store.newsletter_by_slug(db, slug)
