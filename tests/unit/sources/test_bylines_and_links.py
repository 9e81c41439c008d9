"""What a card signs and links to: names of people, and addresses that do not follow a reader."""

import pytest

from newsletter.base.ids import SourceId
from newsletter.sources.cleaning.byline import byline_of
from newsletter.sources.cleaning.clean_post import clean_post
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails
from newsletter.sources.reading.parse_page import parse_page
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.identity import canonical_url, identify, untracked

URL = "https://www.site.example/news/1"
SOURCE = Source(
    id=SourceId(1), name="partner", url="https://www.site.example/feed", kind=SourceKind.FEED, topics=(), language="en",
    owner="", backfill_days=14, etag="", last_modified="", next_fetch_at=None, last_fetch_at=None, last_good_at=None,
    last_error="", error_count=0,
)  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["admin", "Admin", "administrator", "webmaster", "editor", "wordpress", "root", "admin2", "site.example",
     "Super User",
     "https://www.site.example/", "www.site.example", "press@site.example", "admin, webmaster", " "],
)  # fmt: skip
def test_an_account_is_no_byline(name: str) -> None:
    """What a system signs by itself, an address for mail, and the host of the post say nothing of who wrote it."""
    assert byline_of(name, url=URL) == ""


@pytest.mark.parametrize(
    ("text", "byline"),
    [
        ("Ada Example", "Ada Example"), ("Ada Example, Press office", "Ada Example, Press office"),
        ("admin, Ada Example", "Ada Example"), ("Adminah Root", "Adminah Root"),
        ("The editors of Nature", "The editors of Nature"),
        ("press@site.example (Ada Example)", "Ada Example"), ("Web Team Berlin", "Web Team Berlin"),
        ("other.example", "other.example"), ("Editorial board", "Editorial board"),
    ],
)  # fmt: skip
def test_a_name_stays_a_byline(text: str, byline: str) -> None:
    """People and offices stay, and those beside an account."""
    assert byline_of(text, url=URL) == byline


@pytest.mark.parametrize(
    ("link", "bare"),
    [
        (f"{URL}?utm_source=rss", URL),
        (f"{URL}?utm_source=rss&id=7&utm_medium=feed", f"{URL}?id=7"),
        (f"{URL}?id=7&fbclid=a&gclid=b&mc_cid=c&mc_eid=d", f"{URL}?id=7"),
        (f"{URL}?id=7&amp;utm_source=rss", f"{URL}?id=7"),
        (f"{URL}?UTM_Source=rss#part", f"{URL}#part"),
        (f"{URL}#utm_source=rss", URL),
        (f"{URL}?b=2&a=%20x&a", f"{URL}?b=2&a=%20x&a"),
        (f"{URL}?", f"{URL}?"),
        (f"{URL}?q=utm_source", f"{URL}?q=utm_source"),
        (f"{URL}#!/x", f"{URL}#!/x"),
        ("", ""),
    ],
)
def test_a_link_loses_its_tracking_and_nothing_else(link: str, bare: str) -> None:
    """Tracking parameters go; order, writing and place in the page stay, and identity is the same."""
    assert untracked(link) == bare
    as_known = link.replace("&amp;", "&").replace("UTM_Source", "utm_source")
    assert canonical_url(untracked(link)) == canonical_url(as_known)


def test_a_stored_post_links_and_signs_cleanly() -> None:
    """Readers get links without tracking; the keys of a post are what they were."""
    tracked = FetchedPost(
        title="A title of five whole words", url=f"{URL}?utm_source=rss&id=7", byline="admin", summary="Text.",
        call=CallDetails(page_url="https://calls.example/1?utm_content=x"),
    )  # fmt: skip
    ((post, keys),) = identify([tracked])
    clean = clean_post(post, keys=keys, source=SOURCE, rules=TopicRules(()), picture_hash="")
    assert clean is not None
    assert (clean.url, clean.byline) == (f"{URL}?id=7", "")
    assert clean.call is not None
    assert clean.call.page_url == "https://calls.example/1"
    assert f"url:{canonical_url(tracked.url)}" in keys


@pytest.mark.parametrize(
    ("canonical", "link"),
    [
        ("https://www.x.example/news/1", "https://www.x.example/news/1"),
        ("/news/1", "https://x.example/news/1"),
        ("https://blog.x.example/1", "https://blog.x.example/1"),
        ("https://evil.example/phish", "https://x.example/n?id=1"),
        ("https://x.example.evil.example/1", "https://x.example/n?id=1"),
        ("https://notx.example/1", "https://x.example/n?id=1"),
    ],
)
def test_a_page_names_no_other_site_as_its_link(canonical: str, link: str) -> None:
    """rel=canonical is where a page stands only within its own site; readers are led nowhere else."""
    page = f"<html><head><title>A call for proposals</title><link rel=canonical href='{canonical}'></head><body>"
    text = "<article><h1>A call for proposals</h1>" + "<p>Nine teams tell what they measure, and for whom.</p>" * 5
    assert parse_page(f"{page}{text}</article></body></html>".encode(), url="https://x.example/n?id=1").url == link
