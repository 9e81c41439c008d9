"""Fills a layout with made-up stories of every kind, to tell what is wrong with it before there is an issue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jinja2 import Environment

from newsletter.base.ids import IssueId, PostId, SourceId, StoryId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Texts
from newsletter.issues.recipe import Recipe
from newsletter.rendering.edition import build_edition
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.public_edition import public_html
from newsletter.rendering.templates import template_faults
from newsletter.sources.post import CallDetails, EventDetails, Picture, Post, PostKind, PostState

_AT = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
_POST = Post(
    id=PostId(1),
    source_id=SourceId(1),
    source_name="A source",
    story_id=StoryId(1),
    kind=PostKind.NEWS,
    state=PostState.CANDIDATE,
    url="https://example.org/story",
    title="A story with a picture",
    byline="",
    excerpt="A sentence of it.",
    body="",
    language="en",
    topics=(),
    published_at=_AT,
    first_seen_at=_AT,
    visible_from=_AT,
    alive_until=_AT + timedelta(days=30),
    picture=Picture(name="specimen.jpg", width=1200, height=675, alt="A picture"),
    event=None,
    call=None,
    value=1,
    revision=1,
)
_EVENT = EventDetails(
    starts_at=_AT, place="A place", zone="UTC", livestream_url="https://example.org/live", register_by=_AT
)
_CALL = CallDetails(deadline=_AT, countries=("PT",), page_url="https://example.org/call")
_POSTS = (
    _POST,
    replace(_POST, id=PostId(2), story_id=StoryId(2), kind=PostKind.EVENT, title="An event", event=_EVENT),
    replace(_POST, id=PostId(3), story_id=StoryId(3), kind=PostKind.CALL, title="A call", call=_CALL, picture=None),
    replace(_POST, id=PostId(4), story_id=StoryId(4), title="خبر بلا صورة", language="ar", picture=None),
)


def layout_faults(recipe: Recipe, *, public_url: str, environment: Environment) -> list[str]:
    """Give what is wrong with the layout of a newsletter, each fault with file and line; nothing where all is well."""
    frozen = FrozenIssue(
        issue_id=IssueId(1),
        name=f"{recipe.slug}/1",
        number=1,
        slot=f"{_AT:%Y-%m-%dT%H:%M}",
        kind=recipe.kind,
        recipe=recipe,
        texts=Texts(subject={}, preheader={}, intro={recipe.language: "A word before."}),
        topics=(),
        posts=_POSTS,
        sections={post.id: "" for post in _POSTS},
    )
    chosen = [Chosen(post.id, Reason.EDITORS_ORDER) for post in _POSTS]
    try:
        faults = template_faults(environment, recipe.layout)
        build_edition(frozen, recipe.language, public_url=public_url, environment=environment)
        public_html(frozen, chosen, recipe.language, public_url=public_url, environment=environment)
    except InvalidLayout as error:
        return list(error.faults)
    return faults
