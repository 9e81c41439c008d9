"""What an address is found to be, and what is said where nothing can be read."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood, Obstacle, may_pass
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.find_kind import FoundSource, find_kind
from newsletter.sources.reading.read_source import SITEMAP, load, understand
from newsletter.sources.source import SourceKind
from tests.fakes.web_server import WebSite
from tests.integration.sources.source_desk import SourceDesk

TEXT = "Partners from eleven countries describe samples, records and consent in one way. " * 4


def feed(*titles: str, name: str = "Agency news") -> str:
    items = "".join(
        f"<item><title>{title}</title><link>https://agency.example/{title}</link></item>" for title in titles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'


def link(href: str, title: str = "", language: str = "") -> str:
    spoken = f' hreflang="{language}"' if language else ""
    return f'<link rel="alternate" type="application/rss+xml" href="{href}" title="{title}"{spoken}>'


def page(head: str = "", body: str = f"<h1>Welcome</h1><p>{TEXT}</p>", language: str = "en") -> str:
    return f'<!doctype html><html lang="{language}"><head><title>Agency</title>{head}</head><body>{body}</body></html>'


def overview(*paths: str) -> str:
    listed = "".join(
        f'<article class="post tag-health category-news"><h2><a href="{path}">A report on {path.strip("/?=")} and more'
        f'</a></h2><time datetime="2026-11-{place + 10}">then</time><p>{TEXT}</p></article>'
        for place, path in enumerate(paths)
    )
    return page(body=f'<div class="page lang-en has-sidebar"><h1>News</h1>{listed}</div>')


def found(fetcher: Fetcher, site: WebSite, path: str) -> FoundSource:
    return find_kind(fetcher, site.url(path))


def test_the_sites_own_posts_come_before_all_else(site: WebSite, fetcher: Fetcher) -> None:
    """Comments are not even asked; podcasts, other languages and parts of the site come behind; a dead one is none."""
    head = (
        link("/comments/feed/", "Agency » Comments Feed")
        + link("/de/feed/", "Agentur", "de")
        + link("/podcast.xml", "Podcast")
        + link("/category/grants/feed/", "Grants")
        + link("/dead", "News")
        + link("/feed/", "News")
    )
    site.page("/", page(head))
    for path in ("/comments/feed/", "/de/feed/", "/podcast.xml", "/category/grants/feed/", "/feed/"):
        site.feed(path, feed(path))
    result = found(fetcher, site, "/")
    assert (result.kind, result.url, result.title) == (SourceKind.FEED, site.url("/feed/"), "Agency news")
    assert [post.title for post in result.samples] == ["/feed/"]
    assert "/comments/feed/" not in [request.path for request in site.requests]


def test_a_page_of_a_part_leads_to_the_feed_of_that_part(site: WebSite, fetcher: Fetcher) -> None:
    """Whoever names the page of a category wants that category."""
    site.page("/category/grants", page(link("/feed/", "All") + link("/category/grants/feed/", "Grants")))
    for path in ("/feed/", "/category/grants/feed/"):
        site.feed(path, feed(path))
    assert found(fetcher, site, "/category/grants").url == site.url("/category/grants/feed/")


def test_a_page_in_german_leads_to_the_german_feed(site: WebSite, fetcher: Fetcher) -> None:
    """Of feeds by language the page's own comes first."""
    site.page("/de", page(link("/en.xml", language="en") + link("/de.xml", language="de"), language="de-AT"))
    for path in ("/en.xml", "/de.xml"):
        site.feed(path, feed(path))
    assert found(fetcher, site, "/de").url == site.url("/de.xml")


@pytest.mark.parametrize(
    ("sign", "asked", "kept"),
    [
        ('<meta name="generator" content="WordPress 6.8.1">', "/", "/feed/"),
        ('<link rel="stylesheet" href="/wp-content/themes/x/style.css">', "/", "/feed/"),
        ('<meta name="generator" content="Wix.com Website Builder">', "/", "/blog-feed.xml"),
        ("<script src=//static1.squarespace.com/x.js></script>", "/blog", "/blog?format=rss"),
        ('<meta name="generator" content="Ghost 5.82">', "/about/", "/rss/"),
        ('<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">', "/news", "/rss.xml"),
        ('<meta name="generator" content="TYPO3 CMS">', "/aktuelles", "/?type=9818"),
        ('<meta name="generator" content="Joomla! - Open Source">', "/news", "/news?format=feed&type=rss"),
        ("<meta content='blogger' name='generator'>", "/", "/feeds/posts/default"),
        ('<link rel="icon" href="https://miro.medium.com/x.png">', "/", "/feed"),
        (
            '<script>var ytInitialData = {"externalId":"UCabcdefghijklmnopqrstuv"}</script>',
            "/@agency",
            "/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv",
        ),
    ],
)  # fmt: skip
def test_known_systems_keep_their_feed_in_a_known_place(
    sign: str, asked: str, kept: str, site: WebSite, fetcher: Fetcher
) -> None:
    """A page that announces nothing, but shows what made it, is asked for its feed where that system keeps it."""
    site.page(asked, page(sign))
    site.feed(kept, feed("a post"))
    result = found(fetcher, site, asked)
    assert (result.kind, result.url) == (SourceKind.FEED, site.url(kept))
    assert len(site.requests) <= 4


def test_an_unknown_system_is_not_probed(site: WebSite, fetcher: Fetcher) -> None:
    """Without a sign of its system a page costs one request, and one for its server's robots.txt."""
    site.page("/about", page())
    assert found(fetcher, site, "/about").kind is SourceKind.PAGE
    assert {request.path for request in site.requests} == {"/about", "/robots.txt"}


@pytest.mark.parametrize("kept", ["/sitemap.xml", "/maps/news.xml"])
def test_a_front_page_that_lists_nothing_leads_to_its_sitemap(kept: str, site: WebSite, fetcher: Fetcher) -> None:
    """It is looked for in its usual place, then where robots.txt names it; an article at the root stays a page."""
    site.content("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.url(kept)}".encode(), "text/plain")
    site.page("/", page())
    site.content(kept, f"<urlset><url><loc>{site.url('/news/1')}</loc></url></urlset>".encode(), "text/xml")
    result = found(fetcher, site, "/")
    assert (result.kind, result.url, result.link_pattern) == (SourceKind.INDEX, site.url(kept), SITEMAP)
    site.page("/", page('<meta property="article:published_time" content="2026-11-20T09:00:00Z">'))
    assert found(fetcher, site, "/").kind is SourceKind.PAGE


def test_of_announced_feeds_one_with_posts_is_taken(site: WebSite, fetcher: Fetcher) -> None:
    """An empty feed is a feed only where there is no other."""
    site.page("/", page(link("/empty", "News") + link("/feed/", "More news")))
    site.feed("/empty", feed())
    assert found(fetcher, site, "/").url == site.url("/empty")
    site.feed("/feed/", feed("a post"))
    assert found(fetcher, site, "/").url == site.url("/feed/")


def test_a_sitemap_is_an_index(site: WebSite, fetcher: Fetcher) -> None:
    """One entry is enough; it is known again without asking robots.txt."""
    site.content("/map.xml", f"<urlset><url><loc>{site.url('/news/1')}</loc></url></urlset>".encode(), "text/xml")
    result = found(fetcher, site, "/map.xml")
    assert (result.kind, result.link_pattern, [post.url for post in result.samples]) == (
        SourceKind.INDEX, SITEMAP, [site.url("/news/1")],
    )  # fmt: skip


def test_an_overview_is_an_index(site: WebSite, fetcher: Fetcher) -> None:
    """Repeated headlines are a list, whatever classes a system writes around them."""
    site.page("/news", overview("/news/samples-in-order", "/news/second-conference", "/news/third-call-opens"))
    result = found(fetcher, site, "/news")
    assert (result.kind, len(result.samples)) == (SourceKind.INDEX, 3)
    assert "lists 3 posts" in result.words


def test_posts_addressed_by_number_are_found(site: WebSite, fetcher: Fetcher) -> None:
    """ "/?p=1" and "show.php?lang=en&id=1" are posts' addresses, "?page=2" of the page itself is none."""
    for paths in (("/?p=11", "/?p=12", "/?p=13"), tuple(f"/show.php?lang=en&amp;id={n}" for n in (1, 2, 3))):
        site.page("/news", overview(*paths, "/news?page=2"))
        urls = [post.url for post in found(fetcher, site, "/news").samples]
        assert urls == [site.url(path.replace("&amp;", "&")) for path in paths]


@pytest.mark.parametrize(
    ("markup", "word"),
    [
        ('<div id="root"></div><script src="/a.js"></script>', "JavaScript"),
        ("<noscript>Bitte aktivieren Sie JavaScript.</noscript><script></script><p>Menü</p>", "JavaScript"),
        ("<h1>Members</h1><form><input name=u><input type=password></form>", "login"),
    ],
)
def test_what_keeps_programs_out_is_named(markup: str, word: str, site: WebSite, fetcher: Fetcher) -> None:
    """An empty shell and a login are named as such, with a sentence for the site's owner."""
    site.page("/", page(body=markup))
    with pytest.raises(Obstacle, match=word) as caught:
        found(fetcher, site, "/")
    assert site.url("/") in caught.value.for_the_owner
    assert caught.value.for_the_owner in str(caught.value)


def test_a_closed_door_is_named(site: WebSite, fetcher: Fetcher) -> None:
    """401, 403, a redirect to a login page, and robots.txt each are an obstacle in words."""
    site.status("/401", 401)
    site.status("/403", 403)
    site.redirect("/inside", "/login")
    site.page("/login", page(body=f"<p>{TEXT}</p>"))
    for path in ("/401", "/403", "/inside"):
        with pytest.raises(Obstacle, match="login"):
            found(fetcher, site, path)


def test_robots_are_asked_for_pages_only(site: WebSite, fetcher: Fetcher) -> None:
    """A page that robots.txt closes is an obstacle; a feed that somebody named is read."""
    site.content("/robots.txt", b"User-agent: *\nDisallow: /", "text/plain")
    site.page("/", page())
    site.feed("/feed", feed("a post"))
    with pytest.raises(Obstacle, match="robots"):
        found(fetcher, site, "/")
    assert found(fetcher, site, "/feed").kind is SourceKind.FEED


def test_a_page_with_its_text_is_no_obstacle(site: WebSite, fetcher: Fetcher) -> None:
    """Scripts, a noscript note and a small login beside a whole text keep nobody out."""
    extra = "<noscript>Enable JavaScript for the map.</noscript><script></script><form><input type=password></form>"
    site.page("/", page(body=f"<h1>Report</h1><p>{TEXT * 3}</p>{extra}"))
    assert found(fetcher, site, "/").kind is SourceKind.PAGE


def test_a_list_of_feeds_is_pointed_to_its_command(site: WebSite, fetcher: Fetcher) -> None:
    """OPML is no source; the command that reads it is named."""
    site.content("/feeds.opml", b"<opml version='2.0'><body/></opml>", "text/x-opml")
    with pytest.raises(NotUnderstood, match="source import"):
        found(fetcher, site, "/feeds.opml")


@given(content=st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"<html>{text}".encode()))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])  # nothing is fetched
def test_whatever_stands_in_a_document_is_survived(fetcher: Fetcher, content: bytes) -> None:
    """Any bytes are a source or an error in words."""
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        Path(file.name).write_bytes(content)
        try:
            find_kind(fetcher, file.name)
        except SourceError:
            return


@pytest.mark.parametrize("status", [429, 503])
def test_a_feed_that_is_there_later_is_not_taken_for_none(site: WebSite, fetcher: Fetcher, status: int) -> None:
    """Its answer is told, and the page is not taken for the source for good; a dead feed stands in no way."""
    site.page("/", page(link("/feed", "News")))
    site.status("/feed", status)
    with pytest.raises(SourceError, match=f"answered {status}.*a feed should be there") as raised:
        found(fetcher, site, "/")
    assert may_pass(raised.value)


def files(count: int) -> str:
    return "".join(
        f'<li><a href="/files/report-{number}.pdf">Report {number} on data</a></li>' for number in range(count)
    )


def test_a_list_of_files_is_told_as_what_it_is(site: WebSite, fetcher: Fetcher) -> None:
    """Who adds a page of reports in PDF is told why no posts are found there; an article that has some is one."""
    site.page("/reports", page(body=f"<ul>{files(6)}</ul>"))
    assert "lists files" in found(fetcher, site, "/reports").warning
    with pytest.raises(NotUnderstood, match="lists files"):
        understand(load(fetcher, site.url("/reports")), SourceKind.INDEX)
    site.page("/article", page(body=f"<h1>Welcome</h1><p>{TEXT}</p><ul>{files(3)}</ul>"))
    assert found(fetcher, site, "/article").warning == ""


def test_what_source_add_warns_of_stands_with_a_source_that_was_applied(
    engine: Engine, fetcher: Fetcher, tmp_path: Path, site: WebSite
) -> None:
    """Nobody looks on when a set-up file or a list of feeds brings a source: its health tells, once it was read."""
    site.page("/reports", page(body=f"<h1>Reports</h1><ul>{files(12)}</ul>"))
    desk = SourceDesk(engine, fetcher, tmp_path)
    desk.add(site.url("/reports"), SourceKind.AUTO)
    desk.poll()
    assert "lists files" in desk.source().last_problems
