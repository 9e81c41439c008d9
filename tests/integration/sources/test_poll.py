"""Polling: no request that caching should have saved, moves remembered, servers asked in turn, and once more."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from newsletter.sources.health import failing_words, is_failing, needs_somebody
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
        self.pool = ThreadPoolExecutor(4)

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

    def settle(self, name: str) -> None:
        """Read a source as often, and as long, as it takes to remember where it moved."""
        for _ in range(3):
            assert self.ingest(name).error == ""
            self.now += DAY

    def ask_once_more(self, *names: str, seconds: float = 5.0) -> list[str]:
        clock, just_now = FixedClock(self.now), 10 * MINUTE
        return ask_once_more(
            self.engine,
            self.fetcher,
            self.media,
            names,
            pool=self.pool,
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


class Passing(TheDesks):
    """The same, and a second passes whenever somebody looks."""

    def now(self) -> datetime:
        self._desk.now += timedelta(seconds=1)
        return self._desk.now


@pytest.fixture
def desk(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(sqlite_engine, fetcher, tmp_path)
    yield desk
    desk.pool.shutdown()


@pytest.fixture
def either_desk(engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Iterator[Desk]:
    """On SQLite and on PostgreSQL, for laws that live in a statement of their own."""
    desk = Desk(engine, fetcher, tmp_path)
    yield desk
    desk.pool.shutdown()


@pytest.fixture
def timed_desk(desk: Desk) -> Iterator[Desk]:
    """One whose fetcher lives in the desk's time, too."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    with Fetcher(settings, "newsletter-tests/1", clock=TheDesks(desk)) as desk.fetcher:
        yield desk


def test_a_fresh_answer_saves_every_request(either_desk: Desk, site: WebSite) -> None:
    """Within max-age neither polling nor a cutoff asks; then polling does, conditionally; an editor may always."""
    url = site.content("/feed", feed(1).encode(), "application/rss+xml", headers={"Cache-Control": "max-age=14400"})
    site.etag("/feed", '"v1"')
    either_desk.add("partner", url)
    assert either_desk.poll() == 1
    for hours in (1, 2, 3):
        either_desk.now = NOW + hours * HOUR
        assert either_desk.poll(soon=("partner",)) == 0
        assert either_desk.ask_once_more("partner") == []
    assert site.asked("/feed") == 1
    assert either_desk.ingest("partner") == IngestReport(source="partner")
    either_desk.now += 4 * HOUR
    assert either_desk.poll() == 1
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


def test_a_source_that_an_issue_needs_soon_is_asked_sooner(either_desk: Desk, site: WebSite) -> None:
    """Ahead of need the shortest pause counts, but what was just asked, or fails, keeps its own."""
    for name, text in (("silent", feed(3, age=200 * DAY)), ("broken", "")):
        either_desk.add(name, site.feed(f"/{name}", text))
    assert either_desk.poll() == 2
    either_desk.now += 20 * MINUTE
    assert either_desk.poll(soon=("silent", "broken")) == 0
    either_desk.now += 35 * MINUTE
    assert either_desk.poll(soon=("silent", "broken")) == 1
    assert (site.asked("/silent"), site.asked("/broken")) == (2, 1)


def test_a_source_that_another_process_reads_is_not_brought_forward(either_desk: Desk, site: WebSite) -> None:
    """A claim under way looks like a source that is due soon, and is left alone."""
    either_desk.add("partner", site.feed("/feed", feed(1)))
    either_desk.poll()
    either_desk.now += 55 * MINUTE
    with writing(either_desk.engine) as db:
        assert source_store.claim_source(db, either_desk.source("partner"), until=either_desk.now + 15 * MINUTE)
    assert either_desk.poll(soon=("partner",)) == 0


def test_a_permanent_redirect_is_remembered(either_desk: Desk, site: WebSite) -> None:
    """A lasting 301 is not gone through any more; the operator's own address stays; a 302 is gone through each time."""
    either_desk.add("moved", site.redirect("/old", "/new", 301))
    either_desk.add("lent", site.redirect("/lent", "/new", 302))
    site.feed("/new", feed(1))
    for _ in range(4):
        assert either_desk.ingest("moved").error == either_desk.ingest("lent").error == ""
        either_desk.now += DAY
    source = either_desk.source("moved")
    assert (source.url, source.moved_to) == (site.url("/old"), site.url("/new"))
    assert either_desk.source("lent").moved_to == ""
    assert (site.asked("/old"), site.asked("/lent")) == (3, 4)


@pytest.mark.parametrize("status", [404, 410, 403])
def test_a_move_that_fails_is_forgotten(desk: Desk, site: WebSite, status: int) -> None:
    """When the new address is gone, the own one is asked in the same go, without the other's validators."""
    site.redirect("/old", "/new", 301)
    site.feed("/new", feed(1))
    site.etag("/new", '"new"')
    desk.add("moved", site.url("/old"))
    desk.settle("moved")
    site.status("/new", status)
    site.feed("/old", feed(1, 2))
    assert desk.ingest("moved").new == 1
    assert (desk.source("moved").moved_to, desk.source("moved").etag) == ("", "")
    assert [request.headers.get("if-none-match") for request in site.requests[-2:]] == ['"new"', None]


def test_a_move_to_a_server_that_died_is_forgotten(either_desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """An address that cannot be reached any more is no place to stay."""
    site.redirect("/feed", other_site.feed("/feed", feed(1)), 301)
    either_desk.add("moved", site.url("/feed"))
    either_desk.settle("moved")
    assert either_desk.source("moved").moved_to == other_site.url("/feed")
    other_site.close()
    site.feed("/feed", feed(1))
    assert either_desk.ingest("moved").error == ""
    assert either_desk.source("moved").moved_to == ""


def test_a_move_outlives_a_bad_hour(desk: Desk, site: WebSite) -> None:
    """A new address that answers 500 is still the address; and one that leads back home is none."""
    site.redirect("/old", "/new", 301)
    site.feed("/new", feed(1))
    desk.add("moved", site.url("/old"))
    desk.settle("moved")
    site.status("/new", 500)
    assert "500" in desk.ingest("moved").error
    assert desk.source("moved").moved_to == site.url("/new")
    site.redirect("/new", "/old", 301)
    site.feed("/old", feed(1))
    assert desk.ingest("moved").error == ""
    assert desk.source("moved").moved_to == ""


def test_a_server_that_rests_holds_up_its_sources_without_an_error(either_desk: Desk, site: WebSite) -> None:
    """After a 503 with Retry-After the other source of that server waits as long, and nothing is wrong with it."""
    either_desk.add("a-busy", site.status("/busy", 503, headers={"Retry-After": "7200"}))
    either_desk.add("b-well", site.feed("/well", feed(1)))
    either_desk.poll()
    well = either_desk.source("b-well")
    assert (well.last_error, well.error_count, site.asked("/well")) == ("", 0, 0)
    assert well.next_fetch_at is not None
    assert timedelta() < well.next_fetch_at - NOW <= 3 * HOUR
    assert "left alone until" in either_desk.ingest("b-well").error
    assert either_desk.source("b-well").error_count == 0


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
        desk.settle("partner")
        desk.now += HOUR
        with turns.turn(host_of(other_site.address), timeout=1):
            assert "another request" in desk.ingest("partner").error
    source = desk.source("partner")
    assert (source.moved_to, source.error_count, source.last_error) == (other_site.url("/feed"), 0, "")
    assert (source.failing_since, is_failing(source)) == (None, False)
    assert (source.next_fetch_at, site.asked("/feed")) == (desk.now + 5 * MINUTE, 3)


def test_a_source_that_is_never_asked_is_seen(timed_desk: Desk, site: WebSite) -> None:
    """A server that always asks for patience is asked for its sources in turn; each tells since when it is not read."""
    desk = timed_desk
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


def test_sources_of_a_server_that_always_rests_have_turns(desk: Desk, site: WebSite) -> None:
    """Who was asked longest ago is first, though the other's rest ended a second sooner: as clocks really go."""
    clock = Passing(desk)
    for name in ("a", "b", "c"):
        desk.add(name, site.status(f"/{name}", 503, headers={"Retry-After": "86400"}))
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    with Fetcher(settings, "newsletter-tests/1", clock=clock) as fetcher:
        for _ in range(6):
            fetch_some(desk.engine, fetcher, desk.media, clock=clock, every=HOUR)
            desk.now += DAY + HOUR
    assert [request.path for request in site.requests] == ["/a", "/b", "/c"] * 2


def test_health_says_until_when_and_since_when(timed_desk: Desk, site: WebSite) -> None:
    """The one that failed says with what, how often and since when; the one that waits says until when."""
    timed_desk.add("a-good", site.feed("/a", feed(1)))
    timed_desk.add("b-waits", site.feed("/b", feed(2)))
    timed_desk.poll()
    site.status("/a", 503, headers={"Retry-After": "7200"})
    timed_desk.now += DAY
    timed_desk.ingest("a-good")
    timed_desk.now += HOUR
    timed_desk.ingest("b-waits")
    fails = "answered 503 Service Unavailable (once, failing since 2026-11-24 07:00 UTC, not read since "
    assert failing_words(timed_desk.source("a-good")).endswith(f"{fails}2026-11-23 07:00 UTC)")
    waits = timed_desk.source("b-waits")
    words = "waits for its server until 2026-11-24 09:00 UTC (not read since 2026-11-23 07:00 UTC)"
    assert (failing_words(waits), waits.error_count) == (words, 0)
    assert waits.failing_since == NOW + DAY + HOUR


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


def test_not_modified_keeps_the_freshness_of_what_it_confirms(either_desk: Desk, site: WebSite) -> None:
    """RFC 9111, section 4.3.4: a 304 without a word of its own is fresh for as long as the 200 was."""
    site.etag("/feed", '"1"')
    headers = {"Cache-Control": "max-age=36000"}
    either_desk.add("partner", site.content("/feed", feed(1).encode(), XML["Content-Type"], headers=headers))
    for _ in range(2):
        either_desk.ingest("partner")
        assert either_desk.source("partner").fresh_until == either_desk.now + 10 * HOUR
        either_desk.now += 11 * HOUR


def test_a_reading_that_the_end_breaks_off_is_no_failure(sqlite_engine: Engine, tmp_path: Path, site: WebSite) -> None:
    """Who closes the program while a server still answers leaves the source as it was, to be read next time."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    desk = Desk(sqlite_engine, Fetcher(settings, "newsletter-tests/1", clock=FixedClock(NOW)), tmp_path)
    desk.add("partner", site.drip("/feed"))
    thread = threading.Thread(target=desk.ingest, args=("partner",))
    thread.start()
    _until(lambda: site.asked("/feed") == 1)
    desk.fetcher.close()
    thread.join()
    source = desk.source("partner")
    assert (source.last_error, source.error_count, source.failing_since, source.next_fetch_at) == ("", 0, None, NOW)


def test_sources_of_one_server_are_read_in_turn(desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """Four sources on one server and one elsewhere: each server sees one request at a time, all are read."""
    for number in range(4):
        desk.add(f"s{number}", site.slow(f"/{number}", 0.05, feed(number)))
    desk.add("other", other_site.slow("/feed", 0.05, feed(9)))
    assert desk.poll() == 5
    assert (site.most_at_once, other_site.most_at_once) == (1, 1)
    assert [desk.source(f"s{number}").last_error for number in range(4)] == [""] * 4


def test_once_more_asks_all_but_those_just_asked(either_desk: Desk, site: WebSite) -> None:
    """At a cutoff a source is asked unless it was within ten minutes, also one that rests from its errors."""
    either_desk.add("just", site.feed("/just", feed(1)))
    either_desk.add("broken", site.status("/broken", 500))
    either_desk.add("never", site.feed("/never", feed(2)))
    either_desk.ingest("broken")
    either_desk.now += 20 * MINUTE
    either_desk.ingest("just")
    either_desk.now += 9 * MINUTE
    assert either_desk.ask_once_more("just", "broken", "never", "nobody") == []
    assert [site.asked(f"/{name}") for name in ("just", "broken", "never")] == [1, 2, 1]
    assert either_desk.source("broken").error_count == 2
    either_desk.now += 2 * MINUTE
    either_desk.ask_once_more("just")
    assert site.asked("/just") == 2


def test_once_more_does_not_wait_for_the_slow(desk: Desk, site: WebSite, other_site: WebSite) -> None:
    """A source that takes too long is named and left behind; the others of other servers are in."""
    answer = site.held("/slow", feed(1))
    desk.add("slow", site.url("/slow"))
    desk.add("slow-too", site.feed("/too", feed(3)))
    desk.add("quick", other_site.feed("/quick", feed(2)))
    assert desk.ask_once_more("slow", "slow-too", "quick", seconds=0.7) == ["slow", "slow-too"]
    assert desk.source("quick").last_good_at == NOW
    answer.set()
    _until(lambda: desk.source("slow").last_good_at == NOW)
    assert site.asked("/too") == 0


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.01)
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


def test_a_new_address_begins_anew(either_desk: Desk, site: WebSite) -> None:
    """When the operator gives another address, neither the old move nor its freshness nor its failing counts."""
    site.redirect("/old", "/new", 301)
    site.content("/new", feed(1).encode(), "application/rss+xml", headers={"Cache-Control": "max-age=9000"})
    either_desk.add("partner", site.url("/old"))
    either_desk.ingest("partner")
    site.status("/new", 500)
    either_desk.ingest("partner")
    either_desk.add("partner", site.feed("/third", feed(2)))
    source = either_desk.source("partner")
    assert (source.moved_to, source.fresh_until, source.next_fetch_at) == ("", None, None)
    assert (source.failing_since, failing_words(source)) == (None, "")


def test_a_page_is_asked_with_its_robots(desk: Desk, site: WebSite) -> None:
    """A page that its server does not let programs read is a source's error in words; its feed is no page."""
    site.robots("User-agent: *\nDisallow: /")
    desk.add("page", site.page("/page", "<!doctype html><title>x</title><p>x"), SourceKind.PAGE)
    desk.add("feed", site.feed("/feed", feed(1)))
    assert "robots.txt asks programs not to read" in desk.ingest("page").error
    assert "Write to the site's owner: \u201cWe would like to read" in desk.source("page").last_error
    assert desk.ingest("feed").new == 1
    assert site.asked("/page") == 0
