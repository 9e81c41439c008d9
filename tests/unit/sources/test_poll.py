"""Polling: no request that caching should have saved, moves remembered, servers asked in turn, and once more."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.base.clock import FixedClock
from newsletter.base.settings import FetchSettings
from newsletter.db.engine import reading, writing
from newsletter.sources import source_store
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.host_turns import ThreadTurns
from newsletter.sources.fetching.hosts import host_of
from newsletter.sources.health import failing_words, needs_somebody
from newsletter.sources.ingest import IngestReport
from newsletter.sources.poll import ask_once_more, fetch_some, ingest_source
from newsletter.sources.source import Source, SourceKind
from tests.fakes.web_server import WebSite

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
XML = {"Content-Type": "application/rss+xml"}


def feed(*numbers: int, age: timedelta = DAY) -> str:
    date = f"{NOW - age:%a, %d %b %Y %H:%M:%S} +0000"
    items = "".join(
        f"<item><title>Post number {number}</title><link>https://partner.example.org/{number}</link>"
        f"<pubDate>{date}</pubDate><description>What the partner tells in {number} words.</description></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>Partner</title><language>en</language>{items}</channel></rss>"


class Desk:
    """The database with sources; `now` moves by hand."""

    def __init__(self, engine: Engine, fetcher: Fetcher, home: Path) -> None:
        self.engine, self.fetcher, self.media, self.now = engine, fetcher, home / "media", NOW

    def add(self, name: str, url: str, kind: SourceKind = SourceKind.FEED) -> None:
        with writing(self.engine) as db:
            source_store.put_source(db, name=name, url=url, kind=kind, now=self.now)

    def source(self, name: str) -> Source:
        with reading(self.engine) as db:
            return source_store.source_by_name(db, name)

    def poll(self, *, soon: tuple[str, ...] = ()) -> int:
        clock = FixedClock(self.now)
        return fetch_some(self.engine, self.fetcher, self.media, clock=clock, every=HOUR, soon=soon)

    def ingest(self, name: str) -> IngestReport:
        clock = FixedClock(self.now)
        return ingest_source(self.engine, self.fetcher, self.media, self.source(name), clock=clock, every=HOUR)

    def ask_once_more(self, *names: str, seconds: float = 5.0) -> list[str]:
        clock, just_now = FixedClock(self.now), 10 * MINUTE
        return ask_once_more(
            self.engine,
            self.fetcher,
            self.media,
            names,
            clock=clock,
            every=HOUR,
            unless_within=just_now,
            seconds=seconds,
        )


class TheDesks:
    """A clock that shows the desk's time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def now(self) -> datetime:
        return self._desk.now


@pytest.fixture
def desk(engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Desk:
    return Desk(engine, fetcher, tmp_path)


def test_a_fresh_answer_saves_every_request(desk: Desk, site: WebSite) -> None:
    """Within max-age neither polling nor a cutoff asks; then polling does, conditionally; an editor may always."""
    url = site.content("/feed", feed(1).encode(), "application/rss+xml", headers={"Cache-Control": "max-age=14400"})
    site.etag("/feed", '"v1"')
    desk.add("partner", url)
    assert desk.poll() == 1
    for hours in (1, 2, 3):
        desk.now = NOW + hours * HOUR
        assert desk.poll(soon=("partner",)) == 0
        assert desk.ask_once_more("partner") == []
    assert site.asked("/feed") == 1
    assert desk.ingest("partner") == IngestReport(source="partner")
    desk.now += 4 * HOUR
    assert desk.poll() == 1
    assert [request.headers.get("if-none-match") for request in site.requests] == [None, '"v1"', '"v1"']


def test_a_server_cannot_keep_us_away_for_more_than_a_day(desk: Desk, site: WebSite) -> None:
    """A year of max-age is a day."""
    site.content("/feed", feed(1).encode(), "application/rss+xml", headers={"Cache-Control": "max-age=31536000"})
    desk.add("partner", site.url("/feed"))
    desk.poll()
    assert desk.source("partner").fresh_until == desk.source("partner").next_fetch_at == NOW + DAY


def test_the_pace_is_the_sources_own(desk: Desk, site: WebSite) -> None:
    """A source that has posted within the day is asked hourly, one whose last post is months old once a day."""
    desk.add("daily", site.feed("/a", feed(1, 2)))
    desk.add("silent", site.feed("/b", feed(3, age=200 * DAY)))
    assert desk.poll() == 2
    paces = [(desk.source(name).next_fetch_at or NOW) - NOW for name in ("daily", "silent")]
    assert paces == [HOUR * 0.9, DAY * 0.9]


def test_a_source_that_an_issue_needs_soon_is_asked_sooner(desk: Desk, site: WebSite) -> None:
    """Ahead of need the shortest pause counts, but what was just asked, or fails, keeps its own."""
    for name, text in (("silent", feed(3, age=200 * DAY)), ("broken", "")):
        desk.add(name, site.feed(f"/{name}", text))
    assert desk.poll() == 2
    desk.now += 20 * MINUTE
    assert desk.poll(soon=("silent", "broken")) == 0
    desk.now += 35 * MINUTE
    assert desk.poll(soon=("silent", "broken")) == 1
    assert (site.asked("/silent"), site.asked("/broken")) == (2, 1)


def test_a_source_that_another_process_reads_is_not_brought_forward(desk: Desk, site: WebSite) -> None:
    """A claim under way looks like a source that is due soon, and is left alone."""
    desk.add("partner", site.feed("/feed", feed(1)))
    desk.poll()
    desk.now += 55 * MINUTE
    with writing(desk.engine) as db:
        assert source_store.claim_source(db, desk.source("partner"), until=desk.now + 15 * MINUTE)
    assert desk.poll(soon=("partner",)) == 0


def test_a_permanent_redirect_is_remembered(desk: Desk, site: WebSite) -> None:
    """After a 301 the new address is asked at once; the operator's own stays; a 302 is gone through each time."""
    desk.add("moved", site.redirect("/old", "/new", 301))
    desk.add("lent", site.redirect("/lent", "/new", 302))
    site.feed("/new", feed(1))
    for _ in range(2):
        assert desk.ingest("moved").error == desk.ingest("lent").error == ""
    source = desk.source("moved")
    assert (source.url, source.moved_to) == (site.url("/old"), site.url("/new"))
    assert desk.source("lent").moved_to == ""
    assert (site.asked("/old"), site.asked("/lent")) == (1, 2)


@pytest.mark.parametrize("status", [404, 410, 403])
def test_a_move_that_fails_is_forgotten(desk: Desk, site: WebSite, status: int) -> None:
    """When the new address is gone, the own one is asked in the same go, without the other's validators."""
    site.redirect("/old", "/new", 301)
    site.feed("/new", feed(1))
    site.etag("/new", '"new"')
    desk.add("moved", site.url("/old"))
    desk.ingest("moved")
    site.status("/new", status)
    site.feed("/old", feed(1, 2))
    assert desk.ingest("moved").new == 1
    assert (desk.source("moved").moved_to, desk.source("moved").etag) == ("", "")
    assert [request.headers.get("if-none-match") for request in site.requests[-2:]] == ['"new"', None]


def test_a_move_to_a_server_that_died_is_forgotten(desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """An address that cannot be reached any more is no place to stay."""
    site.redirect("/feed", other_site.feed("/feed", feed(1)), 301)
    desk.add("moved", site.url("/feed"))
    desk.ingest("moved")
    assert desk.source("moved").moved_to == other_site.url("/feed")
    other_site.close()
    site.feed("/feed", feed(1))
    assert desk.ingest("moved").error == ""
    assert desk.source("moved").moved_to == ""


def test_a_move_outlives_a_bad_hour(desk: Desk, site: WebSite) -> None:
    """A new address that answers 500 is still the address; and one that leads back home is none."""
    site.redirect("/old", "/new", 301)
    site.feed("/new", feed(1))
    desk.add("moved", site.url("/old"))
    desk.ingest("moved")
    site.status("/new", 500)
    assert "500" in desk.ingest("moved").error
    assert desk.source("moved").moved_to == site.url("/new")
    site.redirect("/new", "/old", 301)
    site.feed("/old", feed(1))
    assert desk.ingest("moved").error == ""
    assert desk.source("moved").moved_to == ""


def test_a_server_that_rests_holds_up_its_sources_without_an_error(desk: Desk, site: WebSite) -> None:
    """After a 503 with Retry-After the other source of that server waits as long, and nothing is wrong with it."""
    desk.add("a-busy", site.status("/busy", 503, headers={"Retry-After": "7200"}))
    desk.add("b-well", site.feed("/well", feed(1)))
    desk.poll()
    well = desk.source("b-well")
    assert (well.last_error, well.error_count, site.asked("/well")) == ("", 0, 0)
    assert well.next_fetch_at is not None
    assert timedelta() < well.next_fetch_at - NOW <= 3 * HOUR
    assert "left alone until" in desk.ingest("b-well").error
    assert desk.source("b-well").error_count == 0


def test_a_server_that_is_busy_with_us_is_no_failure(
    sqlite_engine: Engine, tmp_path: Path, site: WebSite, other_site: WebSite
) -> None:
    """Who got no turn in time asked nothing: no error is noted, no move forgotten, and it is soon tried again."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=0.3, every_minutes=60)
    turns = ThreadTurns()
    with Fetcher(settings, "newsletter-tests/1", turns=turns, clock=FixedClock(NOW)) as fetcher:
        desk = Desk(sqlite_engine, fetcher, tmp_path)
        other_site.feed("/feed", feed(1))
        desk.add("partner", site.redirect("/feed", other_site.url("/feed"), 301))
        desk.ingest("partner")
        desk.now += HOUR
        with turns.turn(host_of(other_site.address), timeout=1):
            assert "another request" in desk.ingest("partner").error
    source = desk.source("partner")
    assert (source.moved_to, source.error_count, source.last_error) == (other_site.url("/feed"), 0, "")
    assert (source.next_fetch_at, site.asked("/feed")) == (desk.now + 5 * MINUTE, 1)


def test_a_source_that_is_never_asked_is_seen(desk: Desk, site: WebSite) -> None:
    """A server that always asks for patience is asked for its sources in turn; each tells since when it is not read."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    desk.fetcher = Fetcher(settings, "newsletter-tests/1", clock=TheDesks(desk))
    for name in ("a", "b"):
        desk.add(name, site.status(f"/{name}", 503, headers={"Retry-After": "86400"}))
    for _ in range(8):
        desk.poll()
        desk.now += DAY + HOUR
    assert min(site.asked("/a"), site.asked("/b")) >= 2
    for name in ("a", "b"):
        source = desk.source(name)
        assert source.failing_since == NOW
        assert failing_words(source) != ""
        assert needs_somebody(source, now=desk.now)
    site.feed("/a", feed(1))
    desk.now += 2 * DAY
    desk.poll()
    desk.now += 2 * DAY
    desk.poll()
    assert (desk.source("a").failing_since, failing_words(desk.source("a"))) == (None, "")


def test_nobody_is_told_before_a_day_is_over(desk: Desk, site: WebSite) -> None:
    """A source that is read once a day and fails at breakfast is no alert at lunch: its first error counts."""
    desk.add("partner", site.feed("/feed", feed(1)))
    desk.ingest("partner")
    desk.now += DAY
    site.status("/feed", 500)
    for _ in range(3):
        desk.ingest("partner")
        desk.now += HOUR
    assert not needs_somebody(desk.source("partner"), now=desk.now)
    assert needs_somebody(desk.source("partner"), now=desk.now + DAY)


def test_not_modified_keeps_the_freshness_of_what_it_confirms(desk: Desk, site: WebSite) -> None:
    """RFC 9111, section 4.3.4: a 304 without a word of its own is fresh for as long as the 200 was."""
    site.etag("/feed", '"1"')
    headers = {"Cache-Control": "max-age=36000"}
    desk.add("partner", site.content("/feed", feed(1).encode(), XML["Content-Type"], headers=headers))
    for _ in range(2):
        desk.ingest("partner")
        assert desk.source("partner").fresh_until == desk.now + 10 * HOUR
        desk.now += 11 * HOUR


def test_a_reading_that_the_end_breaks_off_is_no_failure(sqlite_engine: Engine, tmp_path: Path, site: WebSite) -> None:
    """Who closes the program while a server still answers leaves the source as it was."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    desk = Desk(sqlite_engine, Fetcher(settings, "newsletter-tests/1", clock=FixedClock(NOW)), tmp_path)
    desk.add("partner", site.drip("/feed"))
    thread = threading.Thread(target=desk.ingest, args=("partner",))
    thread.start()
    _until(lambda: site.asked("/feed") == 1)
    desk.fetcher.close()
    thread.join()
    assert (desk.source("partner").last_error, desk.source("partner").error_count) == ("", 0)


def test_sources_of_one_server_are_read_in_turn(desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """Four sources on one server and one elsewhere: each server sees one request at a time, all are read."""
    for number in range(4):
        desk.add(f"s{number}", site.slow(f"/{number}", 0.05, feed(number)))
    desk.add("other", other_site.slow("/feed", 0.05, feed(9)))
    assert desk.poll() == 5
    assert (site.most_at_once, other_site.most_at_once) == (1, 1)
    assert [desk.source(f"s{number}").last_error for number in range(4)] == [""] * 4


def test_once_more_asks_all_but_those_just_asked(desk: Desk, site: WebSite) -> None:
    """At a cutoff a source is asked unless it was within ten minutes, also one that rests from its errors."""
    desk.add("just", site.feed("/just", feed(1)))
    desk.add("broken", site.status("/broken", 500))
    desk.add("never", site.feed("/never", feed(2)))
    desk.ingest("broken")
    desk.now += 20 * MINUTE
    desk.ingest("just")
    desk.now += 9 * MINUTE
    assert desk.ask_once_more("just", "broken", "never", "nobody") == []
    assert [site.asked(f"/{name}") for name in ("just", "broken", "never")] == [1, 2, 1]
    assert desk.source("broken").error_count == 2
    desk.now += 2 * MINUTE
    desk.ask_once_more("just")
    assert site.asked("/just") == 2


def test_once_more_does_not_wait_for_the_slow(desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """A source that takes too long is named and left behind; the others of other servers are in."""
    desk.add("slow", site.slow("/slow", 1.5, feed(1)))
    desk.add("slow-too", site.feed("/too", feed(3)))
    desk.add("quick", other_site.feed("/quick", feed(2)))
    assert desk.ask_once_more("slow", "slow-too", "quick", seconds=0.7) == ["slow", "slow-too"]
    assert desk.source("quick").last_good_at == NOW
    _until(lambda: desk.source("slow").last_good_at == NOW)
    assert site.asked("/too") == 0


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to be")


@pytest.mark.parametrize("status", [404, 410, 500])
def test_errors_back_off_for_ever_and_switch_nothing_off(desk: Desk, site: WebSite, status: int) -> None:
    """Row 12: after thirty errors a source is still asked daily, even one said to be gone; a good answer heals it."""
    site.in_turn("/feed", *[(status, "", {})] * 30, (200, feed(1), XML))
    desk.add("partner", site.url("/feed"))
    for _ in range(30):
        desk.ingest("partner")
    source = desk.source("partner")
    assert (source.error_count, source.next_fetch_at) == (30, NOW + DAY)
    desk.now = NOW + DAY
    assert desk.poll() == 1
    assert desk.source("partner").last_error == ""


def test_gone_says_what_to_do(desk: Desk, site: WebSite) -> None:
    """Row 12: a 410 asks the operator."""
    desk.add("partner", site.status("/feed", 410))
    assert "remove the source or find its new address" in desk.ingest("partner").error


def test_a_new_address_begins_anew(desk: Desk, site: WebSite) -> None:
    """When the operator gives another address, neither the old move nor its freshness counts."""
    site.redirect("/old", "/new", 301)
    site.content("/new", feed(1).encode(), "application/rss+xml", headers={"Cache-Control": "max-age=9000"})
    desk.add("partner", site.url("/old"))
    desk.ingest("partner")
    desk.add("partner", site.feed("/third", feed(2)))
    source = desk.source("partner")
    assert (source.moved_to, source.fresh_until, source.next_fetch_at) == ("", None, None)


def test_a_page_is_asked_with_its_robots(desk: Desk, site: WebSite) -> None:
    """A page that its server does not let programs read is a source's error in words; its feed is no page."""
    site.robots("User-agent: *\nDisallow: /")
    desk.add("page", site.page("/page", "<!doctype html><title>x</title><p>x"), SourceKind.PAGE)
    desk.add("feed", site.feed("/feed", feed(1)))
    assert "robots.txt asks programs not to read" in desk.ingest("page").error
    assert desk.ingest("feed").new == 1
    assert site.asked("/page") == 0
