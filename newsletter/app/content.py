"""An issue's content: the frozen one after approval, and the same made from the present posts before."""

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotAllowedNow
from newsletter.base.ids import SourceId
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.approve import approve
from newsletter.issues.freeze import freeze
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import UNAPPROVED, Issue
from newsletter.issues.recipe import Newsletter
from newsletter.rendering.templates import layout_hash
from newsletter.sources import store as source_store


def content_of(app: App, db: Connection, issue: Issue) -> FrozenIssue:
    """Give what the issue holds: as approved, or as it would be if approved now."""
    if issue.state not in UNAPPROVED:
        frozen = issue_store.find_frozen(db, issue.id)
        if frozen is not None:
            return frozen
    newsletter = issue_store.newsletter_by_id(db, issue.newsletter_id)
    recipe = newsletter.recipe
    now = app.clock.now()
    posts = source_store.candidate_posts(
        db, sources=source_ids(db, newsletter), seen_before=min(issue.cutoff_at, now), now=max(now, issue.slot_at)
    )
    return freeze(
        issue,
        recipe,
        source_store.all_topics(db),
        posts,
        issue_store.edits_of(db, issue.id),
        layout_hash=layout_hash(app.templates, recipe.layout),
    )


def approve_issue(app: App, issue: Issue, *, by: str) -> Issue:
    """Freeze and approve: from here on only withdrawals change what readers get."""
    if issue.state not in UNAPPROVED:
        raise NotAllowedNow(f"issue {issue.name} is {issue.state.value} already")
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
    if not frozen.posts and issue.kind != "letter":
        raise NotAllowedNow(
            f"issue {issue.name} has nothing to say: no post is a candidate. `newsletter post list` shows what came in"
        )
    _check_it_compiles(app, frozen)
    with writing(app.engine) as db:
        approve(db, issue.id, frozen, by=by, now=app.clock.now())
        return issue_store.issue_by_id(db, issue.id)


def _check_it_compiles(app: App, frozen: FrozenIssue) -> None:
    """Build one edition now: a fault of layout or content stops the approval, not the sending."""
    app.build_edition(frozen, frozen.recipe.language)


def source_ids(db: Connection, newsletter: Newsletter) -> list[SourceId] | None:
    """Give the ids of the newsletter's sources; None for all of them."""
    names = newsletter.recipe.sources
    if "*" in names:
        return None
    return [source.id for source in source_store.all_sources(db) if source.name in names]
