"""Makes values of rows. No SQL here: what is selected, and why, stands in store.py."""

import json
from collections.abc import Mapping
from typing import Any

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.sources.details.stored_details import call_from_json, event_from_json
from newsletter.sources.pictures.shrink import suffix_of
from newsletter.sources.post import Picture, Post, PostKind, PostState
from newsletter.sources.source import Source, SourceKind, Topic


def post_of(row: Mapping[Any, Any]) -> Post:
    """Make a Post of a row of posts, joined with its source and picture."""
    return Post(
        id=PostId(row["id"]),
        source_id=SourceId(row["source_id"]),
        source_name=row["owner"] or row["source_name"],
        story_id=StoryId(row["story_id"]),
        kind=PostKind(row["kind"]),
        state=PostState(row["state"]),
        url=row["url"],
        title=row["title"],
        byline=row["byline"],
        excerpt=row["excerpt"],
        body=row["body"],
        language=row["language"],
        topics=tuple(json.loads(row["topics"])),
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        visible_from=row["visible_from"],
        alive_until=row["alive_until"],
        picture=_picture(row),
        event=event_from_json(row["event"]),
        call=call_from_json(row["call"]),
        value=row["value"],
        revision=row["revision"],
        state_reason=row["state_reason"],
        gone_at=row["gone_at"],
        gone_reason=row["gone_reason"],
        source=row["source_name"],
        roles=tuple(json.loads(row["roles"])),
        country=row["country"],
    )


def _picture(row: Mapping[Any, Any]) -> Picture | None:
    if row["picture_name"] is None:
        return None
    name = f"{row['picture_name']}.{suffix_of(row['media_type'])}"
    return Picture(name=name, width=row["width"], height=row["height"], alt=row["picture_alt"])


def source_of(row: Mapping[Any, Any]) -> Source:
    """Make a Source of a row of sources."""
    values = {name: row[name] for name in row if name not in {"created_at", "removed_at"}}
    values.update(kind=SourceKind(row["kind"]), topics=tuple(json.loads(row["topics"])))
    values.update(categories=json.loads(row["categories"]), roles=tuple(json.loads(row["roles"])))
    return Source(**values)


def topic_of(row: Mapping[Any, Any]) -> Topic:
    """Make a Topic of a row of topics."""
    values = {**row, "names": json.loads(row["names"]), "keywords": tuple(json.loads(row["keywords"]))}
    return Topic(**values)
