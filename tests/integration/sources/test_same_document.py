"""A feed that is byte for byte what it was is not parsed again that day, unless its posts would be made otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.sources import topic_store
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import IngestReport
from newsletter.sources.reading.parse_feed import read_feed
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import DAY, HOUR, SourceDesk, feed, item
from tests.integration.sources.test_set_up_anew import DATA, _categories, _keywords, _language, _name, _topics

TITLE = "A new framework for rare cancers"
NOTHING = IngestReport(source="partner")  # it looked at no item


@pytest.fixture
def desk(engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite) -> SourceDesk:
    """A source without an ETag, read once."""
    desk = SourceDesk(engine, fetcher, tmp_path)
    with writing(engine) as db:
        topic_store.put_topic(db, DATA)
    items = feed(item(TITLE, site.status("/none", 404), more="<category>Genomics</category>"))
    desk.add(site.feed("/feed", items.replace("<language>en</language>", "")))
    assert desk.poll().new == 1
    return desk


def test_the_same_bytes_are_not_parsed_again(desk: SourceDesk, site: WebSite) -> None:
    """Until they change, or a day has passed: posts that a feed no longer lists are looked for daily."""
    assert desk.poll(later=HOUR) == NOTHING
    assert desk.poll(later=DAY).unchanged == 1
    assert desk.poll(later=HOUR) == NOTHING
    site.feed("/feed", feed(item("Another title", "https://partner.invalid/2"), item(TITLE, site.url("/none"))))
    assert desk.poll(later=HOUR).new == 1


@pytest.mark.parametrize("change", [_language, _topics, _categories, _keywords, _name])
def test_another_set_up_is_not_hidden_by_the_same_bytes(desk: SourceDesk, change: Callable[[SourceDesk], None]) -> None:
    """What the operator sets is seen at the next poll, in the posts that are there."""
    before = [(post.language, post.topics) for post in desk.posts()]
    change(desk)
    desk.poll(later=HOUR)
    assert [(post.language, post.topics) for post in desk.posts()] != before
    assert desk.poll(later=HOUR) == NOTHING


def test_what_is_wrong_with_a_document_stays_told(desk: SourceDesk, site: WebSite) -> None:
    """The same bytes have the same faults: the source's health keeps them, and an error between hides none."""
    site.feed("/feed", feed(item(TITLE, "https://partner.invalid/1")).replace("</channel></rss>", "<item><title>Half"))
    desk.poll(later=HOUR)
    for _ in range(2):
        assert desk.source().last_problems.startswith("the feed breaks off after 1 item:")
        assert desk.poll(later=HOUR).error == ""


def test_an_answer_in_full_says_itself_how_long_it_stays_good(desk: SourceDesk, site: WebSite) -> None:
    """One that says nothing of it does not live on by what an older one said, as "not modified" would."""
    body = feed(item(TITLE, "https://partner.invalid/1")).encode()
    site.content("/feed", body, "application/rss+xml", headers={"Cache-Control": "max-age=7200"})
    desk.poll(later=HOUR)
    assert desk.source().fresh_until is not None
    site.content("/feed", body, "application/rss+xml")
    assert desk.poll(later=HOUR) == NOTHING
    assert desk.source().fresh_until is None


def test_an_item_that_waits_for_its_page_is_looked_at_again(desk: SourceDesk, site: WebSite) -> None:
    """The same bytes do not hide that the page of one of their items could not be had."""
    site.feed("/feed", feed(item("A post with a page of its own", site.status("/later", 503), text="Short …")))
    first = desk.poll(later=HOUR)
    assert first.postponed
    assert desk.poll(later=HOUR).postponed


@pytest.mark.parametrize("end", ["<item><title>Half", "<item><title>Half</title><link>https://x.example/ha", "<item>"])
def test_an_item_in_which_a_feed_breaks_off_is_left_out(end: str) -> None:
    """Its address may be half of one; what came whole is read, and the break is told."""
    whole = feed(item("One", "https://x.example/1"), item("Two", "https://x.example/2"))
    found = read_feed(whole.replace("</channel></rss>", end).encode(), url="https://x.example/feed")
    assert [post.title for post in found.posts] == ["One", "Two"]
    assert found.problems == ("the feed breaks off after 2 items: its server sends only a part of it",)
    assert read_feed(whole.encode(), url="https://x.example/feed").problems == ()
