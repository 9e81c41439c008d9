"""An issue's content: the frozen one after approval, and the same made from the present posts before."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotAllowedNow
from newsletter.base.ids import SourceId
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.approve import approve
from newsletter.issues.freeze import freeze
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.issues.recipe import Newsletter
from newsletter.outbox import alert_store
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.templates import layout_hash
from newsletter.sources import post_store, source_store, topic_store
from newsletter.sources.post import Post
from newsletter.sources.source import EDITORS


def content_of(app: App, db: Connection, issue: Issue) -> FrozenIssue:
    """Give what the issue holds: as approved, or as it would be if approved now."""
    if issue.approved_at is not None:
        return issue_store.frozen_of(db, issue.id)
    newsletter = issue_store.newsletter_by_id(db, issue.newsletter_id)
    return freeze(
        issue,
        newsletter.recipe,
        topic_store.all_topics(db),
        _posts(app, db, issue, newsletter),
        issue_store.edits_of(db, issue.id),
        layout_hash=_layout_hash(app, newsletter.recipe.layout),
    )


def _layout_hash(app: App, layout: str) -> str:
    try:
        return layout_hash(app.templates, layout)
    except InvalidLayout:
        return ""  # looking at an issue goes on; approving it builds an edition and says what cannot be read


def approve_issue(app: App, issue: Issue, *, by: str) -> Issue:
    """Freeze and approve: from here on only withdrawals change what readers get."""
    if issue.state not in UNAPPROVED:
        raise NotAllowedNow(f"issue {issue.name} is {issue.state.value} already")
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
    # A fault of layout or content stops the approval, not the sending.
    app.build_edition(frozen, frozen.recipe.language)
    approved = approve(app.engine, issue, frozen, by=by, now=app.clock.now())
    with writing(app.engine) as db:
        alert_store.close_alert(db, f"approval:{issue.id}", now=app.clock.now())
    return approved


def source_ids(db: Connection, newsletter: Newsletter) -> list[SourceId] | None:
    """Give the ids of the newsletter's sources, posts added by hand included; None for all of them."""
    names = newsletter.recipe.sources
    if "*" in names:
        return None
    return [source.id for source in source_store.all_sources(db) if source.name in {*names, EDITORS}]


def _posts(app: App, db: Connection, issue: Issue, newsletter: Newsletter) -> list[Post]:
    """Give the candidates: all that came in while the issue collects; later only what an editor adds by hand."""
    now = app.clock.now()
    alive_at = max(now, issue.slot_at)
    wanted = source_ids(db, newsletter)
    if issue.state is not IssueState.IN_REVIEW:
        return post_store.candidate_posts(db, sources=wanted, seen_before=_just_after(now), now=alive_at)
    collected = post_store.candidate_posts(db, sources=wanted, seen_before=_just_after(issue.cutoff_at), now=alive_at)
    by_hand = [source.id for source in source_store.all_sources(db) if source.name == EDITORS]
    added = post_store.candidate_posts(db, sources=by_hand, seen_before=_just_after(now), now=alive_at)
    return list({post.id: post for post in (*collected, *added)}.values())


def _just_after(at: datetime) -> datetime:
    """What was seen at the very moment counts: with `tick --at` all of a run happens at one moment."""
    return at + timedelta(microseconds=1)
