"""Joins and splits stories at an editor's word. The choice sticks: nothing automatic moves these posts again.

What readers were shown is kept by post, so a later choice counts for what went out before.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.base.ids import PostId
from newsletter.sources import post_store, story_store
from newsletter.sources.life import alive_until


def join_posts(db: Connection, ids: Sequence[PostId]) -> list[PostId]:
    """Make the stories of these posts one story; give all posts of it."""
    if len(set(ids)) < 2:
        raise UsageError("joining needs at least two posts")
    for post_id in ids:
        post_store.post_by_id(db, post_id)
    story_store.lock_stories(db)
    into, *others = sorted(story_store.stories_of(db, ids))
    if others:
        story_store.merge_stories(db, into, others)
    together = story_store.posts_of_stories(db, [into])
    story_store.fix_stories(db, together)
    return together


def split_post(db: Connection, post_id: PostId) -> list[PostId]:
    """Make one post a story of its own; give the posts that it told a story with."""
    story_store.lock_stories(db)
    post = post_store.post_by_id(db, post_id)
    mates = [one for one in story_store.posts_of_stories(db, [post.story_id]) if one != post_id]
    if not mates:
        raise NotAllowedNow(f"post {post_id} is alone in its story; there is nothing to split")
    own = story_store.new_story(db, now=post.first_seen_at)
    life = alive_until(
        first_seen_at=post.first_seen_at, story_since=post.first_seen_at, event=post.event, call=post.call
    )
    story_store.move_to_story(db, post_id, own, alive_until=life)
    story_store.fix_stories(db, [post_id, *mates])
    return mates
