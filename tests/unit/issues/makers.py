"""Values for the tests of this room: made-up posts, topics, recipes, issues and readers, in words."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.base.ids import IssueId, NewsletterId, PostId, SourceId, StoryId
from newsletter.issues.freeze import freeze
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue, IssueState, PostEdit, Texts
from newsletter.issues.limits import Sizes
from newsletter.issues.pool import Pool, make_pool
from newsletter.issues.reader import Reader
from newsletter.issues.recipe import Newsletter, Recipe
from newsletter.sources.post import Post, PostKind, PostState
from newsletter.sources.source import Topic

SLOT_AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # Monday, 08:00 in Berlin
TOPICS = tuple(
    Topic(id=n, slug=slug, name=slug.title(), names={}, keywords=(), sensitive=slug == "diagnosis", position=n)
    for n, slug in enumerate(("funding", "policy", "events", "diagnosis"), 1)
)
TABLE: dict[str, Any] = {
    "slug": "weekly",
    "name": "Personalised Medicine Weekly",
    "from": "Newsroom <news@example.org>",
    "postal_address": "Example Street 1, 53227 Bonn",
    "lists": ["members"],
    "schedule": "0 8 * * mon",
    "zone": "Europe/Berlin",
}


def make_recipe(**fields: Any) -> Recipe:
    return Recipe.model_validate({**TABLE, **fields})


def make_newsletter(**fields: Any) -> Newsletter:
    life = {key: fields.pop(key) for key in ("due_since", "paused_at", "paused_until") if key in fields}
    since = datetime(2026, 11, 1, tzinfo=UTC)
    return Newsletter(
        id=NewsletterId(1),
        recipe=make_recipe(**fields),
        created_at=since,
        **{"due_since": since, "paused_at": None, "paused_until": None, **life},
    )


def make_post(number: int = 1, **fields: Any) -> Post:
    seen = SLOT_AT - timedelta(days=2, minutes=number)
    values: dict[str, Any] = {
        "id": PostId(number),
        "source_id": SourceId(1),
        "source_name": "Secretariat",
        "story_id": StoryId(number),
        "kind": PostKind.NEWS,
        "state": PostState.CANDIDATE,
        "url": f"https://www.example.org/{number}",
        "title": f"Post {number}",
        "byline": "",
        "excerpt": "",
        "body": "",
        "language": "en",
        "topics": (),
        "published_at": seen,
        "first_seen_at": seen,
        "visible_from": seen,
        "alive_until": seen + timedelta(days=30),
        "picture": None,
        "event": None,
        "call": None,
        "value": 0,
        "revision": 1,
    }
    return Post(**{**values, **fields})


def make_issue(**fields: Any) -> Issue:
    values: dict[str, Any] = {
        "id": IssueId(12),
        "newsletter_id": NewsletterId(1),
        "newsletter_slug": "weekly",
        "number": 3,
        "kind": "digest",
        "slot": "2026-11-23T08:00",
        "slot_at": SLOT_AT,
        "state": IssueState.IN_REVIEW,
        "state_reason": "",
        "paused_at": None,
        "paused_reason": "",
        "cutoff_at": SLOT_AT,
        "approve_by": SLOT_AT,
        "texts": Texts(subject={}, preheader={}, intro={}),
        "created_at": SLOT_AT,
        "approved_at": None,
        "approved_by": "",
        "go_at": None,
        "planned_after": 0,
        "planned_at": None,
        "finished_at": None,
    }
    return Issue(**{**values, **fields})


def make_reader(*, follows: Iterable[str] = (), mutes: Iterable[str] = (), **fields: Any) -> Reader:
    values: dict[str, Any] = {"id": 1, "language": "en", "reading_languages": ("en",)}
    return Reader(follows=frozenset(follows), mutes=frozenset(mutes), **{**values, **fields})


def make_frozen(posts: Sequence[Post], edits: Sequence[PostEdit] = (), **fields: Any) -> FrozenIssue:
    recipe = fields.pop("recipe", None) or make_recipe()
    return freeze(make_issue(**fields), recipe, TOPICS, posts, edits, layout_hash="abc")


def make_pool_of(posts: Sequence[Post], edits: Sequence[PostEdit] = (), **fields: Any) -> Pool:
    withdrawn, now = fields.pop("withdrawn", frozenset()), fields.pop("now", SLOT_AT)
    return make_pool(make_frozen(posts, edits, **fields), withdrawn=withdrawn, now=now)


def sizes_of(posts: Iterable[Post], card: int = 3_400, frame: int = 8_000) -> Sizes:
    return Sizes(frame, {post.id: card for post in posts})
