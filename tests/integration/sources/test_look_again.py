"""Posts that are withdrawn at their source: found, taken out, and offered again when they come back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store
from newsletter.sources.errors import FetchFailed
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.ingest import Ingestion
from newsletter.sources.look_again import MOST_PAGES, LookReport, look_again, page_failed
from newsletter.sources.reading.read_source import read_source
from newsletter.sources.source import SourceKind
from tests.fakes.web_server import WebSite
from tests.integration.sources.test_ingest import DAY, HOUR, NOW, TEXT, Desk, feed, item, write


@pytest.fixture
def desk(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Desk:
    return Desk(sqlite_engine, fetcher, tmp_path)


def pages(site: WebSite, *numbers: int, status: int = 200) -> None:
    for number in numbers:
        if status == 200:
            site.page(f"/{number}", f"<html lang=en><title>Post {number}</title><body><p>{TEXT * 3}</p>")
        else:
            site.status(f"/{number}", status)


def listed(site: WebSite, *numbers: int) -> str:
    return feed(*(item(n, link=site.url(f"/{n}"), date=NOW - DAY - n * HOUR) for n in numbers))


def look(desk: Desk) -> LookReport:
    """Read the source and look again."""
    source = desk.source()
    found, _ = read_source(desk.fetcher, source)
    return look_again(desk.engine, desk.fetcher, source, found, now=desk.now)


def asked(site: WebSite) -> list[str]:
    paths = [one.path for one in site.requests if one.path != "/feed"]
    site.requests.clear()
    return paths


def start(desk: Desk, site: WebSite, *numbers: int) -> None:
    pages(site, *numbers)
    desk.add(site.feed("/feed", listed(site, *numbers)))
    desk.ingest()
    site.requests.clear()


@pytest.mark.parametrize("status", [404, 410])
def test_a_post_that_feed_and_page_have_lost_is_gone(desk: Desk, site: WebSite, status: int) -> None:
    """Row 16: it is no candidate any more, counts as withdrawn, and comes back when its feed lists it again."""
    start(desk, site, 1, 2, 3)
    site.feed("/feed", listed(site, 1, 3))
    pages(site, 2, status=status)
    assert look(desk) == LookReport(gone=1)
    assert asked(site) == ["/2"]
    assert desk.offered() == ["Post 1", "Post 3"]
    (gone,) = [post for post in desk.posts() if post.gone_at]
    assert (gone.gone_at, str(status) in gone.gone_reason) == (NOW, True)
    with reading(desk.engine) as db:
        assert post_store.withdrawn_among(db, [post.id for post in desk.posts()]) == {gone.id}
    site.feed("/feed", listed(site, 1, 2, 3))
    assert look(desk) == LookReport(back=1)
    assert desk.offered() == ["Post 1", "Post 2", "Post 3"]


@pytest.mark.parametrize("status", [200, 403, 500])
def test_any_other_answer_takes_nothing_away(desk: Desk, site: WebSite, status: int) -> None:
    """A page that answers, or fails otherwise, is looked at again a day later, and not before."""
    start(desk, site, 1, 2, 3)
    site.feed("/feed", listed(site, 1, 3))
    pages(site, 2, status=status)
    for hours in (0, 1, 12):
        desk.now = NOW + hours * HOUR
        assert look(desk) == LookReport()
    assert asked(site) == ["/2"]
    desk.now = NOW + DAY
    look(desk)
    assert asked(site) == ["/2"]
    assert len(desk.offered()) == 3


def test_a_page_that_answers_again_is_back(desk: Desk, site: WebSite) -> None:
    """The next day's look offers the post again, though the feed does not list it."""
    start(desk, site, 1, 2, 3)
    site.feed("/feed", listed(site, 1, 3))
    pages(site, 2, status=404)
    look(desk)
    pages(site, 2)
    desk.now += DAY
    assert look(desk) == LookReport(back=1)
    assert len(desk.offered()) == 3


def test_posts_that_rolled_off_are_looked_at_a_few_at_a_time(desk: Desk, site: WebSite) -> None:
    """Five pages a poll at most, each once a day; what the feed lists is not asked for at all."""
    start(desk, site, *range(1, 13))
    site.feed("/feed", listed(site, 1, 2))
    looks = []
    for hours in range(4):
        desk.now = NOW + DAY + hours * HOUR
        look(desk)
        looks.append(asked(site))
    assert [len(one) for one in looks] == [MOST_PAGES, MOST_PAGES, 0, 0]
    assert {path for one in looks for path in one} == {f"/{number}" for number in range(3, 13)}
    assert [post for post in desk.posts() if post.gone_at] == []


def test_a_look_is_conditional(desk: Desk, site: WebSite) -> None:
    """The page's ETag is sent the next time; 304 means that it is there."""
    start(desk, site, 1, 2)
    site.etag("/2", '"v1"')
    site.feed("/feed", listed(site, 1))
    desk.now += DAY
    look(desk)
    desk.now += DAY
    assert look(desk) == LookReport()
    assert [one.headers.get("if-none-match") for one in site.requests if one.path == "/2"] == [None, '"v1"']


def test_an_empty_reading_says_nothing(desk: Desk, site: WebSite) -> None:
    """304 gives no posts, and a folder without files may be unmounted: nothing is gone."""
    start(desk, site, 1, 2)
    assert look_again(desk.engine, desk.fetcher, desk.source(), Reading(), now=NOW).gone == 0
    assert len(desk.offered()) == 2


def test_a_changed_page_of_an_index_is_given_on(desk: Desk, site: WebSite) -> None:
    """Of an index's posts the pages are read again daily: a change is a revision, the same page is none."""
    start(desk, site, 1)
    with writing(desk.engine) as db:
        source_store.put_source(db, name="partner", url=site.url("/feed"), kind=SourceKind.INDEX, now=NOW)
    source = desk.source()
    pages(site, 1)
    site.etag("/1", '"v1"')
    given: list[PostId] = []

    def revise(post_id: PostId, page: Fetched) -> None:
        given.append(post_id)
        Ingestion(desk.engine, desk.fetcher, desk.home / "media", source, now=desk.now).store_page(post_id, page)

    for days in (0, 1):
        desk.now = NOW + days * DAY
        look_again(desk.engine, desk.fetcher, source, Reading(), now=desk.now, on_change=revise)
    (post,) = desk.posts()
    assert (given, post.url, post.revision) == ([post.id], site.url("/1"), 2)
    assert TEXT in post.body


def test_a_file_that_is_gone_is_gone_at_once(desk: Desk) -> None:
    """A file removed, or a draft now, is gone; one with a fault is not; no file at all says nothing."""
    paths = [write(desk, f"{name}.md", f"title: {name}", text=f"{TEXT} {name}") for name in "abcd"]
    desk.add(str(desk.home / "posts"), kind=SourceKind.FOLDER)
    desk.ingest()
    paths[0].unlink()
    write(desk, "b.md", "title: b", "draft: true")
    write(desk, "c.md", "title: [")
    assert look(desk) == LookReport(gone=2)
    assert sorted(desk.offered()) == ["c", "d"]
    write(desk, "a.md", "title: a", text=f"{TEXT} a")
    assert look(desk) == LookReport(back=1)
    for path in (desk.home / "posts").iterdir():
        path.unlink()
    assert look(desk) == LookReport()


def test_a_single_page_is_gone_at_410_or_twice_404(desk: Desk, site: WebSite) -> None:
    """404 may be a moment's: the second in a row counts; a good reading in between begins anew."""
    pages(site, 1)
    desk.add(site.url("/1"), kind=SourceKind.PAGE)
    desk.ingest()
    missing, dead = (FetchFailed("x", temporary=False, status=status) for status in (404, 410))
    source = desk.source()
    assert page_failed(desk.engine, source, missing, now=NOW) == LookReport()
    assert look(desk) == LookReport()
    assert page_failed(desk.engine, source, missing, now=NOW) == LookReport()
    assert page_failed(desk.engine, source, FetchFailed("x", temporary=True, status=503), now=NOW) == LookReport()
    assert page_failed(desk.engine, source, missing, now=NOW + timedelta(hours=1)) == LookReport(gone=1)
    assert desk.offered() == []
    assert look(desk) == LookReport(back=1)
    assert page_failed(desk.engine, source, dead, now=NOW) == LookReport(gone=1)
