"""What a page or a picture could not tell for the moment is asked for again, and never decides what a post is."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from newsletter.base.settings import FetchSettings
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.post import PostState
from newsletter.sources.source import SourceKind
from newsletter.sources.unfinished import try_again, unfinished
from tests.fakes.outbox_home import MovingClock
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import DAY, HOUR, NOW, WORDS, SourceDesk, article, feed, item, jpeg

SETTINGS = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, max_bytes=1_000_000, every_minutes=60)
CUT = f"{WORDS[:70]} [&#8230;]"


@pytest.fixture
def desk(sqlite_engine: Engine, tmp_path: Path) -> SourceDesk:
    # A fetcher of its own: it must forget the servers that asked for rest.
    return SourceDesk(sqlite_engine, Fetcher(SETTINGS, "newsletter-tests/1"), tmp_path)


def teasers(site: WebSite, count: int) -> str:
    return feed(*(item(f"A framework number {n} for rare cancers", site.url(f"/p{n}"), text=CUT) for n in range(count)))


def pages(site: WebSite, count: int) -> None:
    for number in range(count):
        site.page(f"/p{number}", article(f"A framework number {number} for rare cancers"))


def lengths(desk: SourceDesk) -> list[bool]:
    return [len(post.body) > 500 for post in desk.posts()]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_page_that_failed_for_now_is_asked_again(desk: SourceDesk, site: WebSite, status: int) -> None:
    """The post is there at once, with what its feed tells; the ETag is not kept, or nothing would ask again."""
    pages(site, 3)
    site.status("/p1", status)
    desk.add(site.feed("/feed", teasers(site, 3)))
    site.etag("/feed", '"v1"')
    report = desk.ingest()
    assert (report.new, report.postponed, lengths(desk)) == (3, 1, [True, False, True])
    assert "asked for again" in report.problems[0]
    assert desk.source().etag == ""
    assert desk.source().next_fetch_at == NOW + 0.9 * HOUR
    pages(site, 3)
    assert desk.ingest(later=HOUR).updated == 1
    assert (lengths(desk), desk.source().etag) == ([True] * 3, '"v1"')
    assert [site.asked(f"/p{number}") for number in range(3)] == [1, 2, 1]


def test_a_server_that_rests_is_asked_when_it_has_rested(desk: SourceDesk, site: WebSite) -> None:
    """A 429 in the middle of a feed's pages: the rest of them are not requested, and come at a later reading."""
    clock = MovingClock()
    desk.fetcher = Fetcher(SETTINGS, "newsletter-tests/1", clock=clock)
    pages(site, 5)
    site.status("/p2", 429, headers={"Retry-After": "1"})
    desk.add(site.feed("/feed", teasers(site, 5)))
    assert desk.ingest().postponed == 3
    assert site.asked("/p4") == 0
    pages(site, 5)
    clock.advance(timedelta(seconds=1.1))
    desk.ingest(later=HOUR)
    assert lengths(desk) == [True] * 5


def test_a_server_that_fails_is_not_asked_for_every_page(desk: SourceDesk, site: WebSite) -> None:
    """After two failures a server's other pages wait: each could take as long as its time-out."""
    for number in range(6):
        site.status(f"/p{number}", 500)
    desk.add(site.feed("/feed", teasers(site, 6)))
    assert desk.ingest().postponed == 6
    assert sum(site.asked(f"/p{number}") for number in range(6)) == 2


def test_what_fails_for_days_is_taken_as_its_source_tells_it(desk: SourceDesk, site: WebSite) -> None:
    """It is tried ever more rarely, and after three days no more: the feed is then asked with its ETag again."""
    site.status("/p0", 503)
    desk.add(site.feed("/feed", teasers(site, 1)))
    site.etag("/feed", '"v1"')
    for _ in range(24):
        desk.ingest(later=6 * HOUR)
    assert 4 <= site.asked("/p0") <= 6
    assert desk.source().etag == '"v1"'


def test_a_page_that_is_not_there_is_not_asked_again(desk: SourceDesk, site: WebSite) -> None:
    """404 is an answer: nothing is waited for."""
    desk.add(site.feed("/feed", teasers(site, 1)))
    assert (desk.ingest().postponed, desk.ingest(later=DAY).unchanged, site.asked("/p0")) == (0, 1, 1)


def test_a_failing_page_cuts_no_text(desk: SourceDesk, site: WebSite) -> None:
    """A post that was read whole stays so when its feed changes a word while its page cannot be had."""
    pages(site, 1)
    desk.add(site.feed("/feed", teasers(site, 1)))
    desk.ingest()
    site.status("/p0", 503)
    site.feed("/feed", teasers(site, 1).replace("for rare", "for very rare"))
    assert desk.ingest(later=HOUR).postponed == 1
    assert (lengths(desk), desk.posts()[0].revision) == ([True], 1)
    site.page("/p0", article("A framework number 0 for very rare cancers"))
    desk.ingest(later=HOUR)
    (post,) = desk.posts()
    assert (lengths(desk), "very rare" in post.title) == ([True], True)


def test_the_end_of_the_program_leaves_a_reading_to_the_next(desk: SourceDesk, site: WebSite) -> None:
    """What it has not read by then, it reads next time: no ETag is kept, no stub is stored, no error is noted."""
    pages(site, 4)
    site.slow("/p1", 0.4, article("A framework number 1 for rare cancers"))
    desk.add(site.feed("/feed", teasers(site, 4)))
    site.etag("/feed", '"v1"')
    thread = threading.Thread(target=desk.ingest)
    thread.start()
    while not site.asked("/p1"):
        time.sleep(0.01)
    desk.fetcher.close()
    thread.join()
    source = desk.source()
    assert (source.etag, source.last_good_at, source.error_count) == ("", None, 0)
    assert all(lengths(desk))
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    desk.fetcher = Fetcher(settings, "newsletter-tests/1")
    desk.ingest(later=HOUR)
    assert lengths(desk) == [True] * 4


@pytest.mark.parametrize(("age", "state"), [(DAY, PostState.CANDIDATE), (90 * DAY, PostState.SEEN)])
def test_a_link_whose_page_failed_first_gets_the_date_it_tells(
    desk: SourceDesk, site: WebSite, age: timedelta, state: PostState
) -> None:
    """The first reading of an index decides by the pages' dates; a page that comes a day late is no exception."""
    told = f"<meta property='article:published_time' content='{NOW - age:%Y-%m-%dT%H:%M:%SZ}'>"
    links = "".join(
        f"<li><a href='/news/framework-{n}'>A framework number {n} for rare cancers</a></li>" for n in range(6)
    )
    for number in range(6):
        site.page(f"/news/framework-{number}", article(f"A framework number {number} for rare cancers", head=told))
    site.status("/news/framework-2", 503)
    site.page(
        "/news", f"<html lang=en><head><title>News</title></head><body><h1>News</h1><ul>{links}</ul></body></html>"
    )
    desk.add(site.url("/news"), SourceKind.INDEX)
    desk.ingest()
    late = next(post for post in desk.posts() if post.url.endswith("-2"))
    assert (late.state, late.published_at) == (PostState.SEEN, None)
    site.page("/news/framework-2", article("A framework number 2 for rare cancers", head=told))
    desk.ingest(later=HOUR)
    late = next(post for post in desk.posts() if post.url.endswith("-2"))
    assert (late.state, late.published_at) == (state, NOW - age)


@pytest.mark.parametrize("etag", ["", '"v1"'])
def test_a_picture_that_failed_for_now_comes_later(desk: SourceDesk, site: WebSite, etag: str) -> None:
    """However the feed answers, a picture's server that was down for an hour costs no picture."""
    more = f"<enclosure url='{site.status('/pic.jpg', 503)}' type='image/jpeg' length='1'/>"
    desk.add(site.feed("/feed", feed(item("A new framework for rare cancers", site.url("/none"), more=more))))
    site.etag("/feed", etag)
    desk.ingest()
    assert desk.posts()[0].picture is None
    site.content("/pic.jpg", jpeg(), "image/jpeg")
    desk.ingest(later=HOUR)
    assert desk.posts()[0].picture is not None
    assert (desk.source().etag, site.asked("/pic.jpg")) == (etag, 2)


def test_a_new_picture_that_fails_leaves_the_old(desk: SourceDesk, site: WebSite) -> None:
    """A post keeps its picture while the one that is to replace it cannot be had."""
    site.content("/one.jpg", jpeg(), "image/jpeg")
    site.status("/two.jpg", 503)
    link = site.url("/none")

    def of(picture: str) -> str:
        more = f"<enclosure url='{site.url(picture)}' type='image/jpeg' length='1'/>"
        return feed(item("A new framework for rare cancers", link, more=more))

    desk.add(site.feed("/feed", of("/one.jpg")))
    desk.ingest()
    before = desk.posts()[0].picture
    site.feed("/feed", of("/two.jpg"))
    desk.ingest(later=HOUR)
    assert before is not None
    assert desk.posts()[0].picture == before


@given(st.lists(st.floats(0.9, 30), min_size=1, max_size=300))
def test_nobody_waits_for_ever(hours: list[float]) -> None:
    """Whenever it is its turn, it is tried; each wait is at least as long as nine tenths of all before, and it ends."""
    waits, now, tried = try_again(None, "f", now=NOW), NOW, 1
    for hour in hours:
        now += timedelta(hours=hour)
        if waits is None or now < waits.not_before:
            continue
        assert unfinished(waits.note()) == waits
        assert waits.since == NOW
        waits, tried = try_again(waits, "f", now=now), tried + 1
    assert tried <= 10


def test_a_fingerprint_is_no_note() -> None:
    """Neither a hash nor nothing is mistaken for a note."""
    assert unfinished("") is None
    assert unfinished("5f" * 32) is None
