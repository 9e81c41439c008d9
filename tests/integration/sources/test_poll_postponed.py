"""What had to wait for another reading is asked for again: "not modified" must not hide it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.sources.completing import _MOST_PAGES
from newsletter.sources.fetching.fetch import Fetcher
from tests.fakes.web_server import WebSite
from tests.integration.sources.test_poll import DAY, HOUR, NOW, Desk

TEXT = "The consortium tells what forty partners in six countries want to measure, and how it should be shared. " * 5


@pytest.fixture
def desk(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(sqlite_engine, fetcher, tmp_path)
    yield desk
    desk.pool.shutdown()


def cut_feed(site: WebSite, count: int) -> str:
    """A feed of teasers, each with a page of its own that holds the whole text."""
    items = []
    for number in range(count):
        title = f"What the partners of programme {number} measure"
        url = site.page(
            f"/news/{number}",
            f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{TEXT}</p></article>",
        )
        date = f"{NOW - HOUR:%a, %d %b %Y %H:%M:%S} +0000"
        items.append(
            f"<item><title>{title}</title><link>{url}</link><pubDate>{date}</pubDate>"
            f"<description>{TEXT[:60]}...</description></item>"
        )
    return site.feed("/feed", f"<rss version='2.0'><channel><title>P</title>{''.join(items)}</channel></rss>")


def test_a_feed_whose_posts_had_to_wait_is_asked_without_conditions(desk: Desk, site: WebSite) -> None:
    """Its ETag is kept only once all its posts are stored; and it is due at once, however fresh it called itself."""
    desk.add("partner", cut_feed(site, _MOST_PAGES + 2))
    site.etag("/feed", '"v1"')
    first = desk.ingest("partner")
    assert (first.new, first.postponed) == (_MOST_PAGES, 2)
    assert (desk.source("partner").etag, desk.source("partner").last_modified) == ("", "")
    desk.now += DAY
    second = desk.ingest("partner")
    assert (second.new, second.postponed) == (2, 0)
    assert "if-none-match" not in [one for one in site.requests if one.path == "/feed"][1].headers
    assert desk.source("partner").etag == '"v1"'
