"""A post is completed by its own page, and by nothing else."""

from dataclasses import replace

import pytest

from newsletter.sources.cleaning.plain_text import plain_text
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.complete import complete, needs_page
from tests.fakes.web_server import WebSite

TEASER = (
    "Eleven countries describe samples, records and consent in one way, so that a hospital can use what a biobank"
    " abroad has collected."
)
REST = "The paper explains five steps in plain words and names for each who has to act first."
PAGE = f"""<!doctype html><html lang="en"><head><title>One way to describe samples | Agency</title>
<meta property="og:title" content="One way to describe samples"><meta property="og:image" content="/hall.jpg">
<meta name="author" content="Ada Example"><link rel="canonical" href="/samples">
<link rel="alternate" hreflang="de" href="/de/proben"><link rel="alternate" hreflang="x-default" href="/samples">
</head><body><article><h1>One way to describe samples</h1><p>{TEASER}</p><p>{REST}</p>
<p><a href="/samples.ics">Add to calendar</a></p></article></body></html>"""


def teaser(site: WebSite, path: str = "/samples?utm_source=rss") -> FetchedPost:
    """Make what a feed tells of the page above."""
    return FetchedPost(
        title="One way to describe samples", url=site.url(path), summary=f"<p>{TEASER[:70]} [...]</p>", is_cut=True
    )


def test_a_cut_post_gets_its_text_and_what_was_missing(site: WebSite, fetcher: Fetcher) -> None:
    """The page gives the whole text, picture, byline, canonical address, translations and calendar file."""
    site.page("/samples?utm_source=rss", PAGE)
    found = complete(fetcher, teaser(site))
    assert REST in plain_text(found.post.html)
    assert (found.post.is_cut, found.post.byline, found.problem) == (False, "Ada Example", "")
    assert found.post.picture_url == site.url("/hall.jpg")
    assert found.post.canonical == site.url("/samples")
    assert found.post.translations == (site.url("/de/proben"),)
    assert found.post.calendar_url == site.url("/samples.ics")
    assert found.post.url == site.url("/samples?utm_source=rss")
    assert found.page is not None
    assert "<h1>" in found.page.markup


def test_what_the_feed_told_in_full_stays(site: WebSite, fetcher: Fetcher) -> None:
    """Of a post that was not cut the page gives the picture only; its text is the feed's."""
    site.page("/samples?utm_source=rss", PAGE)
    whole = replace(teaser(site), html=f"<p>{TEASER}</p>", byline="The feed's", is_cut=False)
    found = complete(fetcher, whole).post
    assert (found.html, found.byline) == (whole.html, "The feed's")
    assert found.picture_url == site.url("/hall.jpg")


def _other(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "page",
    [
        _other("Agency", "<h1>Welcome</h1><p>We are an agency for all who work with us.</p>"),
        _other("Log in", "<form><input type=password></form><p>Log in to go on, please.</p>"),
        _other("Page not found", "<p>Sorry, we could not find what you look for here.</p>"),
    ],
    ids=["front page", "login", "not found"],
)
def test_another_page_adds_nothing(page: str, site: WebSite, fetcher: Fetcher) -> None:
    """A page that does not go on with the post leaves it as it was, and the reason is told."""
    site.page("/samples?utm_source=rss", page)
    found = complete(fetcher, teaser(site))
    assert found.post == teaser(site)
    assert found.problem
    assert found.page is None


def test_a_page_that_leads_home_adds_nothing(site: WebSite, fetcher: Fetcher) -> None:
    """A redirect to the front page is how many systems say "gone"."""
    site.redirect("/samples?utm_source=rss", "/")
    site.page("/", PAGE)
    assert complete(fetcher, teaser(site)).post == teaser(site)


def test_a_page_that_fails_is_no_failure_of_its_post(site: WebSite, fetcher: Fetcher) -> None:
    """Without its page a post is what its feed told; the problem says why."""
    site.status("/samples?utm_source=rss", 503)
    found = complete(fetcher, teaser(site))
    assert found.post == teaser(site)
    assert "503" in found.problem


def test_a_post_without_a_title_gets_its_pages(site: WebSite, fetcher: Fetcher) -> None:
    """An entry of a sitemap, or a link whose text was cut, is called as its page is."""
    site.page("/samples", PAGE)
    for title in ("", "One way to describe…"):
        post = FetchedPost(title=title, url=site.url("/samples"), is_cut=True)
        assert complete(fetcher, post).post.title == "One way to describe samples"


def test_which_posts_need_their_page() -> None:
    """One that is cut, untitled or without a picture, and has an address on the web."""
    whole = FetchedPost(title="A", url="https://a.example/1", html="<p>a</p>", picture_url="https://a.example/1.png")
    assert not needs_page(whole)
    for bare in (replace(whole, is_cut=True), replace(whole, title=""), replace(whole, picture_url="")):
        assert needs_page(bare)
        assert not needs_page(replace(bare, url=""))
        assert not needs_page(replace(bare, url="/a/file.html"))


def test_a_text_for_members_stays_its_beginning(site: WebSite, fetcher: Fetcher) -> None:
    """A page that shows the beginning, and invites to pay for the rest, adds no text; nor does another text."""
    plea = "<p>This post is for subscribers only</p><p>Already have an account? Sign in</p>"
    title = "<title>One way to describe samples</title>"
    other = f"<p>{'Choose how you would like to support the work of our editors every month. ' * 5}</p>"
    for body in (f"<article><p>{TEASER}</p>{plea}</article>", other):
        site.page("/samples?utm_source=rss", f"<html><head>{title}</head><body>{body}</body></html>")
        post = replace(teaser(site), summary=f"<p>{TEASER}</p>")
        found = complete(fetcher, post).post
        assert (found.html, found.is_cut) == (post.html, True)
