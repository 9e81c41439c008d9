"""robots.txt: asked before pages, kept for a day, and never asked for feeds."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed, HostRests, RobotsForbid
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.hosts import HostsInMemory
from newsletter.sources.fetching.robots import parse, product_of
from newsletter.sources.host_memory import StoredHosts
from tests.fakes.web_server import WebSite

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)


class MovingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def hosts() -> HostsInMemory:
    return HostsInMemory()


@pytest.fixture
def fetcher(clock: MovingClock, hosts: HostsInMemory) -> Iterator[Fetcher]:
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=2, max_bytes=100_000, every_minutes=60)
    with Fetcher(settings, "newsletter/1.0 (+https://news.example.org)", hosts=hosts, clock=clock) as fetcher:
        yield fetcher


def test_a_page_that_robots_forbid_is_not_asked(site: WebSite, fetcher: Fetcher) -> None:
    """A rule for us or for all forbids a page in words; the page's server sees no request for it."""
    site.robots("User-agent: *\nDisallow: /private/\nAllow: /private/open\n")
    site.page("/private/open", "x")
    with pytest.raises(RobotsForbid, match="asks programs not to read") as caught:
        fetcher.get_page(site.url("/private/x"))
    assert not caught.value.temporary
    assert fetcher.get_page(site.url("/private/open")).status == 200
    assert [request.path for request in site.requests] == ["/robots.txt", "/private/open"]


def test_rules_for_us_come_before_those_for_all(site: WebSite, fetcher: Fetcher) -> None:
    """Our product token names us, whatever its case; a group of another program is not ours."""
    site.robots(
        "User-agent: *\nDisallow: /\n\nUser-agent: Newsletter\nDisallow: /no\n\nUser-agent: other\nDisallow: /x"
    )
    site.page("/x", "x")
    assert fetcher.get_page(site.url("/x")).status == 200
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/no"))
    assert product_of("newsletter/1.0 (+https://news.example.org)") == "newsletter"


def test_a_group_of_a_shorter_name_is_not_ours(site: WebSite, fetcher: Fetcher) -> None:
    """RFC 9309, section 2.2.1: the whole product token counts; "news" and "n" are other programs."""
    site.robots("User-agent: news\nDisallow: /\n\nUser-Agent : n\nDisallow: /\n\nUser-agent: *\nDisallow: /no")
    site.page("/x", "x")
    assert fetcher.get_page(site.url("/x")).status == 200
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/no"))


@pytest.mark.parametrize(
    "line", ["User-agent: news", "user agent News", "useragent:news*", "USER-AGENT : n # all", "x\rUser-agent: news"]
)
def test_no_spelling_makes_a_shorter_name_ours(line: str) -> None:
    """However a line is written that the parser reads, only the whole name is ours, in any case."""
    page = "https://www.example.org/x"
    assert parse(f"{line}\nDisallow: /", "newsletter").can_fetch(page, "newsletter")
    assert not parse("user agent NewsLetter\nDisallow: /", "newsletter").can_fetch(page, "newsletter")


def test_a_line_of_spaces_takes_no_time() -> None:
    """Half a megabyte of spaces after the word is read in passing."""
    started = time.monotonic()
    parse("user-agent" + " " * 500_000 + ":" + " " * 500_000 + "\n", "newsletter")
    assert time.monotonic() - started < 2


def test_feeds_and_pictures_are_read_regardless(site: WebSite, fetcher: Fetcher) -> None:
    """robots.txt is for pages: what an operator named as a feed is asked without it."""
    site.robots("User-agent: *\nDisallow: /")
    assert fetcher.get(site.feed("/feed", "<rss/>")).status == 200
    assert site.asked("/robots.txt") == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_server_without_robots_allows_all(site: WebSite, fetcher: Fetcher, status: int) -> None:
    """RFC 9309, 2.3.1.3: 4xx means that there is none."""
    site.status("/robots.txt", status)
    assert fetcher.get_page(site.page("/x", "x")).status == 200


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_cannot_give_its_robots_is_asked_later(site: WebSite, fetcher: Fetcher, status: int) -> None:
    """RFC 9309, 2.3.1.4: without an answer nothing is allowed for now; it is not asked again before each page."""
    site.status("/robots.txt", status)
    site.page("/x", "x")
    for _ in range(3):
        with pytest.raises(FetchFailed, match=r"robots\.txt must be read first") as caught:
            fetcher.get_page(site.url("/x"))
        assert caught.value.temporary
        assert not isinstance(caught.value, RobotsForbid)
    assert [request.path for request in site.requests] == ["/robots.txt"]


def test_a_failing_server_is_asked_for_its_robots_again(site: WebSite, fetcher: Fetcher, clock: MovingClock) -> None:
    """Some minutes later the server may have come back."""
    site.in_turn("/robots.txt", (500, "", {}), (200, "", {}))
    site.page("/x", "x")
    with pytest.raises(FetchFailed):
        fetcher.get_page(site.url("/x"))
    clock.at += timedelta(minutes=11)
    assert fetcher.get_page(site.url("/x")).status == 200


def test_robots_are_kept_for_a_day(site: WebSite, fetcher: Fetcher, clock: MovingClock) -> None:
    """Asked once a day however many pages are read; then anew."""
    site.robots("User-agent: *\nDisallow: /no")
    for number in range(3):
        fetcher.get_page(site.page(f"/{number}", "x"))
    clock.at += DAY - timedelta(seconds=1)
    fetcher.get_page(site.url("/1"))
    assert site.asked("/robots.txt") == 1
    site.robots("User-agent: *\nDisallow: /1")
    clock.at += timedelta(seconds=2)
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/1"))
    assert site.asked("/robots.txt") == 2


def test_a_kept_copy_serves_for_a_month(site: WebSite, fetcher: Fetcher, clock: MovingClock) -> None:
    """While the server cannot give it, the last robots.txt holds, its refusals too, for thirty days."""
    site.robots("User-agent: *\nDisallow: /no")
    site.page("/x", "x")
    fetcher.get_page(site.url("/x"))
    site.status("/robots.txt", 503)
    clock.at += 29 * DAY
    assert fetcher.get_page(site.url("/x")).status == 200
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/no"))
    clock.at += 2 * DAY
    with pytest.raises(FetchFailed, match="must be read first"):
        fetcher.get_page(site.url("/x"))


def test_a_redirect_to_a_forbidden_page_is_not_followed(site: WebSite, other_site: WebSite, fetcher: Fetcher) -> None:
    """Each server on the way is asked whether its page may be read."""
    other_site.robots("User-agent: *\nDisallow: /")
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.redirect("/x", other_site.url("/y")))
    assert other_site.asked("/y") == 0


def test_robots_may_redirect_five_times(site: WebSite, other_site: WebSite, fetcher: Fetcher) -> None:
    """RFC 9309, 2.3.1.2: the rules found after redirects hold for the server asked; after five there are none."""
    site.redirect("/robots.txt", other_site.robots("User-agent: *\nDisallow: /no"), 301)
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/no"))
    for step in range(6):
        other_site.redirect(f"/{step}", f"/{step + 1}")
    other_site.redirect("/robots.txt", "/0")
    other_site.page("/no", "x")
    assert fetcher.get_page(other_site.url("/no")).status == 200


def test_only_the_start_of_endless_robots_is_read(site: WebSite, fetcher: Fetcher) -> None:
    """500 KiB are read, more than a feed may have here; what stands behind them does not count."""
    filler = "# nothing\n" * 51_200
    site.robots(f"User-agent: *\nDisallow: /no\n{filler}Disallow: /x\n")
    site.page("/x", "x")
    assert fetcher.get_page(site.url("/x")).status == 200
    with pytest.raises(RobotsForbid):
        fetcher.get_page(site.url("/no"))


@pytest.mark.parametrize(
    "text", ["", "\ufeffUser-agent: *\nDisallow: /no", "<!doctype html><p>Hello", "\x00\xff:::\n*"]
)
def test_what_is_no_robots_forbids_nothing(site: WebSite, fetcher: Fetcher, text: str) -> None:
    """A page of HTML or rubbish in its place is passed over line by line."""
    site.robots(text)
    assert fetcher.get_page(site.page("/x", "x")).status == 200


def test_a_wish_for_a_pause_is_kept(site: WebSite, fetcher: Fetcher) -> None:
    """Crawl-delay lies between two pages of a server; feeds do not wait for it."""
    site.robots("User-agent: *\nCrawl-delay: 0.3")
    site.page("/x", "x")
    started = time.monotonic()
    for _ in range(2):
        fetcher.get_page(site.url("/x"))
    fetcher.get(site.url("/x"))
    assert 0.3 <= time.monotonic() - started < 2


def test_a_wish_for_a_pause_is_kept_by_all_who_share_a_memory(site: WebSite, sqlite_engine: Engine) -> None:
    """Two processes of one home keep one pause between them, though neither knows of the other."""
    site.robots("User-agent: *\nCrawl-delay: 0.5")
    site.page("/x", "x")
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, every_minutes=60)
    with (
        Fetcher(settings, "newsletter/1.0", hosts=StoredHosts(sqlite_engine)) as one,
        Fetcher(settings, "newsletter/1.0", hosts=StoredHosts(sqlite_engine)) as other,
    ):
        one.get_page(site.url("/x"))
        started = time.monotonic()
        other.get_page(site.url("/x"))
        assert 0.2 <= time.monotonic() - started < 2


def test_robots_can_be_asked_alone(site: WebSite, fetcher: Fetcher) -> None:
    """Whether a page may be read is told without asking for the page."""
    site.robots("User-agent: *\nDisallow: /no")
    fetcher.check_robots(site.url("/yes"))
    with pytest.raises(RobotsForbid):
        fetcher.check_robots(site.url("/no"))
    assert [request.path for request in site.requests] == ["/robots.txt"]


def test_a_resting_server_rests_from_robots_too(site: WebSite, fetcher: Fetcher, clock: MovingClock) -> None:
    """A server that wants to be left alone is not asked for robots.txt either, and is asked once it may be."""
    with pytest.raises(FetchFailed):
        fetcher.get(site.status("/feed", 503, headers={"Retry-After": "60"}))
    site.page("/x", "x")
    with pytest.raises(HostRests):
        fetcher.get_page(site.url("/x"))
    assert site.asked("/robots.txt") == 0
    clock.at += timedelta(seconds=61)
    assert fetcher.get_page(site.url("/x")).status == 200


def test_an_inner_address_is_refused_as_such(site: WebSite) -> None:
    """A page that we may not go to says so, not that its robots.txt cannot be had."""
    settings = FetchSettings(timeout_seconds=2, max_bytes=1000, every_minutes=60)
    with Fetcher(settings, "newsletter/1.0") as fetcher, pytest.raises(FetchFailed, match=r"fetch\.allow_addresses"):
        fetcher.get_page(site.url("/x"))
