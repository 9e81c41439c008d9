"""Orders posts and topics. One key each, so that the board, the frozen issue and the pool can never disagree."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.sources.post import Post
from newsletter.sources.source import Topic


def newest_at(post: Post) -> datetime:
    """Give a post's place in time: its own date, but never later than it came in (some feeds date ahead)."""
    return min(post.published_at or post.first_seen_at, post.first_seen_at)


def editors_order(post: Post) -> tuple[int, float, int]:
    """Sort key of the editors' order: value, then newest first, then the id."""
    return -post.value, -newest_at(post).timestamp(), -post.id


def topic_order(topics: Sequence[Topic]) -> list[Topic]:
    """Give the topics in the order of sections."""
    return sorted(topics, key=lambda topic: (topic.position, topic.id))
