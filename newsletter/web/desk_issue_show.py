"""GET /desk/issues/ID: an issue with its posts and counts, and its mail through the eyes of any reader. Read only."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.preview import Preview
from newsletter.app.status import readers_of
from newsletter.app.words import counts_words, delivery_word
from newsletter.base.errors import NotFound
from newsletter.base.ids import IssueId
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import UNAPPROVED, Issue
from newsletter.outbox import report_store
from newsletter.outbox.reason_words import reason_words
from newsletter.sources.post import Post
from newsletter.web import words
from newsletter.web.context import LARGEST_ID, web_of
from newsletter.web.desk_findings import findings_of
from newsletter.web.desk_preview import sample_readers, see
from newsletter.web.languages import language_name
from newsletter.web.looks import Look, read_look
from newsletter.web.pages import desk_page, nothing_here

_LOOKS = {Look.DESKTOP: "Desktop", Look.PHONE: "Phone", Look.DARK: "Dark", Look.TEXT: "Text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post of an issue as the desk lists it."""

    id: int
    title: str
    url: str
    source: str
    kind: str
    language: str
    date: str
    pick: int  # 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHead:
    """An issue as its own page presents it."""

    id: int
    name: str
    newsletter: str
    slot: str
    zone: str
    state: str
    tone: str
    paused: str
    approved: str
    next_step: str  # the command that moves it on
    public: str  # the public page, once there is one


def find_desk_issue(app: App, request: Request) -> Issue | None:
    """Give the issue that a desk page is about; None when there is none."""
    number = request.path_params["issue"]
    try:
        with reading(app.engine) as db:
            return issue_store.issue_by_id(db, IssueId(number)) if number <= LARGEST_ID else None
    except NotFound:
        return None


def desk_issue_show(request: Request) -> Response:
    """Show an issue."""
    app = web_of(request).app
    issue = find_desk_issue(app, request)
    if issue is None:
        return nothing_here(request)
    address = request.query_params.get("as", "").strip()
    look = read_look(request.query_params.get("look", ""))
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        readers = sample_readers(db, frozen.recipe)
        counts = report_store.counts_of(db, issue.id)
        count = readers_of(db, issue, counts.candidates)
        reasons = _reasons(db, issue) if count.number is not None else []
    sight = see(app, issue, address)
    return desk_page(
        request,
        "issue",
        status=200 if sight.is_somebody else 404,
        issue=_head(issue, frozen),
        sections=_sections(frozen),
        post_count=len(frozen.posts),
        readers=readers,
        address=address,
        look=look.value,
        looks=[(one.value, name) for one, name in _LOOKS.items()],
        why_not=sight.why_not,
        preview=sight.preview,
        no_mail=reason_words(sight.preview.why_nothing) if sight.preview else "",
        left_out=_left_out(sight.preview),
        counts=counts_words(counts) if count.number else [],
        candidates=count.words if count.number != 0 else "",
        reasons=reasons,
        findings=findings_of(web_of(request), issue, frozen),
    )


def _head(issue: Issue, frozen: FrozenIssue) -> IssueHead:
    zone = frozen.recipe.zone
    approved = f"approved {words.moment(issue.approved_at, zone)} by {issue.approved_by}" if issue.approved_at else ""
    return IssueHead(
        id=issue.id,
        name=issue.name,
        newsletter=frozen.recipe.name,
        slot=words.moment(issue.slot_at, zone),
        zone=zone,
        state=words.issue_state(issue),
        tone=words.issue_tone(issue),
        paused=issue.paused_reason if issue.paused_at else "",
        approved=approved,
        next_step=_next_step(issue),
        public=f"issues/{issue.newsletter_slug}/{issue.number}" if issue.approved_at else "",
    )


def _next_step(issue: Issue) -> str:
    if issue.paused_at is not None:
        return f"newsletter issue resume {issue.name}"
    return f"newsletter issue approve {issue.name}" if issue.state in UNAPPROVED else ""


def _sections(frozen: FrozenIssue) -> list[tuple[str, list[PostLine]]]:
    """Group the posts by section, picks first; sections in the order of topics."""
    names = {topic.slug: topic.name for topic in frozen.topics}
    picks = {post: place for place, post in enumerate(frozen.picks, 1)}
    groups: dict[str, list[PostLine]] = {slug: [] for slug in (*names, "")}
    for post in frozen.posts:
        slug = frozen.sections.get(post.id, "")
        groups.setdefault(slug, []).append(_line(post, picks.get(post.id, 0)))
    return [(names.get(slug, "Under no topic"), lines) for slug, lines in groups.items() if lines]


def _line(post: Post, pick: int) -> PostLine:
    return PostLine(
        id=post.id,
        title=post.title,
        url=post.url,
        source=post.source_name,
        kind=post.kind.value,
        language=language_name(post.language) if post.language else "language unknown",
        date=f"{post.published_at:%-d %b %Y}" if post.published_at else "no date",
        pick=pick,
    )


def _reasons(db: Connection, issue: Issue) -> list[tuple[str, str, int]]:
    return [
        (delivery_word(state), reason_words(reason), count)
        for (state, reason), count in report_store.reasons_of(db, issue.id).items()
    ]


def _left_out(preview: Preview | None) -> list[tuple[str, str]]:
    return [(title, words.left_out(why)) for _, title, why in preview.left_out] if preview else []
