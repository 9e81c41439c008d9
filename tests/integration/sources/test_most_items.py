"""A feed of thousands of items is bounded, says so in words, and costs little when nothing is new in it."""

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.most_items import MOST_ITEMS, at_most
from newsletter.sources.reading.parse_feed import read_feed
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import HOUR, NOW, SourceDesk, feed, item

ages = st.lists(st.none() | st.integers(0, 10**6), min_size=MOST_ITEMS + 1, max_size=MOST_ITEMS + 40)


def dated(age: int | None) -> FetchedPost:
    return FetchedPost(published=None if age is None else NOW - timedelta(minutes=age))


def test_the_newest_are_read() -> None:
    """Whichever end of the document they stand at; where nothing is dated, those on top are the newest."""
    old_first = [dated(age) for age in reversed(range(MOST_ITEMS + 100))]
    assert at_most(old_first).posts == tuple(old_first[100:])
    undated = [FetchedPost(guid=str(number)) for number in range(MOST_ITEMS + 100)]
    found = at_most(undated)
    assert found.posts == tuple(undated[:MOST_ITEMS])
    assert f"holds {MOST_ITEMS + 100} items" in found.problems[0]
    assert at_most(undated[:MOST_ITEMS]).problems == ()


def test_an_undated_item_is_as_new_as_those_around_it() -> None:
    """One undated item among dated ones is neither the newest nor the oldest of all."""
    posts = [dated(age) for age in range(MOST_ITEMS + 100)]
    high, low = 10, MOST_ITEMS + 50
    for place in (high, low):
        posts[place] = FetchedPost(guid=str(place))
    kept = at_most(posts).posts
    assert posts[high] in kept
    assert posts[low] not in kept


@given(ages)
def test_no_older_item_stays_for_a_newer_one(told: list[int | None]) -> None:
    """As many as the bound stay, in the document's order, and no dated one that is left out is newer than a kept."""
    posts = [FetchedPost(guid=str(place), published=dated(age).published) for place, age in enumerate(told)]
    kept = at_most(posts).posts
    assert len(kept) == MOST_ITEMS
    assert [int(post.guid) for post in kept] == sorted(int(post.guid) for post in kept)
    places = {post.guid for post in kept}
    out = [post.published for post in posts if post.guid not in places and post.published]
    oldest = min((post.published for post in kept if post.published), default=None)
    assert not out or oldest is None or max(out) <= oldest


def test_an_unchanged_reading_of_a_large_feed_is_cheap(
    engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite
) -> None:
    """What is known is looked up for all items at once: twice as many items are not twice as many statements."""
    desk = SourceDesk(engine, fetcher, tmp_path)
    old = NOW - timedelta(days=40)  # of the back-catalogue: no page is asked
    items = [item(f"Story number {n}", f"https://partner.invalid/{n}", guid=str(n), date=old) for n in range(60)]
    desk.add(site.feed("/feed", feed(*items)))
    desk.ingest()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert desk.ingest(later=HOUR).unchanged == 60
    assert len(statements) < 40


def test_a_feed_too_large_says_so_in_its_health(
    sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite
) -> None:
    """The sentence stands with the source, also after a reading that brought nothing new."""
    desk = SourceDesk(sqlite_engine, fetcher, tmp_path)
    items = [
        item(f"Story {n}", f"https://partner.invalid/{n}", date=NOW - timedelta(days=40)) for n in range(MOST_ITEMS + 1)
    ]
    desk.add(site.feed("/feed", feed(*items)))
    site.etag("/feed", '"v1"')
    assert desk.ingest().new == MOST_ITEMS
    for _ in range(2):
        assert "left out" in desk.source().last_problems
        desk.ingest(later=HOUR)


def test_a_feed_gives_the_newest_of_its_items() -> None:
    """Whichever end they stand at: as if all had been read, and the others left out then."""
    count = MOST_ITEMS + 30
    items = [item(f"Story {n}", f"https://partner.invalid/{n}", date=NOW - timedelta(days=n)) for n in range(count)]
    for told in (items, items[::-1]):
        found = read_feed(feed(*told).encode(), url="https://partner.invalid/feed")
        assert {post.title for post in found.posts} == {f"Story {n}" for n in range(MOST_ITEMS)}
        assert f"holds {count} items" in found.problems[0]
