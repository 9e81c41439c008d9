"""Why a person gets these stories of an issue, in the points that chose them, and what would have been next.

The wishes are those of now: for a mail of the past they may have changed since.
"""

from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.readers import seen_as
from newsletter.base.errors import NotFound
from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.issues.choose import choose, in_order
from newsletter.issues.digest import Chosen, Reason, unpack_choice
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.issues.limits import Sizes, limits_of
from newsletter.issues.points import Points
from newsletter.issues.pool import Pool, PooledStory, make_pool
from newsletter.issues.reader import Reader
from newsletter.issues.terms import chosen_for, tellable_points
from newsletter.outbox import report_store
from newsletter.outbox.delivery import issue_key
from newsletter.sources import post_store
from subscribers.people.find import find_by_address

_NEXT = 3
_BY_POINTS = {Reason.TOPIC, Reason.SOURCE, Reason.EDITORS_ORDER, Reason.OUTSIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyStory:
    """A story, its reason and its points. No points: an editor decided, or they would tell of a sensitive wish."""

    post_id: PostId
    title: str
    language: str
    source_name: str
    topics: tuple[str, ...]
    reason: Reason
    topic_id: int  # with TOPIC
    points: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyThese:
    """A digest explained."""

    stories: list[WhyStory]
    next: list[WhyStory]  # what would have come with more room


def why_these(app: App, issue: Issue, address: str) -> WhyThese:
    """Explain what a person got of an issue, or would get now. Raises NotFound or UnknownSubscriber."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        withdrawn = frozenset(post_store.withdrawn_among(db, [post.id for post in frozen.posts]))
        try:
            packed = report_store.delivery_by_key(db, issue_key(issue.id, find_by_address(db, address).id)).choice
        except NotFound:
            packed = None
        # As it was when it went out: a date that has passed since was to come then.
        went_out = min(max(issue.slot_at, issue.approved_at or issue.slot_at), app.clock.now())
        pool = make_pool(frozen, withdrawn=withdrawn, now=went_out if packed else app.clock.now())
        eyes = seen_as(app, db, frozen, issue, address, pool)
    if packed:
        chosen = tuple(one for one in unpack_choice(packed)[0] if one.post_id not in withdrawn)
    else:
        limits = limits_of(frozen.recipe)
        chosen = choose(pool, eyes.reader, eyes.shown, _no_bytes(frozen), limits=limits, remind=eyes.remind).chosen
    return _explained(frozen, pool, eyes.reader, chosen, eyes.shown)


def _explained(
    frozen: FrozenIssue, pool: Pool, reader: Reader, chosen: tuple[Chosen, ...], shown: frozenset[PostId]
) -> WhyThese:
    story_of = {post.id: post.story_id for post in frozen.posts}
    stories = {story.id: story for story in pool.ranked.stories}
    taken = {story_of[one.post_id] for one in chosen}
    waiting = in_order(pool, reader, shown) if pool.kind == "digest" else []
    coming = [chosen_for(pool, story, post_id, reader) for story, post_id in waiting if story.id not in taken]
    told = [_told(frozen, pool, reader, one, stories.get(story_of[one.post_id])) for one in (*chosen, *coming[:_NEXT])]
    return WhyThese(stories=told[: len(chosen)], next=told[len(chosen) :])


def _told(frozen: FrozenIssue, pool: Pool, reader: Reader, one: Chosen, story: PooledStory | None) -> WhyStory:
    post = next(post for post in frozen.posts if post.id == one.post_id)
    points = None
    if story is not None and one.reason in _BY_POINTS:
        points = tellable_points(pool, story, reader)
    return WhyStory(
        post_id=post.id,
        title=post.title,
        language=post.language,
        source_name=post.source_name,
        topics=post.topics,
        reason=one.reason,
        topic_id=one.topic_id,
        points=points,
    )


def _no_bytes(frozen: FrozenIssue) -> Sizes:
    """Without an edition at hand: the count decides, as it nearly always does."""
    return Sizes(0, {post.id: 0 for post in frozen.posts})
