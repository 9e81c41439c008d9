"""All SQL of topics."""

import json

from sqlalchemy import Connection, insert, select, update

from newsletter.sources.rows import topic_of
from newsletter.sources.source import Topic
from newsletter.sources.tables import topics


def put_topic(db: Connection, topic: Topic) -> int:
    """Create or update the topic of this slug; its id (the given one is not used) never changes."""
    values = {
        "name": topic.name,
        "names": _json(topic.names),
        "keywords": _json(topic.keywords),
        "sensitive": topic.sensitive,
        "position": topic.position,
    }
    changed = update(topics).where(topics.c.slug == topic.slug).values(values).returning(topics.c.id)
    added = insert(topics).values(slug=topic.slug, **values).returning(topics.c.id)
    return int(db.execute(changed).scalar() or db.execute(added).scalar_one())


def all_topics(db: Connection) -> list[Topic]:
    """Give the topics in the order of sections."""
    return [topic_of(row) for row in db.execute(select(topics).order_by(topics.c.position, topics.c.id)).mappings()]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
