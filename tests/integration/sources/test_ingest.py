"""Ingesting: stored once, revised when changed, and a bad source harms nothing but its own health."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, event

from newsletter.base.clock import FixedClock
from newsletter.base.errors import SourceError
from newsletter.base.settings import FetchSettings
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store
from newsletter.sources.add_post import add_post
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.ingest import IngestReport
from newsletter.sources.poll import fetch_some, ingest_source
from newsletter.sources.post import LONGEST_LIFE, Post, PostState
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.source import EDITORS, Source, SourceKind
from tests.fakes.web_server import WebSite

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "The consortium tells what it plans for the coming year and whom it wants to reach with it."


def item(
    number: int,
    *,
    title: str = "",
    date: datetime | None = NOW - DAY,
    link: str = "",
    guid: str = "",
    more: str = "",
) -> str:
    when = f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if date else ""
    where = link or f"https://partner.example.org/{number}"
    facts = f"<title>{title or f'Post {number}'}</title><link>{where}</link>{when}{more}"
    identity = f"<guid isPermaLink='false'>{guid or number}</guid>"
    return f"<item>{facts}{identity}<description>{TEXT} Number {number}.</description></item>"


def feed(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>Partner</title><language>en</language>{''.join(items)}</channel></rss>"


class Desk:
    """The database with everything an ingest needs; `now` moves by hand."""

    def __init__(self, engine: Engine, fetcher: Fetcher, home: Path) -> None:
        self.engine, self.fetcher, self.home, self.now = engine, fetcher, home, NOW

    def add(self, url: str, *, name: str = "partner", kind: SourceKind = SourceKind.FEED) -> None:
        with writing(self.engine) as db:
            source_store.put_source(db, name=name, url=url, kind=kind, now=self.now)

    def source(self, name: str = "partner") -> Source:
        with reading(self.engine) as db:
            return source_store.source_by_name(db, name)

    def ingest(self, name: str = "partner") -> IngestReport:
        clock = FixedClock(self.now)
        source = replace(self.source(name), document_hash="")  # what a second look does is looked at here
        return ingest_source(self.engine, self.fetcher, self.home / "media", source, clock=clock, every=HOUR)

    def fetch_some(self, fetcher: Fetcher | None = None) -> int:
        media = self.home / "media"
        return fetch_some(self.engine, fetcher or self.fetcher, media, clock=FixedClock(self.now), every=HOUR)

    def add_post(self, location: str) -> Post:
        return add_post(self.engine, self.fetcher, self.home / "media", location, clock=FixedClock(self.now))

    def posts(self) -> list[Post]:
        with reading(self.engine) as db:
            return sorted(post_store.list_posts(db), key=lambda post: post.id)

    def offered(self) -> list[str]:
        with reading(self.engine) as db:
            posts = post_store.candidate_posts(db, sources=None, seen_before=self.now + HOUR, now=self.now)
            return [post.title for post in posts]


@pytest.fixture
def desk(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Desk:
    return Desk(sqlite_engine, fetcher, tmp_path)


def test_a_feed_is_stored_once(desk: Desk, site: WebSite) -> None:
    """The first fetch stores all items, the second finds them all again."""
    desk.add(site.feed("/feed", feed(item(1), item(2))))
    assert desk.ingest() == IngestReport(source="partner", new=2)
    assert desk.ingest() == IngestReport(source="partner", unchanged=2)
    assert [post.title for post in desk.posts()] == ["Post 1", "Post 2"]


def test_the_back_catalogue_is_not_offered(desk: Desk, site: WebSite) -> None:
    """Of a first fetch only recent items are candidates; what comes later is one whatever its date."""
    site.feed("/feed", feed(item(1), item(2, date=NOW - 30 * DAY), item(3, date=None)))
    desk.add(site.url("/feed"))
    desk.ingest()
    assert [post.state for post in desk.posts()] == [PostState.CANDIDATE, PostState.SEEN, PostState.SEEN]
    site.feed("/feed", feed(item(1), item(4, date=None), item(5, date=NOW - 90 * DAY)))
    desk.ingest()
    assert [post.state for post in desk.posts()][3:] == [PostState.CANDIDATE] * 2


def test_ids_that_change_make_no_new_posts(desk: Desk, site: WebSite) -> None:
    """Row 1: a feed that makes up new ids or addresses finds its posts by what is left."""
    site.feed("/feed", feed(item(1), item(2), item(3)))
    desk.add(site.url("/feed"))
    desk.ingest()
    moved = "https://new.example.org/posts/"
    site.feed("/feed", feed(item(1, guid="new-1"), item(2, link=f"{moved}2"), item(3, guid="new-3", link=f"{moved}3")))
    report = desk.ingest()
    assert (report.new, len(desk.posts())) == (0, 3)


def test_items_that_share_an_address_or_id_are_all_stored(desk: Desk, site: WebSite) -> None:
    """Rows 4 and 5: what is not unique in its document is no identity."""
    link = "https://partner.example.org/podcast"
    site.feed("/feed", feed(*(item(number, link=link, guid="same") for number in range(4))))
    desk.add(site.url("/feed"))
    assert desk.ingest().new == 4
    assert desk.ingest().unchanged == 4


def test_a_missing_date_stays_missing(desk: Desk, site: WebSite) -> None:
    """Row 7: no date is invented, and the next fetch does not make the post newer."""
    site.feed("/feed", feed(item(1, date=None)))
    desk.add(site.url("/feed"))
    desk.ingest()
    desk.now += DAY
    desk.ingest()
    (post,) = desk.posts()
    assert (post.published_at, post.first_seen_at) == (None, NOW)


def test_a_changed_post_is_revised_not_new(desk: Desk, site: WebSite) -> None:
    """Rows 8 and 15: another text or date is a revision; the old content stays readable."""
    site.feed("/feed", feed(item(1)))
    desk.add(site.url("/feed"))
    desk.ingest()
    site.feed("/feed", feed(item(1, title="Corrected", date=NOW)))
    assert desk.ingest() == IngestReport(source="partner", updated=1)
    (post,) = desk.posts()
    assert (post.title, post.revision, post.published_at, post.visible_from) == ("Corrected", 2, NOW, NOW)
    with reading(desk.engine) as db:
        old = post_store.revision_of(db, post.id, 1)
        assert (old.title, old.revision, old.published_at) == ("Post 1", 1, NOW - DAY)
        assert post_store.revision_of(db, post.id, 2) == post


def test_a_future_date_is_an_embargo(desk: Desk, site: WebSite) -> None:
    """A post dated tomorrow is offered tomorrow; a corrected date moves the embargo, one 35 days ahead is told."""
    site.feed("/feed", feed(item(1, date=NOW + DAY), item(2, date=NOW + 40 * DAY)))
    desk.add(site.url("/feed"))
    assert "too far ahead" in desk.ingest().problems[0]
    assert desk.offered() == []
    desk.now += DAY
    assert desk.offered() == ["Post 1"]
    site.feed("/feed", feed(item(2, date=desk.now)))
    desk.ingest()
    assert desk.offered() == ["Post 2", "Post 1"]


def test_an_item_without_words_is_told(desk: Desk, site: WebSite) -> None:
    """An item with neither title nor text is no post; one without a title is called by its first words."""
    bare = "<item><guid isPermaLink='false'>bare</guid></item>"
    site.feed("/feed", feed(bare, f"<item><description>{TEXT}</description></item>"))
    desk.add(site.url("/feed"))
    report = desk.ingest()
    assert (report.new, report.problems) == (1, ("an item has neither title nor text (bare)",))
    assert desk.posts()[0].title == TEXT


def test_an_unchanged_feed_costs_no_work(desk: Desk, site: WebSite) -> None:
    """A conditional request is made, and 304 is a good fetch."""
    site.feed("/feed", feed(item(1)))
    site.etag("/feed", '"v1"')
    desk.add(site.url("/feed"))
    desk.ingest()
    desk.now += HOUR
    assert desk.ingest() == IngestReport(source="partner")
    assert site.requests[1].headers["if-none-match"] == '"v1"'
    assert (desk.source().last_good_at, desk.source().etag) == (desk.now, '"v1"')


@contextmanager
def impatient() -> Iterator[Fetcher]:
    limits = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=0.4, max_bytes=200_000, every_minutes=60)
    with Fetcher(limits, "newsletter-tests/1") as fetcher:
        yield fetcher


def test_bad_sources_harm_nobody_else(desk: Desk, site: WebSite) -> None:
    """A feed that is HTML, empty, huge, a bomb of either kind, hanging or gone is an error on that source only."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;'
    bad = {
        site.page("/html", "<!doctype html><title>Sign in</title>"): "HTML page",
        site.content("/empty", b"", "application/rss+xml"): "empty",
        site.content("/huge", b"<rss>" + b"x" * 300_000, "application/rss+xml"): "larger than",
        site.gzip_bomb("/gzip", 100_000_000): "larger than",
        site.feed("/entities", bomb): "entities",
        site.hang("/hang"): "within 0.4 s",
        site.drip("/drip"): "within 0.4 s",
        site.status("/gone", 410): "410",
        site.status("/down", 503): "503",
        "http://10.255.255.1/feed": "allow_addresses",
        str(desk.home / "none.xml"): "cannot be read",
    }
    for url in bad:
        desk.add(url, name=url)
    desk.add(site.feed("/good", feed(item(1))), name="good")
    with impatient() as fetcher:
        assert desk.fetch_some(fetcher) == len(bad) + 1
        assert desk.fetch_some(fetcher) == 0
    for url, words in bad.items():
        source = desk.source(url)
        assert words in source.last_error
        assert (source.error_count, source.last_good_at) == (1, None)
    assert [post.title for post in desk.posts()] == ["Post 1"]
    assert desk.source("good").last_error == ""


def test_an_error_changes_nothing_but_health(desk: Desk, site: WebSite) -> None:
    """Rows 10 and 11: posts, ETag and the last good fetch stay, and the next good fetch brings nothing back as new."""
    site.feed("/feed", feed(item(1), item(2)))
    site.etag("/feed", '"v1"')
    desk.add(site.url("/feed"))
    desk.ingest()
    before = desk.posts()
    desk.now += HOUR
    site.etag("/feed", "")
    for broken in ("<!doctype html><html>We are updating", feed(), ""):
        site.feed("/feed", broken)
        assert desk.ingest().error
    source = desk.source()
    assert desk.posts() == before
    assert (source.error_count, source.etag, source.last_good_at) == (3, '"v1"', NOW)
    site.feed("/feed", feed(item(1), item(2)))
    assert desk.ingest() == IngestReport(source="partner", unchanged=2)
    assert (desk.source().error_count, desk.source().last_error) == (0, "")


def test_a_failing_source_is_asked_ever_more_rarely(desk: Desk, site: WebSite) -> None:
    """Row 12: the pause doubles up to a day and the source is never switched off; Retry-After is honoured."""
    desk.add(site.status("/feed", 500))
    pauses = []
    for _ in range(7):
        desk.ingest()
        pauses.append((desk.source().next_fetch_at or NOW) - desk.now)
    assert pauses == [1 * HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, DAY]
    desk.add(site.status("/busy", 503, headers={"Retry-After": "7200"}), name="busy")
    desk.ingest("busy")
    assert desk.source("busy").next_fetch_at == NOW + 2 * HOUR


def test_an_hourly_tick_fetches_hourly(desk: Desk, site: WebSite) -> None:
    """A source fetched some seconds after the tick of eight is due at the tick of nine."""
    desk.add(site.feed("/feed", feed(item(1))))
    desk.now = NOW + timedelta(seconds=30)
    assert desk.fetch_some() == 1
    desk.now = NOW + HOUR
    assert desk.fetch_some() == 1


def test_the_same_page_in_two_sources_is_one_story(desk: Desk, site: WebSite) -> None:
    """Row 19: two sources that link to one address tell one story; its life is the older's."""
    desk.add(site.feed("/a", feed(item(1, link="https://example.org/x"))), name="a")
    desk.ingest("a")
    desk.now += 2 * DAY
    link = "https://www.example.org/x/?utm_source=partner"
    desk.add(site.feed("/b", feed(item(2, link=link), item(3))), name="b")
    desk.ingest("b")
    first, second, third = desk.posts()
    assert first.story_id == second.story_id != third.story_id
    assert second.alive_until == NOW + LONGEST_LIFE
    assert third.alive_until == desk.now + LONGEST_LIFE


def test_a_yearly_page_is_news_again(desk: Desk, site: WebSite) -> None:
    """An address that another source told of months ago begins a story of its own."""
    desk.add(site.feed("/a", feed(item(1, link="https://example.org/congress"))), name="a")
    desk.ingest("a")
    desk.now += 300 * DAY
    desk.add(site.feed("/b", feed(item(2, link="https://example.org/congress", date=desk.now))), name="b")
    desk.ingest("b")
    first, second = desk.posts()
    assert first.story_id != second.story_id
    assert desk.offered() == ["Post 2"]


def write(desk: Desk, name: str, *lines: str, text: str = TEXT) -> Path:
    folder = desk.home / "posts"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(["---", *lines, "---", text]), encoding="utf-8")
    return path


def test_a_folder_is_a_source(desk: Desk) -> None:
    """Files are posts; translations with one story key are one story; a fault in one file is told."""
    write(desk, "en.md", 'title: "A vision"', "url: https://example.org/en", "story: vision", "date: 2020-01-01")
    write(desk, "de.md", 'title: "Eine Vision"', "url: https://example.org/de", "story: vision", "language: de")
    write(desk, "bad.md", "title: [")
    desk.add(str(desk.home / "posts"), kind=SourceKind.FOLDER)
    report = desk.ingest()
    german, english = desk.posts()
    assert (report.new, len(report.problems), report.error) == (2, 1, "")
    assert german.story_id == english.story_id
    assert (german.language, english.language, english.state) == ("de", "en", PostState.CANDIDATE)


def test_a_story_key_given_later_joins(desk: Desk) -> None:
    """A translation that gets its story key in a correction joins the story then."""
    write(desk, "en.md", "title: A vision", "url: https://example.org/en", "story: vision")
    write(desk, "de.md", "title: Eine Vision", "url: https://example.org/de")
    desk.add(str(desk.home / "posts"), kind=SourceKind.FOLDER)
    desk.ingest()
    write(desk, "de.md", "title: Eine Vision", "url: https://example.org/de", "story: vision")
    assert desk.ingest().updated == 1
    assert len({post.story_id for post in desk.posts()}) == 1


def test_a_feed_in_a_file_is_a_source(desk: Desk) -> None:
    """RSS and JSON Feed are read from files as from addresses."""
    (desk.home / "f.xml").write_text(feed(item(1)))
    (desk.home / "f.json").write_text(
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "J"}]}'
    )
    for name in ("f.xml", "f.json"):
        desk.add(str(desk.home / name), name=name)
        assert desk.ingest(name).new == 1


def test_a_page_is_a_source(desk: Desk, site: WebSite) -> None:
    """A single page is one post, always a candidate, revised when the page changes."""
    page = f"<html lang=en><title>A page</title><body><h1>A page</h1><p>{TEXT * 3}</p>"
    desk.add(site.page("/page", page), kind=SourceKind.PAGE)
    assert desk.ingest().new == 1
    site.page("/page", page.replace("coming year", "coming decade"))
    assert desk.ingest().updated == 1
    (post,) = desk.posts()
    assert (post.title, post.language, post.revision, post.state) == ("A page", "en", 2, PostState.CANDIDATE)


def test_a_page_tells_its_event_picture_or_not(desk: Desk, site: WebSite) -> None:
    """What a page says for machines counts wherever it was read, and it is asked for once."""
    event = '{"@type": "Event", "name": "An autumn day", "startDate": "2026-12-10", "location": "Lisbon"}'
    head = f'<title>An autumn day</title><script type="application/ld+json; charset=utf-8">{event}</script>'
    page = f"<html lang=en>{head}%s<body><h1>An autumn day</h1><p>{TEXT * 3}</p>"
    with_picture = '<meta property="og:image" content="/p.png">'
    for name, more in (("plain", ""), ("pictured", with_picture)):
        desk.add(site.page(f"/{name}", page % more), name=name, kind=SourceKind.PAGE)
        desk.ingest(name)
        assert site.asked(f"/{name}") == 1
    assert [(post.event.place, f"{post.event.starts_at:%d %B}") for post in desk.posts() if post.event] == [
        ("Lisbon", "10 December"),
        ("Lisbon", "10 December"),
    ]


def test_pictures_come_along(desk: Desk, site: WebSite) -> None:
    """A candidate's picture is kept and told with its size; a post of the back-catalogue waits until it is ticked."""
    file = BytesIO()
    Image.new("RGB", (640, 360), "teal").save(file, "PNG")
    url = site.content("/p.png", file.getvalue(), "image/png")
    more = f'<enclosure url="{url}" type="image/png" length="1"/>'
    site.feed("/feed", feed(item(1, more=more), item(2, date=None, more=more)))
    desk.add(site.url("/feed"))
    desk.ingest()
    first, second = desk.posts()
    assert first.picture is not None
    assert (first.picture.width, first.picture.height, first.picture.alt) == (640, 360, "")
    assert (desk.home / "media" / first.picture.name).exists()
    assert second.picture is None
    with writing(desk.engine) as db:
        post_store.set_post_state(db, second.id, start=PostState.SEEN, to=PostState.CANDIDATE)
    desk.ingest()
    assert desk.posts()[1].picture == first.picture


def test_no_request_is_made_inside_a_transaction(desk: Desk, site: WebSite) -> None:
    """While a request is under way, no transaction of ours is open."""
    open_now: set[int] = set()
    during: list[int] = []
    event.listen(desk.engine, "begin", lambda connection: open_now.add(threading.get_ident()))
    for end in ("commit", "rollback"):
        event.listen(desk.engine, end, lambda connection: open_now.discard(threading.get_ident()))

    class Watched(Fetcher):
        def get(self, url: str, **left: str) -> Fetched:
            during.append(len(open_now))
            return super().get(url, **left)

    more = f'<enclosure url="{site.url("/p.png")}" type="image/png" length="1"/>'
    desk.add(site.feed("/feed", feed(item(1, more=more))))
    limits = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, max_bytes=200_000, every_minutes=60)
    with Watched(limits, "newsletter-tests/1") as fetcher:
        desk.fetch_some(fetcher)
    assert during == [0, 0]


def test_a_crash_before_the_end_loses_nothing(desk: Desk, site: WebSite) -> None:
    """The ETag is noted last: a source whose reading was cut short is read in full the next time."""
    site.feed("/feed", feed(item(1), item(2)))
    site.etag("/feed", '"v1"')
    desk.add(site.url("/feed"))
    died = False

    def die(_: object, __: object, statement: str, *___: object) -> None:
        nonlocal died
        if statement.startswith("INSERT INTO posts") and desk.posts():
            died = True
            raise KeyboardInterrupt

    event.listen(desk.engine, "before_cursor_execute", die)
    with pytest.raises(KeyboardInterrupt):
        desk.ingest()
    event.remove(desk.engine, "before_cursor_execute", die)
    assert died
    assert desk.ingest() == IngestReport(source="partner", new=1, unchanged=1)


def test_an_address_tells_what_it_is(desk: Desk, site: WebSite) -> None:
    """A feed, a page, a page that names its feed, a folder and files are told apart by what they hold."""
    rss, page = (
        site.feed("/feed", feed(item(1))),
        site.page("/page", f"<!doctype html><title>A page</title><p>{TEXT * 3}"),
    )
    announced = '<link rel="alternate" type="application/rss+xml" href="{}">'
    dead, live = announced.format("/page"), announced.format("feed")
    home = site.page("/home", f"<!doctype html><head>{dead}{live}</head>")
    (desk.home / "f.txt").write_text(feed(item(1)))
    (desk.home / "p.html").write_text(f"<html><title>A page</title><p>{TEXT * 3}")
    note = write(desk, "a.md", "title: A")
    found = {location: find_kind(desk.fetcher, location) for location in (rss, page, home)}
    assert {location: (one.kind, one.url) for location, one in found.items()} == {
        rss: (SourceKind.FEED, rss), page: (SourceKind.PAGE, page), home: (SourceKind.FEED, rss),
    }  # fmt: skip
    paths = [desk.home / "posts", note, desk.home / "f.txt", desk.home / "p.html"]
    kinds = [find_kind(desk.fetcher, str(path)).kind for path in paths]
    assert kinds == [SourceKind.FOLDER, SourceKind.FOLDER, SourceKind.FEED, SourceKind.PAGE]


@pytest.mark.parametrize("path", ["/none", "/words", "/json", "/bomb"])
def test_what_can_be_no_source_says_why(desk: Desk, site: WebSite, path: str) -> None:
    """Neither a feed nor a page is an error in words."""
    site.content("/words", b"just words", "text/plain")
    site.json_feed("/json", '{"items": []}')
    site.feed("/bomb", '<!DOCTYPE x [<!ENTITY a "a">]><rss></rss>')
    with pytest.raises(SourceError):
        find_kind(desk.fetcher, site.url(path))
    with pytest.raises(SourceError):
        find_kind(desk.fetcher, str(desk.home / "none.xml"))


def test_editors_add_posts_by_hand(desk: Desk, site: WebSite) -> None:
    """A page or a file is a candidate of "editors", which nothing ever fetches; added again, it is revised."""
    url = site.page("/page", f"<html lang=en><title>A page</title><body><p>{TEXT * 3}</p>")
    note = write(desk, "a.md", "title: A note", "topics: funding")
    added = [desk.add_post(url), desk.add_post(str(note))]
    assert [(post.title, post.source_name, post.state) for post in added] == [
        ("A page", EDITORS, PostState.CANDIDATE), ("A note", EDITORS, PostState.CANDIDATE),
    ]  # fmt: skip
    assert desk.offered() == ["A note", "A page"]
    assert desk.fetch_some() == 0
    note = write(desk, "a.md", "title: A better note")
    assert (again := desk.add_post(str(note))).id == added[1].id
    assert (again.title, again.revision) == ("A better note", 2)
    with pytest.raises(SourceError):
        desk.add_post(site.url("/none"))


def test_two_processes_do_not_fetch_one_source(desk: Desk, site: WebSite) -> None:
    """A due source is claimed once; a claim of a process that died is due again after a while."""
    desk.add(site.feed("/feed", feed(item(1))))
    source = desk.source()
    with writing(desk.engine) as db:
        assert source_store.claim_source(db, source, until=NOW + HOUR)
        assert not source_store.claim_source(db, source, until=NOW + HOUR)
    assert desk.fetch_some() == 0
    desk.now += HOUR
    assert desk.fetch_some() == 1


def test_an_index_page_without_links_to_posts_is_an_error(desk: Desk, site: WebSite) -> None:
    """A page that lists nothing is told in words, never taken for one without news."""
    desk.add(site.page("/index", "<!doctype html><p>Soon."), kind=SourceKind.INDEX)
    assert "no list of links to posts" in desk.ingest().error
    assert replace(desk.source(), last_error="").error_count == 1
