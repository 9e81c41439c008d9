"""Sitemaps tell addresses; when a page was changed is no date of publication."""

import gzip
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.parse_sitemap import (
    MOST_CHILDREN,
    MOST_POSTS,
    children_of,
    looks_like_sitemap,
    parse_sitemap,
)
from tests.fakes.web_server import WebSite

URL = "https://agency.example/sitemap.xml"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = (
    f'<?xml version="1.0"?><urlset {SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
    "<loc>https://agency.example/news/1</loc><news:news><news:publication><news:name>Agency</news:name>"
    "<news:language>de</news:language></news:publication><news:publication_date>2026-11-20T09:00:00+01:00"
    "</news:publication_date><news:title>Eins &amp; zwei</news:title></news:news></url></urlset>"
)


def sitemap(*entries: tuple[str, str]) -> bytes:
    written = "".join(
        f"<url><loc>https://agency.example{path}</loc><lastmod>{at}</lastmod></url>" for path, at in entries
    )
    return f'<?xml version="1.0"?><urlset {SPACE}>{written}</urlset>'.encode()


def test_a_change_is_no_date_of_publication() -> None:
    """The newest change comes first; `published` stays empty, and the page tells the title."""
    found = parse_sitemap(sitemap(("/news/old", "2025-01-01"), ("/news/new", "2026-11-01T08:00:00Z")), url=URL)
    assert [(post.url, post.published, post.title, post.is_cut) for post in found] == [
        ("https://agency.example/news/new", None, "", True),
        ("https://agency.example/news/old", None, "", True),
    ]
    assert found[0].updated == datetime(2026, 11, 1, 8, tzinfo=UTC)


def test_a_news_sitemap_tells_more() -> None:
    """Title, language and date of publication are the publisher's own words."""
    (post,) = parse_sitemap(NEWS.encode(), url=URL)
    assert (post.title, post.language, post.published) == (
        "Eins &amp; zwei", "de", datetime(2026, 11, 20, 8, tzinfo=UTC),
    )  # fmt: skip


def test_what_is_plainly_no_post_is_left_out() -> None:
    """The front page, lists, files, and other sites are no posts."""
    paths = ["/", "/en", "/tag/health", "/category/news/", "/author/ada", "/page/2", "/a.pdf", "/news/1"]
    found = parse_sitemap(sitemap(*((path, "2026-11-01") for path in paths)), url=URL)
    assert [post.url for post in found] == ["https://agency.example/news/1"]


def test_the_pictures_of_an_entry_are_not_its_address() -> None:
    """An entry may name pictures, with addresses and titles of their own."""
    entry = (
        "<url><loc>https://agency.example/news/1</loc><image:image><image:loc>https://agency.example/1.jpg</image:loc>"
        "<image:title>A lab</image:title></image:image></url>"
    )
    space = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    (post,) = parse_sitemap(f"<urlset {SPACE} {space}>{entry}</urlset>".encode(), url=URL)
    assert (post.url, post.title) == ("https://agency.example/news/1", "")


def test_a_sitemap_in_a_file_is_of_the_site_that_it_lists() -> None:
    """A file has no address; the first entry tells whose it is."""
    assert len(parse_sitemap(sitemap(("/news/1", "2026-11-01"), ("/", "2026-11-01")), url="")) == 1


def test_sitemaps_of_tags_and_authors_are_not_read() -> None:
    """Systems write a sitemap for each kind of page, and the newest may be that of the authors."""
    names = ("author-sitemap.xml", "post-sitemap.xml", "wp-sitemap-users-1.xml", "category-sitemap.xml")
    written = "".join(f"<sitemap><loc>https://agency.example/{name}</loc></sitemap>" for name in names)
    found = children_of(f"<sitemapindex {SPACE}>{written}</sitemapindex>".encode())
    assert found == ["https://agency.example/post-sitemap.xml"]


def test_one_dead_sitemap_leaves_the_others(site: WebSite, fetcher: Fetcher) -> None:
    """What the living ones list is sorted together, and the dead one is told."""
    written = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/a.xml", "/dead.xml", "/b.xml"))
    site.content("/sitemap.xml", f"<sitemapindex {SPACE}>{written}</sitemapindex>".encode(), "text/xml")
    for path, day in (("a", 1), ("b", 2)):
        entry = f"<url><loc>{site.url(f'/news/{path}')}</loc><lastmod>2026-11-0{day}</lastmod></url>"
        site.content(f"/{path}.xml", f"<urlset>{entry}</urlset>".encode(), "text/xml")
    found = find_kind(fetcher, site.url("/sitemap.xml"))
    assert [post.url for post in found.samples] == [site.url("/news/b"), site.url("/news/a")]
    assert found.reading is not None
    assert len(found.reading.problems) == 1


def test_of_many_sitemaps_the_newest_are_read(site: WebSite, fetcher: Fetcher) -> None:
    """An index of sitemaps is followed one level, the last changed first, a few only."""
    written = "".join(
        f"<sitemap><loc>{site.url(f'/{month}.xml')}</loc><lastmod>2026-{month:02}-01</lastmod></sitemap>"
        for month in range(1, 8)
    )
    site.content("/sitemap.xml", f"<sitemapindex {SPACE}>{written}</sitemapindex>".encode(), "text/xml")
    for month in range(1, 8):
        entry = f"<url><loc>{site.url(f'/news/of-{month}')}</loc></url>"
        site.content(f"/{month}.xml", gzip.compress(f"<urlset>{entry}</urlset>".encode()), "application/gzip")
    found = find_kind(fetcher, site.url("/sitemap.xml"))
    assert [post.url for post in found.samples] == [site.url(f"/news/of-{month}") for month in (7, 6, 5)]
    assert len([one for one in site.requests if one.path != "/robots.txt"]) == 1 + MOST_CHILDREN


@pytest.mark.parametrize("content", [b"", b"<rss/>", b'<!DOCTYPE x [<!ENTITY a "a">]><urlset/>'])
def test_what_is_no_sitemap_is_refused(content: bytes) -> None:
    """An empty or another document, and a bomb, are errors in words."""
    with pytest.raises(NotUnderstood, match="sitemap"):
        parse_sitemap(content, url=URL)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: f"<urlset><url>{text}".encode())))
def test_any_bytes_are_survived(content: bytes) -> None:
    """Whatever stands there, there are posts or an error in words."""
    looks_like_sitemap(content)
    try:
        parse_sitemap(content, url=URL)
        children_of(content)
    except SourceError:
        return


_ENTRY = "<url><loc>https://agency.example/news/{}</loc><lastmod>2026-11-01</lastmod></url>"
HOSTILE = {
    "deep": b"<urlset>" + b"<url>" * 50_000,
    "many entries": b"<urlset>" + b"".join(_ENTRY.format(n).encode() for n in range(10_000)) + b"</urlset>",
    "an entry with many addresses": b"<urlset><url>"
    + b"<loc>https://agency.example/a</loc>" * 50_000
    + b"</url></urlset>",
    "a long address": b"<urlset><url><loc>https://agency.example/" + b"a-" * 500_000 + b"</loc></url></urlset>",
    "attributes without end": b"<urlset " + b"a='b' " * 50_000 + b"><url/></urlset>",
    "comments without end": b"<urlset>" + b"<!-- " * 50_000,
    "a packed bomb": gzip.compress(b"<urlset>" + b" " * 50_000_000 + b"</urlset>"),
    "packed and broken": gzip.compress(b"<urlset><url/></urlset>")[:-9],
    "another encoding": "<urlset><url><loc>https://agency.example/news/1</loc></url></urlset>".encode("utf-16"),
    "no encoding": b"<?xml version='1.0' encoding='none-such'?><urlset><url><loc>\xff\xfe</loc></url></urlset>",
    "dates beyond all": sitemap(
        ("/news/1", "99999-01-01"), ("/news/2", "0001-01-01T00:00:00+23:59"), ("/news/3", "-1")
    ),
    "addresses of nothing": sitemap(
        ("//[", "2026-11-01"), (":99999999/x/y", "2026-11-01"), ("/\u202e/x", "2026-11-01")
    ),
    "an index of itself": f"<sitemapindex><sitemap><loc>{URL}</loc></sitemap></sitemapindex>".encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_sitemap_takes_no_time(name: str) -> None:
    """Whatever it repeats, nests or packs, it is read within limits or refused in words, within seconds."""
    started = time.process_time()
    looks_like_sitemap(HOSTILE[name])
    with suppress(NotUnderstood):
        assert len(parse_sitemap(HOSTILE[name], url=URL)) <= MOST_POSTS
    with suppress(NotUnderstood):
        assert len(children_of(HOSTILE[name])) <= MOST_CHILDREN
    assert time.process_time() - started < 10


def test_an_index_of_itself_comes_to_an_end(site: WebSite, fetcher: Fetcher) -> None:
    """An index of sitemaps that names itself is followed one level, and then holds nothing."""
    content = f"<sitemapindex><sitemap><loc>{site.url('/map.xml')}</loc></sitemap></sitemapindex>"
    site.content("/map.xml", content.encode(), "text/xml")
    with pytest.raises(NotUnderstood):
        find_kind(fetcher, site.url("/map.xml"))
    assert site.asked("/map.xml") <= 1 + MOST_CHILDREN
