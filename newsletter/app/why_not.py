"""Why a person does not get a post: asked of the newest issue of each newsletter, by the very choice that sends."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.explain import explain
from newsletter.app.preview import Prepared, prepare
from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.frozen import discreet_sources
from newsletter.issues.issue import Issue
from newsletter.issues.points import Points
from newsletter.issues.terms import tellable_points
from newsletter.outbox.delivery import DeliveryState
from newsletter.sources import post_store
from newsletter.sources.post import Post, PostState
from subscribers.people.find import find_by_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one issue says of the post and the person."""

    issue: Issue
    comes: bool  # it is in their digest, itself or as another post of its story
    sent: bool  # the mail has been made already
    code: str  # a reason of Reason when it comes, else why not
    detail: str = ""  # what the code is about: the topics that are muted, the languages that are read
    points: Points | None = None  # None: an editor decides, it is in no pool, or they would tell of a sensitive wish


def why_not(app: App, number: int, address: str, *, name: str = "") -> tuple[Post, list[Verdict]]:
    """Ask one issue, or the newest of each newsletter. NotFound for a post, a person or an issue that is not there."""
    with reading(app.engine) as db:
        post = post_store.post_by_id(db, PostId(number))
        find_by_address(db, address)
        asked = [issue_store.issue_by_name(db, name)] if name else _newest(db)
    return post, [_verdict(app, post, one, address) for one in asked]


def _newest(db: Connection) -> list[Issue]:
    found = [issue_store.list_issues(db, newsletter_id=one.id, limit=1) for one in issue_store.all_newsletters(db)]
    return [one for issues in found for one in issues]


def _verdict(app: App, post: Post, issue: Issue, address: str) -> Verdict:
    told, ready = explain(app, address, issue.name), prepare(app, issue, address=address)
    points = _points(ready, post)
    sent = told.delivery is not None and told.delivery.state is DeliveryState.ACCEPTED
    for one, shown in told.chosen:
        if shown.story_id == post.story_id:
            return Verdict(issue=issue, comes=True, sent=sent, code=one.reason.name.lower(), points=points)
    if not sent and not ready.why_nothing:
        stories = {one.id: one.story_id for one in ready.frozen.posts}
        for one in ready.digest.chosen:
            if stories[one.post_id] == post.story_id:
                return Verdict(issue=issue, comes=True, sent=False, code=one.reason.name.lower(), points=points)
    code, detail = _reason(ready, post, issue)
    return Verdict(issue=issue, comes=False, sent=sent, code=code, detail=detail, points=points)


def _points(ready: Prepared, post: Post) -> Points | None:
    """Give the points by the wishes of now; a selection or letter has none."""
    stories = ready.pool.ranked.stories if ready.pool.kind == "digest" else ()
    story = next((one for one in stories if one.id == post.story_id), None)
    return tellable_points(ready.pool, story, ready.eyes.reader) if story else None


def _reason(ready: Prepared, post: Post, issue: Issue) -> tuple[str, str]:
    if ready.eyes.left_out:
        return "no_mail", ready.eyes.left_out
    why = ready.digest.left_out.get(post.story_id)
    if why is None:
        return _not_in_issue(post, issue)
    reader = ready.eyes.reader
    details = {
        "muted": _muted(ready, post),
        "not_followed": _followed(ready),
        "not_readable": ", ".join(reader.reading_languages),
    }
    code = why.name.lower()
    return code, details.get(code, "")


def _muted(ready: Prepared, post: Post) -> str:
    story = [one for one in ready.frozen.posts if one.story_id == post.story_id]
    reader = ready.eyes.reader
    topics = {topic for one in story for topic in one.topics} & reader.mutes
    return _named(ready, topics) or _sources(ready, reader.muted_sources & {one.source for one in story})


def _followed(ready: Prepared) -> str:
    reader = ready.eyes.reader
    return ", ".join(one for one in (_named(ready, reader.follows), _sources(ready, reader.sources)) if one)


def _sources(ready: Prepared, names: AbstractSet[str]) -> str:
    """Name sources, but for those that write of a sensitive topic."""
    discreet = discreet_sources(ready.frozen)
    silent = {one.source for one in ready.frozen.posts if one.source_id in discreet} & names
    return ", ".join([*sorted(names - silent), *(["a source kept private"] if silent else [])])


def _named(ready: Prepared, slugs: AbstractSet[str]) -> str:
    """Name topics; a sensitive one tells something of the person and is never named (design, section 4)."""
    sensitive = {topic.slug for topic in ready.frozen.topics if topic.sensitive}
    return ", ".join([*sorted(slugs - sensitive), *(["a sensitive topic"] if slugs & sensitive else [])])


def _not_in_issue(post: Post, issue: Issue) -> tuple[str, str]:
    """The issue does not hold the post at all: its state says why, or when it came in, or its source."""
    if post.state is not PostState.CANDIDATE:
        return post.state.value, ""
    if post.first_seen_at > issue.cutoff_at:
        return "too_late", f"{post.first_seen_at:%Y-%m-%d %H:%M} UTC"
    return "not_in_issue", post.source
