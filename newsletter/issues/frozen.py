"""A Frozen issue: all that any process needs to build the same editions, byte for byte. Made at approval, kept as JSON.

Before approval the same value is made from the present posts for previews; withdrawals later only subtract.
"""

from dataclasses import dataclass, field

from newsletter.base.ids import IssueId, PostId, SourceId, StoryId
from newsletter.issues.issue import PostEdit, Texts
from newsletter.issues.recipe import Recipe
from newsletter.sources.post import Post
from newsletter.sources.source import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its posts' topic; `topic_id` 0 is what fits under no topic."""

    topic_id: int
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenIssue:
    """An issue's content: posts in the editors' order, their sections, picks, values and texts."""

    issue_id: IssueId
    name: str  # "weekly/12"
    number: int
    slot: str
    kind: str
    recipe: Recipe
    texts: Texts
    topics: tuple[Topic, ...]  # in the order of sections
    posts: tuple[Post, ...]  # every candidate, editors' order: value, then newest first
    sections: dict[PostId, str] = field(default_factory=dict)  # topic slug; "" for none
    picks: tuple[PostId, ...] = ()  # on top for everybody, in order; of a selection: all its posts
    dropped: tuple[StoryId, ...] = ()  # by an editor; their posts are not in `posts`
    updates: tuple[PostId, ...] = ()  # with news: they come again to those who got them
    edits: tuple[PostEdit, ...] = ()  # the decisions that were laid over the posts
    layout_hash: str = ""  # of the templates at approval


def discreet_sources(frozen: FrozenIssue) -> frozenset[SourceId]:
    """Give the sources that write of a sensitive topic: to follow one tells as much as to follow the topic."""
    sensitive = {topic.slug for topic in frozen.topics if topic.sensitive}
    return frozenset(post.source_id for post in frozen.posts if not sensitive.isdisjoint(post.topics))
