"""All SQL of stories: which posts tell the same news, and by which keys that is known.

Whoever gives a post a story holds `lock_stories`: two sources that store one address at the same instant would begin
two stories of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, select, text, update

from newsletter.base.ids import PostId, StoryId
from newsletter.sources.post import LONGEST_LIFE
from newsletter.sources.post_store import insert_new
from newsletter.sources.tables import posts, stories, story_keys

_LOCK_CLASS = 0x6E6E  # "nn", beside the classes of newsletter.db.locks
_MOST_RECENT = 3_000  # posts of the last days that titles are compared with


def lock_stories(db: Connection) -> None:
    """Wait until nobody else gives posts their stories, until the transaction ends (SQLite has one writer anyway)."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:class, 0)"), {"class": _LOCK_CLASS})


def new_story(db: Connection, *, now: datetime) -> StoryId:
    """Begin a story."""
    return StoryId(db.execute(insert(stories).values(created_at=now).returning(stories.c.id)).scalar_one())


def story_since(db: Connection, story_id: StoryId) -> datetime:
    """Tell when a story came in."""
    since: datetime = db.execute(select(stories.c.created_at).where(stories.c.id == story_id)).scalar_one()
    return since


def put_story_keys(db: Connection, post_id: PostId, keys: Iterable[str]) -> None:
    """Note the keys by which a post is known to tell its story; those that it had before go."""
    db.execute(delete(story_keys).where(story_keys.c.post_id == post_id))
    for key in dict.fromkeys(keys):
        insert_new(db, story_keys, {"key": key, "post_id": post_id})


def posts_with_story_keys(db: Connection, keys: Sequence[str], *, now: datetime) -> Sequence[RowMapping]:
    """Give the keys, among these, that posts have, and the ids of those posts.

    Only posts whose story may still be told count: a yearly page, or a key used again, is no old story.
    """
    is_recent = posts.c.first_seen_at > now - LONGEST_LIFE
    found = select(story_keys.c.key, posts.c.id).join(posts, posts.c.id == story_keys.c.post_id)
    return db.execute(found.where(story_keys.c.key.in_(keys), is_recent).order_by(posts.c.id)).mappings().all()


def recent_titles(db: Connection, *, since: datetime, after: PostId) -> Sequence[RowMapping]:
    """Give id and title of the posts seen since, whose id is larger; the newest where there are very many."""
    wanted = select(posts.c.id, posts.c.title).where(posts.c.first_seen_at >= since, posts.c.id > after)
    return db.execute(wanted.order_by(posts.c.id.desc()).limit(_MOST_RECENT)).mappings().all()


def stories_of(db: Connection, ids: Sequence[PostId]) -> set[StoryId]:
    """Give the stories of posts."""
    return {StoryId(row.story_id) for row in db.execute(select(posts.c.story_id).where(posts.c.id.in_(ids)))}


def posts_of_stories(db: Connection, ids: Iterable[StoryId]) -> list[PostId]:
    """Give the posts of stories, in the order they came."""
    found = select(posts.c.id).where(posts.c.story_id.in_(list(ids))).order_by(posts.c.id)
    return [PostId(row.id) for row in db.execute(found)]


def is_fixed(db: Connection, story_id: StoryId) -> bool:
    """Tell whether an editor chose what belongs to this story."""
    fixed = select(posts.c.id).where(posts.c.story_id == story_id, posts.c.story_fixed).limit(1)
    return db.execute(fixed).first() is not None


def has_fixed_story(db: Connection, post_id: PostId) -> bool:
    """Tell whether an editor chose this post's story."""
    return bool(db.execute(select(posts.c.story_fixed).where(posts.c.id == post_id)).scalar())


def fix_stories(db: Connection, ids: Sequence[PostId]) -> None:
    """Note that an editor chose these posts' story."""
    db.execute(update(posts).where(posts.c.id.in_(ids)).values(story_fixed=True))


def merge_stories(db: Connection, into: StoryId, others: Iterable[StoryId]) -> None:
    """Move all posts of other stories into one. None outlives the older story: what was shown is remembered as long."""
    moved = list(others)
    both = select(func.min(stories.c.created_at)).where(stories.c.id.in_([into, *moved]))
    since: datetime = db.execute(both).scalar_one()
    db.execute(update(stories).where(stories.c.id == into).values(created_at=since))
    db.execute(update(posts).where(posts.c.story_id.in_(moved)).values(story_id=into))
    end = since + LONGEST_LIFE
    lives_on = and_(posts.c.story_id == into, posts.c.alive_until > end)
    db.execute(update(posts).where(lives_on).values(alive_until=end))


def move_to_story(db: Connection, post_id: PostId, story_id: StoryId, *, alive_until: datetime) -> None:
    """Give one post another story, and the life that follows from it."""
    moved = update(posts).where(posts.c.id == post_id)
    db.execute(moved.values(story_id=story_id, alive_until=alive_until))
