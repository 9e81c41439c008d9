"""An address that is used again, a year later: news, where the item has an id and a date of its own and tells other."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.post import LONGEST_LIFE
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import DAY, HOUR, NOW, WORDS, SourceDesk, feed, item

OTHER = "Wholly new text of the next year stands here, in other words, with other speakers and about other matters."


@pytest.fixture
def desk(engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite) -> SourceDesk:
    desk = SourceDesk(engine, fetcher, tmp_path)
    site.status("/annual", 404)
    desk.add(site.url("/feed"))
    site.feed("/feed", feed(item("Annual conference 2026 is open", site.url("/annual"), guid="y1")))
    desk.ingest()
    return desk


def again(
    desk: SourceDesk, site: WebSite, *, title: str, text: str = WORDS, guid: str = "y2", age: timedelta = HOUR
) -> None:
    date = desk.now - age
    site.feed("/feed", feed(item(title, site.url("/annual"), guid=guid, date=date, text=text)))


@pytest.mark.parametrize(
    ("title", "text"), [("Annual conference 2027 is open", WORDS), ("Annual conference 2026 is open", OTHER)]
)
def test_a_yearly_page_is_news_in_its_own_source(desk: SourceDesk, site: WebSite, title: str, text: str) -> None:
    """It is stored as another post, offered, and found again as that post at the next reading."""
    desk.now += 360 * DAY
    again(desk, site, title=title, text=text)
    assert desk.ingest().new == 1
    old, new = desk.posts()
    assert desk.offered() == [title]
    assert new.story_id != old.story_id
    assert (desk.ingest(later=HOUR).unchanged, len(desk.posts())) == (1, 2)
    again(desk, site, title=f"{title} now", text=text)
    assert desk.ingest(later=HOUR).updated == 1
    assert [post.title for post in desk.posts()] == [old.title, f"{title} now"]


@pytest.mark.parametrize(
    ("days", "guid", "age", "title", "text"),
    [
        (10, "y2", HOUR, "Annual conference 2027 is open", OTHER),  # its life has not ended
        (360, "y1", HOUR, "Annual conference 2027 is open", OTHER),  # the same id
        (360, "y2", 350 * DAY, "Annual conference 2027 is open", OTHER),  # a date within its life
        (360, "y2", HOUR, "Annual conference 2026 is open", WORDS),  # a move stamped all items anew
    ],
)
def test_what_is_the_same_post_stays_it(
    desk: SourceDesk, site: WebSite, days: int, guid: str, age: timedelta, title: str, text: str
) -> None:
    """Without an id and a date of its own, or with the same words, an item under a known address is its post."""
    desk.now += days * DAY
    again(desk, site, guid=guid, age=age, title=title, text=text)
    assert desk.ingest().new == 0
    assert len(desk.posts()) == 1


def test_many_used_again_at_once_are_a_flood(desk: SourceDesk, site: WebSite) -> None:
    """A move that rewrites and stamps all items is held for an editor, not mailed."""
    titles = [f"Story number {n} of the archive tells of item {n * 7}" for n in range(12)]
    for number in range(12):
        site.status(f"/s{number}", 404)
    desk.now += HOUR
    items = [item(t, site.url(f"/s{n}"), guid=f"a{n}", date=NOW - n * DAY) for n, t in enumerate(titles)]
    site.feed("/feed", feed(*items))
    desk.ingest()
    desk.now += 2 * LONGEST_LIFE
    moved = [item(f"{t} (archive)", site.url(f"/s{n}"), guid=f"b{n}", date=desk.now) for n, t in enumerate(titles)]
    site.feed("/feed", feed(*moved))
    report = desk.ingest()
    assert (report.new, report.held) == (0, 12)
