"""Clicks of newsletters that count them: by story and day, without the reader. Off unless the recipe says so."""

from collections import Counter
from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.archive import is_public
from newsletter.app.content import content_of
from newsletter.base.ids import IssueId
from newsletter.db.engine import reading, writing
from newsletter.feedback import click_store
from newsletter.feedback.click_store import Clicks
from newsletter.feedback.clicks import HASTE, OpenedLink
from newsletter.issues import store as issue_store
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.rendering.values import web_link
from newsletter.sources import post_store
from newsletter.sources.post import Post

_LEAST_TOLD = 10  # a topic can be a diagnosis: of few clicks on one, none is told


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLinks:
    """Where an issue's stories lead, by post; `counted` once the issue is on its way to readers."""

    targets: dict[int, str]
    counted: bool
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryClicks:
    """How often a story was opened from an issue. None: too few of a sensitive topic to be told."""

    post_id: int  # of a story in several languages, the first in the editors' order
    title: str
    count: int | None
    days: tuple[tuple[str, int], ...]  # none for a sensitive topic


def story_links(app: App, issue_id: int) -> StoryLinks:
    """Give where the links of an issue lead; of a withdrawn post they lead nowhere. NotFound for no issue."""
    with reading(app.engine) as db:
        issue = issue_store.issue_by_id(db, IssueId(issue_id))
        frozen = content_of(app, db, issue)
        withdrawn = set(post_store.withdrawn_among(db, [post.id for post in frozen.posts]))
    now = app.clock.now()
    there = [post for post in frozen.posts if post.id not in withdrawn and post.visible_from <= now]
    return StoryLinks(
        targets={post.id: link for post in there if (link := web_link(post.url))},
        counted=is_public(issue) and frozen.recipe.clicks == "counted",
        zone=frozen.recipe.zone,
    )


def count_clicks(app: App) -> int:
    """Store what people opened until some seconds ago; gives how many clicks that were."""
    return _store(app, app.opened_links.settle(app.clock.now() - HASTE))


def count_last_clicks(app: App) -> None:
    """Store also the last seconds' clicks: the service ends."""
    _store(app, app.opened_links.settle(app.clock.now()))


def clicks_of_issue(app: App, issue: Issue) -> tuple[FrozenIssue, list[StoryClicks]]:
    """Give an issue's content, and the clicks of each of its stories, the most opened first."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        found = click_store.clicks_of(db, issue.id)
    stories: dict[int, list[Post]] = {}
    for post in frozen.posts:
        stories.setdefault(post.story_id, []).append(post)
    sensitive = {topic.slug for topic in frozen.topics if topic.sensitive}
    told = [_told(posts, found, sensitive) for posts in stories.values()]
    return frozen, sorted(told, key=lambda one: (-(one.count or 0), one.post_id))


def _told(posts: list[Post], found: list[Clicks], sensitive: set[str]) -> StoryClicks:
    ids = {post.id for post in posts}
    days: Counter[str] = Counter()
    for one in found:
        if one.post_id in ids:
            days[one.day] += one.times
    count, first = days.total(), posts[0]
    if not any(sensitive.intersection(post.topics) for post in posts):
        return StoryClicks(post_id=first.id, title=first.title, count=count, days=tuple(sorted(days.items())))
    # Not by day either: the difference of two days is a small count again.
    return StoryClicks(post_id=first.id, title=first.title, count=count if count >= _LEAST_TOLD else None, days=())


def _store(app: App, opened: list[OpenedLink]) -> int:
    if opened:
        counts = Counter((one.issue_id, one.post_id, one.day) for one in opened)
        with writing(app.engine) as db:
            click_store.add_clicks(db, counts)
    return len(opened)
