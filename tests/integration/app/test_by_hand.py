"""What editors do to posts: adding pages, releasing what was held or only an address; and what readers get of it."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from newsletter.app.app import App
from newsletter.app.assembling import assemble_issue
from newsletter.app.people import add_person
from newsletter.app.portions import fetch_some
from newsletter.app.posts import add_by_hand, list_posts, move_post, release_flood, release_post
from newsletter.app.preview import preview
from newsletter.app.setup import apply_setup
from newsletter.app.submissions import receive
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from newsletter.sources import source_store
from newsletter.sources.post import Post, PostKind, PostState
from newsletter.sources.submission import Submission
from tests.conftest import NOW
from tests.fakes.home import make_empty_home
from tests.fakes.web_server import WebSite
from tests.integration.app.test_cutoff import SETUP

TEXT = "The agency tells what it plans for the coming year, whom it wants to reach with it, and who pays for it. "


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_empty_home(tmp_path / "home", FixedClock(NOW - timedelta(days=1)), FETCH)
    yield app
    app.close()


FETCH = '[fetch]\nallow_addresses = ["127.0.0.1"]\ntimeout_seconds = 1\n'


def read_from(app: App, url: str, kind: str) -> None:
    file = app.home / "setup.toml"
    text = SETUP.format(feed=url, cutoff="0h").replace('kind = "feed"', f'kind = "{kind}"')
    file.write_text(text, encoding="utf-8")
    apply_setup(app, file)
    fetch_some(app)


def page(title: str, *, language: str = "en", head: str = "", text: str = TEXT) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><title>{title}</title><meta property="og:title" '
        f'content="{title}">{head}</head><body><article><h1>{title}</h1><p>{text * 3}</p></article></body></html>'
    )


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(file, "PNG")
    return file.getvalue()


def feed(*items: tuple[str, str, str, str]) -> str:
    """Make a feed of (title, address, date, text)."""
    told = "".join(
        f"<item><title>{title}</title><link>{url}</link><pubDate>{date}</pubDate><description>{text}</description></item>"
        for title, url, date, text in items
    )
    return f"<rss version='2.0'><channel><title>Partner</title>{told}</channel></rss>"


def numbered(site: WebSite, name: str) -> str:
    old = "Thu, 12 Nov 2026 08:00:00 +0000"
    return feed(*((f"{name} {n}", site.url(f"/{name}/{n}"), old, f"{name} tells of {n}.") for n in range(12)))


def test_only_the_flood_is_freed_at_once(app: App, site: WebSite) -> None:
    """Releasing a source's flood leaves what a partner sent in, and what an editor held, where it is."""
    site.feed("/feed", numbered(site, "first"))
    read_from(app, site.url("/feed"), "feed")
    by_hand = list_posts(app, state="candidate")[0]
    move_post(app, by_hand.id, "held", why="not before Monday", by="ada")
    with reading(app.engine) as db:
        source = source_store.source_by_name(db, "partner")
    told = Submission(
        title="A day on rare diseases", text=TEXT, link="", kind=PostKind.NEWS, deadline=None, start=None, end=None,
        place="", language="en", topic="", sender="Bruno",
    )  # fmt: skip
    receive(app, source, told, b"", network_address="192.0.2.1")
    app.clock = FixedClock(NOW)
    site.feed("/feed", numbered(site, "second"))
    fetch_some(app)
    held = {post.title for post in list_posts(app, state="held")}
    assert len(held) == 14

    released = release_flood(app, "partner", why="news", by="ada")

    assert {post.title for post in released} == {f"second {n}" for n in range(12)}
    assert {post.state for post in released} == {PostState.CANDIDATE}
    assert {post.title for post in list_posts(app, state="held")} == {by_hand.title, "A day on rare diseases"}


def back_catalogue(app: App, site: WebSite) -> Post:
    """Read a sitemap whose one page is older than what is taken from a first reading."""
    url = site.url("/news/2019/a-longer-address")
    site.content(
        "/sitemap.xml",
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{url}</loc><news:news><news:publication_date>2026-01-05</news:publication_date></news:news></url>"
        "</urlset>".encode(),
        "application/xml",
    )
    read_from(app, site.url("/sitemap.xml"), "index")
    (post,) = list_posts(app)
    assert (post.state, post.title, post.body) == (PostState.SEEN, "A longer address", "")
    return post


def test_a_released_address_gets_what_its_page_tells(app: App, site: WebSite) -> None:
    """Title, text and picture come with the release, not with some later reading."""
    post = back_catalogue(app, site)
    shown = site.content("/hall.png", picture(), "image/png")
    site.page("/news/2019/a-longer-address", page("The plan", head=f'<meta property="og:image" content="{shown}">'))
    released = release_post(app, post.id, why="asked for", by="ada")
    assert (released.problem, released.post.state, released.post.title) == ("", PostState.CANDIDATE, "The plan")
    assert "whom it wants to reach" in released.post.excerpt
    assert released.post.picture is not None


def test_a_page_that_cannot_be_read_keeps_no_post_back(app: App, site: WebSite) -> None:
    """The post is released as its source told it, and why its page added nothing is said."""
    post = back_catalogue(app, site)
    site.status("/news/2019/a-longer-address", 500)
    released = release_post(app, post.id, why="asked for", by="ada")
    assert (released.post.state, released.post.title) == (PostState.CANDIDATE, "A longer address")
    assert "500" in released.problem


def test_an_event_page_added_by_hand_has_its_event(app: App, site: WebSite) -> None:
    """What the page says for machines is read, with its picture, by one request, whatever robots.txt asks."""
    site.robots("User-agent: *\nDisallow: /")
    told = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Open day",
        "startDate": "2027-03-04T10:00:00+00:00",
        "location": {"@type": "Place", "name": "Lisbon"},
    }
    shown = site.content("/hall.png", picture(), "image/png")
    head = (
        f'<meta property="og:image" content="{shown}"><link rel="canonical" href="/open-day">'
        f'<script type="application/ld+json">{json.dumps(told)}</script>'
    )
    url = site.page("/day", page("Open day", head=head))
    for _ in range(2):
        post = add_by_hand(app, url, topics=())
        assert post.kind is PostKind.EVENT
        assert post.event is not None
        assert f"{post.event.starts_at:%Y-%m-%d %H:%M}" == "2027-03-04 10:00"
        assert post.picture is not None
        assert post.revision == 1
    assert site.asked("/day") == 2
    assert len(list_posts(app)) == 1


def test_each_reader_gets_a_story_once_in_a_language_of_theirs(app: App, site: WebSite) -> None:
    """Two pages that name each other as translations are one story: German readers get the German one, once."""
    english, german = site.url("/en/plan"), site.url("/de/plan")
    links = f'<link rel="alternate" hreflang="en" href="{english}"><link rel="alternate" hreflang="de" href="{german}">'
    words = "Die Agentur erzählt, was sie im kommenden Jahr vorhat, wen sie damit erreichen will und wer das bezahlt. "
    site.page("/en/plan", page("The plan of the agency", head=links))
    site.page("/de/plan", page("Der Plan der Agentur", language="de", head=links, text=words))
    recent = "Thu, 19 Nov 2026 08:00:00 +0000"
    read_from(
        app,
        site.feed(
            "/feed",
            feed(
                ("The plan of the agency", english, recent, TEXT),
                ("Der Plan der Agentur", german, recent, words),
            ),
        ),
        "feed",
    )
    assert len({post.story_id for post in list_posts(app)}) == 1
    issue, _ = assemble_issue(app, "weekly", by="ada")
    for language, title in (("de", "Der Plan der Agentur"), ("en", "The plan of the agency")):
        address = f"{language}@example.org"
        form = json.dumps({"form": "https://www.example.org/join"})
        add_person(app, address, "members", consent=form, name="", language=language, zone="", follows=(), by="ada")
        assert [one.title for one in preview(app, issue, address=address).chosen] == [title]
