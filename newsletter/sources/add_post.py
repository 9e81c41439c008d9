"""Adds one post by hand: an address, a page's file or a Markdown file. It belongs to the source "editors"."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from newsletter.base.clock import Clock
from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import Ingestion
from newsletter.sources.post import Post
from newsletter.sources.reading.complete import Completed, read_page
from newsletter.sources.reading.parse_markdown import parse_markdown
from newsletter.sources.reading.read_source import is_markdown, is_web, load, with_local_picture
from newsletter.sources.source import EDITORS, Source, SourceKind
from newsletter.sources.stories.identity import identify


def add_post(
    engine: Engine, fetcher: Fetcher, media: Path, location: str, *, clock: Clock, topics: tuple[str, ...] = ()
) -> Post:
    """Store the post at an address or in a file as a candidate, and give it; SourceError in words if none is there.

    Adding it again revises it. The file's front matter says language, topics and the rest; `topics` (slugs) come
    beside.
    """
    read = _read(fetcher, location, now=clock.now())
    post = replace(read.post, given_topics=topics)
    editors = _editors(engine, now=clock.now())
    ((post, keys),) = identify([post])
    ingestion = Ingestion(engine, fetcher, media, editors, now=clock.now())
    outcome = ingestion.store_read(replace(read, post=post), keys) if read.page else ingestion.store_one(post, keys)
    if outcome is None:
        raise NotUnderstood(f"{location} has neither a title nor a text")
    with reading(engine) as db:
        return post_store.post_by_id(db, _found(post_store.find_post_by_keys(db, editors.id, keys)))


def _read(fetcher: Fetcher, location: str, *, now: datetime) -> Completed:
    """Read a file, or a page, whatever robots.txt says: a person named this one, and nothing goes on from it."""
    if is_web(location):
        return read_page(load(fetcher, location), now=now)
    path = Path(location).expanduser().absolute()
    document = load(fetcher, str(path))
    if is_markdown(path):
        told = parse_markdown(document.content, name=str(path))
        return Completed(post=with_local_picture(told, path, path.parent))
    return read_page(document, now=now)


def _editors(engine: Engine, *, now: datetime) -> Source:
    with writing(engine) as db:
        source_store.put_source(db, name=EDITORS, url="", kind=SourceKind.FOLDER, now=now)
        return source_store.source_by_name(db, EDITORS)


def _found(post_id: PostId | None) -> PostId:
    assert post_id is not None  # it was stored above, under these keys
    return post_id
