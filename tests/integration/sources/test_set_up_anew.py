"""What an operator changes in the set-up is seen in the posts that are there, whatever their feed's server answers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.sources import source_store, topic_store
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.source import SourceKind, Topic
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import DAY, SourceDesk, feed, item

DATA = Topic(id=0, slug="data", name="Data", names={}, keywords=(), sensitive=False, position=0)


def _language(desk: SourceDesk) -> None:
    desk.add(desk.source().url, language="de")


def _topics(desk: SourceDesk) -> None:
    desk.add(desk.source().url, topics=("data",))


def _categories(desk: SourceDesk) -> None:
    with writing(desk.engine) as db:
        topic_store.put_categories(db, desk.source().id, {"Genomics": "data"})


def _keywords(desk: SourceDesk) -> None:
    with writing(desk.engine) as db:
        topic_store.put_topic(db, replace(DATA, keywords=("framework",)))


def _name(desk: SourceDesk) -> None:
    with writing(desk.engine) as db:
        topic_store.put_topic(db, replace(DATA, names={"en": "Genomics"}))


@pytest.mark.parametrize("change", [_language, _topics, _categories, _keywords, _name])
def test_another_set_up_is_not_hidden_by_not_modified(
    sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite, change: Callable[[SourceDesk], None]
) -> None:
    """After it the feed is asked without its ETag once, and its posts are made by the new rules."""
    desk = SourceDesk(sqlite_engine, fetcher, tmp_path)
    with writing(sqlite_engine) as db:
        topic_store.put_topic(db, DATA)
    link = site.status("/none", 404)
    plain = feed(item("A new framework for rare cancers", link, more="<category>Genomics</category>"))
    desk.add(site.feed("/feed", plain.replace("<language>en</language>", "")))
    site.etag("/feed", '"v1"')
    desk.ingest()
    before = [(post.language, post.topics) for post in desk.posts()]
    change(desk)
    desk.ingest(later=DAY)
    assert [(post.language, post.topics) for post in desk.posts()] != before
    assert desk.source().etag == '"v1"'


def test_the_same_set_up_keeps_what_the_server_said(
    engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite
) -> None:
    """Applying the same file again costs no reading."""
    desk = SourceDesk(engine, fetcher, tmp_path)
    with writing(engine) as db:
        topic_store.put_topic(db, DATA)
    desk.add(site.feed("/feed", feed(item("A new framework for rare cancers", site.status("/none", 404)))))
    site.etag("/feed", '"v1"')
    desk.ingest()
    with writing(engine) as db:
        topic_store.put_topic(db, DATA)
        source_store.put_source(db, name="partner", url=desk.source().url, kind=SourceKind.FEED, now=desk.now)
        topic_store.put_categories(db, desk.source().id, {})
    assert desk.source().etag == '"v1"'
