"""Redirects: followed at once, remembered when they last, taken back when they are; no way to take a source over."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.moves import Move, asks_own, is_same_site, seen
from newsletter.sources.post import PostState
from newsletter.sources.reading.parked import refuse_parked
from newsletter.sources.source import SourceKind
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import DAY, HOUR, NOW, WORDS, SourceDesk, article, feed, item

OWN, NEW, OTHER = "https://a.example/feed", "https://a.example/new", "https://b.example/feed"
OURS = [item(f"Our own post number {n}", f"https://partner.invalid/{n}", guid=f"m{n}") for n in range(4)]
THEIRS = [item(f"A bargain of their shop, part {n}", f"https://shop.invalid/{n}", guid=f"t{n}") for n in range(3)]


@pytest.fixture
def desk(engine: Engine, fetcher: Fetcher, tmp_path: Path) -> SourceDesk:
    return SourceDesk(engine, fetcher, tmp_path)


def foreign(site: WebSite, path: str) -> str:
    """Give the address under another name: what another registrable domain is to this machine."""
    return site.url(path).replace("127.0.0.1", "localhost")


def polls(*hours: int, to: str = NEW, trusted: bool = True) -> Move:
    move = Move()
    for hour in hours:
        move = seen(move, own=OWN, leads_to=to, is_trusted=trusted, now=NOW + hour * HOUR)
    return move


@pytest.mark.parametrize(
    ("hours", "is_remembered"), [((0,), False), ((0, 30), False), ((0, 1, 2, 3, 23), False), ((0, 12, 24), True)]
)
def test_a_move_is_remembered_when_it_lasts(hours: tuple[int, ...], *, is_remembered: bool) -> None:
    """Three polls over a day; one slip of an hour, however often it is polled, is none."""
    assert (polls(*hours).to == NEW) == is_remembered


def test_another_target_begins_anew_and_none_forgets() -> None:
    """Who leads here and there moves nowhere; who answers himself has not moved."""
    move = seen(polls(0, 12), own=OWN, leads_to=OTHER, is_trusted=True, now=NOW + DAY)
    assert (move.coming, move.polls, move.to) == (OTHER, 1, "")
    for back in ("", OWN):
        assert seen(polls(0, 12, 24), own=OWN, leads_to=back, is_trusted=True, now=NOW + 9 * DAY) == Move()


def test_another_site_is_not_remembered_untrusted() -> None:
    """However long it lasts."""
    assert polls(*range(0, 400, 12), to=OTHER, trusted=False).to == ""


def test_the_own_address_is_asked_weekly() -> None:
    """A remembered move is looked at again, not at each poll."""
    move = polls(0, 12, 24)
    assert [asks_own(move, now=NOW + DAY + days * DAY) for days in (0, 6, 7)] == [False, False, True]
    assert asks_own(Move(), now=NOW)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.org/a", "http://news.example.org/b", True),
        ("https://a.gov.uk/", "https://b.gov.uk/", False),
        ("https://x.example.co.uk/", "https://example.co.uk/", True),
        ("https://example.org/", "https://example.com/", False),
        ("http://127.0.0.1:81/", "http://127.0.0.1:82/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
    ],
)
def test_a_site_is_a_registrable_domain(one: str, other: str, *, same: bool) -> None:
    """By the public suffix list: two ministries below one suffix are two sites."""
    assert is_same_site(one, other) == same


def test_a_feed_that_is_led_to_another_is_not_taken_over(desk: SourceDesk, site: WebSite, other_site: WebSite) -> None:
    """What stands elsewhere waits for an editor, the source says so, and the redirect taken back is noticed at once."""
    desk.add(site.feed("/mine", feed(*OURS[:2])))
    desk.ingest()
    other_site.feed("/theirs", feed(*THEIRS))
    other_site.etag("/theirs", '"t"')
    site.redirect("/mine", foreign(other_site, "/theirs"), 301)
    for _ in range(6):
        report = desk.ingest(later=DAY)
        assert "where none of its posts stand" in desk.source().last_problems
    assert (report.new, desk.source().moved_to) == (0, "")
    assert {post.state for post in desk.posts() if "bargain" in post.title} == {PostState.HELD}
    site.feed("/mine", feed(*OURS))
    report = desk.ingest(later=HOUR)
    assert (report.new, desk.source().last_problems) == (2, "")


def test_a_feed_that_moves_house_with_its_posts_is_followed(
    desk: SourceDesk, site: WebSite, other_site: WebSite
) -> None:
    """The same posts at another domain are the source: nothing is held, and the move is remembered when it lasts."""
    desk.add(site.feed("/mine", feed(*OURS[:3])))
    desk.ingest()
    site.redirect("/mine", foreign(other_site, "/new"), 301)
    other_site.feed("/new", feed(*OURS))
    assert (desk.ingest(later=DAY).new, desk.source().last_problems) == (1, "")
    for _ in range(3):
        desk.ingest(later=DAY)
    assert desk.source().moved_to == foreign(other_site, "/new")


def test_a_remembered_move_that_is_taken_back_is_noticed(desk: SourceDesk, site: WebSite) -> None:
    """Within a week or so the own address is read again; one that is dead by then changes nothing."""
    desk.add(site.redirect("/mine", "/new", 301))
    site.feed("/new", feed(*OURS[:2]))
    for _ in range(4):
        desk.ingest(later=DAY)
    assert desk.source().moved_to == site.url("/new")
    site.status("/mine", 404)
    for _ in range(8):
        assert desk.ingest(later=DAY).error == ""
    assert desk.source().moved_to == site.url("/new")
    site.feed("/mine", feed(*OURS))
    for _ in range(8):
        desk.ingest(later=DAY)
    assert (desk.source().moved_to, len(desk.posts())) == ("", 4)


def test_a_page_that_leads_to_another_page_is_no_news(desk: SourceDesk, site: WebSite) -> None:
    """A single page's redirect to what is not that page is told, and what stands there waits for an editor."""
    desk.add(site.page("/call", article("Call for partners in genomics")), SourceKind.PAGE)
    desk.ingest()
    site.redirect("/call", site.page("/shop", article("Our summer bargains for the whole house")), 301)
    desk.ingest(later=DAY)
    assert "leads to" in desk.source().last_problems
    assert desk.offered() == ["Call for partners in genomics"]


def test_a_parked_domain_is_no_post(desk: SourceDesk, site: WebSite) -> None:
    """Neither behind a redirect nor at the page's own address does it become, or revise, a post."""
    desk.add(site.page("/call", article("Call for partners in genomics")), SourceKind.PAGE)
    desk.ingest()
    site.page("/call", article("This domain is for sale").replace(WORDS, "Buy it today."))
    assert "nobody's site" in desk.ingest(later=DAY).error
    site.redirect("/call", site.page("/parked", article("partner.example is for sale").replace(WORDS, "Buy.")), 301)
    assert "nobody's site" in desk.ingest(later=DAY).error
    assert desk.offered() == ["Call for partners in genomics"]


@pytest.mark.parametrize(
    ("title", "is_parked"),
    [
        ("This domain is for sale", True),
        ("partner-site.eu steht zum Verkauf", True),
        ("Ce nom de domaine est à vendre", True),
        ("Questo dominio è in vendita", True),
        ("Welcome to nginx!", True),
        ("Account Suspended", True),
        ("Domain expired", True),
        ("New drug for sale in Europe from May", False),
        ("A protein domain that is expressed in tumours", False),
        ("Welcome to our new members", False),
        ("Index of rare diseases published", False),
    ],
)
def test_a_parked_page_is_told_by_its_name(title: str, *, is_parked: bool) -> None:
    """What such pages call themselves in several languages; news about sales and domains is none."""
    post = FetchedPost(title=title, html="<p>A few words.</p>")
    if is_parked:
        with pytest.raises(NotUnderstood, match="nobody's site"):
            refuse_parked(post)
    else:
        refuse_parked(post)


def test_validators_stay_with_the_address_that_gave_them(desk: SourceDesk, site: WebSite) -> None:
    """Behind a redirect that leads elsewhere today, yesterday's ETag would hide what stands there."""
    desk.add(site.redirect("/feed", "/v1", 302))
    for path, which in (("/v1", OURS[:1]), ("/v2", OURS[1:2])):
        site.feed(path, feed(*which))
        site.etag(path, '"same"')
    assert desk.ingest().new == 1
    assert (desk.ingest(later=DAY).new, site.requests[-1].headers.get("if-none-match")) == (0, '"same"')
    site.redirect("/feed", "/v2", 302)
    assert desk.ingest(later=timedelta(days=2)).new == 1
    assert [one.headers.get("if-none-match") for one in site.requests if one.path in {"/feed", "/v2"}] == [None] * 4
