"""All SQL of stories: which posts tell the same news."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from newsletter.base.ids import PostId, StoryId
from newsletter.sources.cleaning.clean_post import CleanPost
from newsletter.sources.post import LONGEST_LIFE
from newsletter.sources.tables import posts, stories


def story_of(db: Connection, post: CleanPost, *, now: datetime, stored_as: PostId | None = None) -> StoryId | None:
    """Give the story that another post tells too: the same page in another source, or the same key in front matter.

    Only stories that may still be told count: a yearly page, or a key used again, is no old story.
    """
    same: list[ColumnElement[bool]] = []
    if post.canonical_url:
        same.append(posts.c.canonical_url == post.canonical_url)
    if post.story_key:
        same.append(posts.c.story_key == post.story_key)
    if not same:
        return None
    is_recent = posts.c.first_seen_at > now - LONGEST_LIFE
    found = db.execute(
        select(func.min(posts.c.story_id)).where(or_(*same), is_recent, posts.c.id != (stored_as or 0))
    ).scalar()
    return None if found is None else StoryId(found)


def new_story(db: Connection, *, now: datetime) -> StoryId:
    """Begin a story."""
    return StoryId(db.execute(insert(stories).values(created_at=now).returning(stories.c.id)).scalar_one())


def story_since(db: Connection, story_id: StoryId) -> datetime:
    """Tell when a story came in."""
    since: datetime = db.execute(select(stories.c.created_at).where(stories.c.id == story_id)).scalar_one()
    return since
