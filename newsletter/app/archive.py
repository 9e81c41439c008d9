"""Issues for everybody: the public page of each, and the list of those that went out."""

from dataclasses import dataclass
from datetime import date, datetime

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.choose import everything
from newsletter.issues.digest import Chosen
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.issues.pool import has_intro, make_pool
from newsletter.issues.recipe import Recipe
from newsletter.rendering.dates import long_date
from newsletter.rendering.public_edition import public_html, public_title
from newsletter.rendering.strings import load_strings
from newsletter.sources import post_store
from newsletter.sources.post import Post

OUT = frozenset(IssueState) - UNAPPROVED - {IssueState.SKIPPED, IssueState.CANCELLED, IssueState.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIssue:
    """An issue that everybody may read, as the archive and its feeds tell of it."""

    issue: Issue
    title: str
    day: str  # in words
    at: datetime
    stories: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A newsletter with its issues, the newest first."""

    recipe: Recipe
    issues: list[ArchivedIssue]
    older: int  # the page that goes on; 0: there is none


def is_public(issue: Issue) -> bool:
    """Tell whether an issue may be seen by anybody: approved, going out or sent."""
    return issue.state in OUT


def public_issue(app: App, issue: Issue, language: str) -> str:
    """Give the HTML of an issue for everybody, every story in it; empty where nothing is left of it."""
    frozen, chosen = _content(app, issue, language)
    if not chosen and not (frozen.kind == "letter" and has_intro(frozen)):
        return ""
    return public_html(
        frozen,
        chosen,
        language or frozen.recipe.language,
        public_url=app.settings.web.public_url,
        environment=app.templates,
    )


def archive(app: App, slug: str, *, language: str = "", page: int = 1, limit: int = 20) -> Archive:
    """Give a page (from 1) of the issues that everybody may read. NotFound for a newsletter that there is not."""
    with reading(app.engine) as db:
        newsletter = issue_store.newsletter_by_slug(db, slug)
        issues = issue_store.list_issues(
            db, newsletter_id=newsletter.id, states=OUT, offset=(page - 1) * limit, limit=limit + 1
        )
    speaks = language or newsletter.recipe.language
    told = [one for issue in issues[:limit] if (one := _archived(app, issue, speaks))]
    return Archive(recipe=newsletter.recipe, issues=told, older=page + 1 if len(issues) > limit else 0)


def _archived(app: App, issue: Issue, language: str) -> ArchivedIssue | None:
    try:
        frozen, chosen = _content(app, issue, language)
    except NotFound:
        return None  # what was frozen is not there any more: there is no page either
    posts = {post.id: post for post in frozen.posts}
    day = long_date(date.fromisoformat(frozen.slot[:10]), load_strings(app.templates, language).locale)
    return ArchivedIssue(
        issue=issue,
        title=public_title(frozen, chosen, language, day),
        day=day,
        at=issue.finished_at or issue.slot_at,
        stories=tuple(posts[one.post_id] for one in chosen),
    )


def _content(app: App, issue: Issue, language: str) -> tuple[FrozenIssue, tuple[Chosen, ...]]:
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        withdrawn = frozenset(post_store.withdrawn_among(db, [post.id for post in frozen.posts]))
    # As it was when it went out: an old issue keeps its stories, short of what was withdrawn since.
    went_out = max(issue.slot_at, issue.approved_at or issue.slot_at)
    pool = make_pool(frozen, withdrawn=withdrawn, now=min(went_out, app.clock.now()))
    recipe = frozen.recipe
    wanted = (language, recipe.language, *recipe.fallback_languages)
    return frozen, everything(pool, tuple(one for one in wanted if one))
