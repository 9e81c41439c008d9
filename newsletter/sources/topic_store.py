"""All SQL of topics: the topics themselves, and which a post has and why."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from newsletter.base.errors import NotFound
from newsletter.base.ids import PostId, SourceId
from newsletter.sources import source_store
from newsletter.sources.cleaning.clean_post import CONTENT_COLUMNS
from newsletter.sources.cleaning.topics import Assigned
from newsletter.sources.rows import topic_of
from newsletter.sources.source import Topic
from newsletter.sources.tables import post_revisions, posts, sources, topics

_BY_WORDS = ("name", "names", "keywords", "position")  # by which posts get a topic, and in which order
_MOST_AT_ONCE = 500  # ids in one IN (...): both databases limit the parameters of a statement


def put_topic(db: Connection, topic: Topic) -> int:
    """Create or update the topic of this slug; its id (the given one is not used) never changes.

    With other words every source is asked for all that it holds: "not modified" must not hide what has a topic now.
    """
    values = {
        "name": topic.name,
        "names": _json(topic.names),
        "keywords": _json(topic.keywords),
        "sensitive": topic.sensitive,
        "position": topic.position,
    }
    as_before = and_(topics.c.slug == topic.slug, *(topics.c[name] == values[name] for name in _BY_WORDS))
    if db.execute(select(topics.c.id).where(as_before)).first() is None:
        source_store.forget_validators(db)
    changed = update(topics).where(topics.c.slug == topic.slug).values(values).returning(topics.c.id)
    added = insert(topics).values(slug=topic.slug, **values).returning(topics.c.id)
    return int(db.execute(changed).scalar() or db.execute(added).scalar_one())


def all_topics(db: Connection) -> list[Topic]:
    """Give the topics in the order of sections."""
    return [topic_of(row) for row in db.execute(select(topics).order_by(topics.c.position, topics.c.id)).mappings()]


def topics_of(db: Connection, post_id: PostId) -> Assigned:
    """Give a post's topics and why it has each; NotFound if there is no such post."""
    found = reasons_of(db, [post_id]).get(post_id)
    if found is None:
        raise NotFound(f"there is no post {post_id}; `newsletter post list` shows all")
    return found


def reasons_of(db: Connection, ids: Sequence[PostId]) -> dict[PostId, Assigned]:
    """Give the topics of posts and why each has them; ids of no post are left out."""
    found: dict[PostId, Assigned] = {}
    for start in range(0, len(ids), _MOST_AT_ONCE):
        wanted = select(posts.c.id, posts.c.topics, posts.c.topic_reasons).where(
            posts.c.id.in_(ids[start : start + _MOST_AT_ONCE])
        )
        for row in db.execute(wanted):
            found[PostId(row.id)] = Assigned(tuple(json.loads(row.topics)), json.loads(row.topic_reasons))
    return found


def write_topics(db: Connection, post_id: PostId, assigned: Assigned) -> None:
    """Write a post's topics as part of a revision that is being made; its content's hash stays the publisher's."""
    values = {"topics": _json(assigned.topics), "topic_reasons": _json(dict(assigned.reasons))}
    db.execute(update(posts).where(posts.c.id == post_id).values(**values))


def revise_topics(db: Connection, post_id: PostId, assigned: Assigned, *, now: datetime) -> None:
    """Give a stored post other topics. The old stay readable as its revision: an issue may have frozen it."""
    row = db.execute(select(posts).where(posts.c.id == post_id).with_for_update()).mappings().one()
    content = {name: row[name] for name in CONTENT_COLUMNS}
    content["published_at"] = content["published_at"] and content["published_at"].isoformat()
    kept = {"post_id": post_id, "revision": row["revision"], "content": _json(content), "at": now}
    db.execute(insert(post_revisions).values(**kept))
    db.execute(update(posts).where(posts.c.id == post_id).values(revision=row["revision"] + 1))
    write_topics(db, post_id, assigned)


def put_categories(db: Connection, source_id: SourceId, categories: Mapping[str, str]) -> None:
    """Keep which of a publisher's categories is which topic; where that changes, its items are made anew."""
    told = _json(dict(categories))
    mine = sources.c.id == source_id
    source_store.forget_validators(db, mine, sources.c.categories != told)
    db.execute(update(sources).where(mine).values(categories=told))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
