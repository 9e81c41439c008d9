"""One page in, one post out, without the page around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.chrome import blocks_of, is_chrome, told_part, without_chrome
from newsletter.sources.cleaning.excerpt import make_excerpt
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.page_head import read_page_head
from newsletter.sources.reading.parse_page import parse_page

URL = "https://secretariat.example.org/post/first-conference"
# A hosted site builder's page: no article markup, no machine-readable date, the text amid the chrome.
PRESS_RELEASE = """<!DOCTYPE html><html lang="en-GB"><head><title>First conference in Berlin | Secretariat</title>
<meta property="og:image" content="/media/hall.jpg"><meta property="og:image:alt" content="The hall">
<link rel="alternate" type="application/rss+xml" href="/blog-feed.xml"></head><body>
<div>We use cookies on this website to improve your visit. By continuing you agree. <button>Accept</button>
</div>
<div><ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li><li><a href="/news">News</a></li></ul></div>
<div>top of page</div><div><h1>First conference in Berlin</h1><div>20 views, 0 comments</div>
<div>Berlin will host the first conference on personalised medicine. The German ministers of health and of research
will open it, and about 400 experts from more than 40 countries are expected on 20 and 21 November.</div>
<div>The programme shows best practice for lung cancer, rare diseases and hypercholesterolaemia, and looks at populous
countries such as India and China. A livestream on the web lets everybody take part.</div>
<div><strong>About the consortium</strong></div>
<div>More than 40 partners from Europe and beyond work together on research and its way into practice.</div>
<div>Contact for inquiries: Ms Example, telephone 0123 456</div>
<div>20 views, 0 comments</div><div>Share this post</div><div>Recent Posts</div><div>See All</div>
<div><a href="/post/vision">A vision for 2030</a></div><div>bottom of page</div></div></body></html>"""


def test_a_press_release_without_article_markup_is_read() -> None:
    """Title, language and picture come from the page; menus, counts, cookies and other posts do not."""
    post = parse_page(PRESS_RELEASE.encode(), url=URL)
    text = plain_text(post.html)
    assert (post.title, post.url, post.document_language) == ("First conference in Berlin", URL, "en-GB")
    assert (post.picture_url, post.picture_alt) == ("https://secretariat.example.org/media/hall.jpg", "The hall")
    assert post.published is None
    assert text.startswith("Berlin will host")
    for chrome in (
        "cookie",
        "top of page",
        "views",
        "Recent Posts",
        "See All",
        "vision for 2030",
        "Home",
        "Share",
        "Accept",
    ):
        assert chrome not in text


def test_boilerplate_is_kept_out_of_the_excerpt() -> None:
    """ "About the consortium" and the press contact stay in the body, but never reach a card."""
    post = parse_page(PRESS_RELEASE.encode(), url=URL)
    assert "Contact for inquiries" in plain_text(post.html)
    told = plain_text(told_part(post.html))
    assert told.endswith("lets everybody take part.")
    assert make_excerpt(post.summary, told_part(post.html)).startswith("Berlin will host")


@pytest.mark.parametrize(
    "line",
    [
        "top of page",
        "Nach oben",
        "20 views, 0 comments",
        "1.2k views",
        "3 min read",
        "12 Aufrufe · 2 Kommentare",
        "5 vues",
        "Recent posts",
        "See all",
        "Aktuelle Beiträge",
        "Tout voir",
        "Post recenti",
        "Mostra tutti",
        "Entradas recientes",
        "Ver todo",
        "Share on Facebook",
        "Teilen",
        "Facebook | Twitter | LinkedIn",
        "Tweet",
        "© 2026 The consortium",
        "Skip to main content",
        "We use cookies to improve your visit. Accept all",
        "Wir verwenden Cookies.",
        "Write a comment",
        "Updated: Nov 20",
        "Log in / Sign up",
    ],
)
def test_lines_of_the_page_are_known(line: str) -> None:
    """What stands around articles, in five languages, is no article."""
    assert is_chrome(line)


@pytest.mark.parametrize(
    "line",
    [
        "The 20 views that experts hold",
        "Cookies were served at the reception.",
        "Share of patients with rare diseases rises to 8 %",
        "See all partners of the call in the annex below.",
        "Top of the list: lung cancer",
        "Contact your national contact point.",
        "5 million",
        "Comments on the draft are welcome until 31 January.",
        "X",
        "Homes for data",
    ],
)
def test_sentences_that_sound_alike_stay(line: str) -> None:
    """Only whole lines count as the page's; a sentence with such words is text."""
    assert is_chrome(line) is (line == "X")


def test_what_follows_recent_posts_is_another_post() -> None:
    """A heading that lists other posts ends the article; before any text it is only a line."""
    html = "<p>Recent posts</p><p>Text.</p><h3>Related articles:</h3><p>Another post.</p>"
    assert without_chrome(html) == "<p>Text.</p>"


def test_about_in_the_middle_is_told() -> None:
    """A line that begins like a heading, with most of the text still to come, is no boilerplate."""
    html = "<p>Intro.</p><p>About 400 experts came.</p>" + "<p>They spoke of many things at length.</p>" * 5
    assert told_part(html) == html


def test_nested_lists_stay_whole() -> None:
    """An outer block ends with its own end tag, not with that of a block in it."""
    html = "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
    assert blocks_of(f"<p>x</p>{html}loose") == ["<p>x</p>", html, "<p>loose</p>"]


@pytest.mark.parametrize(
    ("head", "year"),
    [
        ('<meta property="article:published_time" content="2026-11-20T09:00:00+01:00">', 2026),
        ('<meta name="DC.date.issued" content="2025-01-02">', 2025),
        (
            '<script type="application/ld+json">{"@graph":[{"datePublished":"2024-05-06"}]}</script>',
            2024,
        ),
        ('<time itemprop="datePublished" datetime="2023-04-05">5 April</time>', 2023),
        ('<time datetime="2022-01-01">some day</time>', None),
        ('<meta name="date" content="last week">', None),
        ("<p>Berlin, 20 November 2026</p><p>© 2019</p>", None),
        ('<script type="application/ld+json">{"datePublished": [[[</script>', None),
    ],
)
def test_only_a_declared_date_is_a_date(head: str, year: int | None) -> None:
    """Dates of running text, of addresses and of other items are guesses, and guesses are no dates."""
    found = read_page_head(
        f"<html><head>{head}</head><body></body></html>", url="https://x.test/2018/01/02/post"
    ).published
    assert (found.year if found else None) == year


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        ("<title>A call for rare diseases | Ministry of Research</title>", "A call for rare diseases"),
        (
            "<title>Press release - Ministry</title><h1>Minister opens the first conference</h1>",
            "Minister opens the first conference",
        ),
        ("<title>A call for rare diseases - Ministry</title><h1>Contents</h1>", "A call for rare diseases"),
        (
            '<title>x</title><meta property="og:title" content="Own title &amp; more"><h1>What else is on here</h1>',
            "Own title & more",
        ),
        ("<title>Part one: Part two</title>", "Part one: Part two"),
        ("<h1>First</h1><h1>Second</h1><title>Whole</title>", "Whole"),
    ],
)
def test_the_title_is_the_pages_own(titles: str, title: str) -> None:
    """The title is what the page says of itself, without the name of its site."""
    page = f"<html><head>{titles}</head><body><p>{'A sentence of the text. ' * 10}</p></body></html>"
    assert plain_title(parse_page(page.encode(), url=URL).title) == title


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"<html></html>", b"<html><title>Only a title</title></html>", b"\x00\xff\xfe", b"%PDF-1.7 x"],
)
def test_a_page_without_an_article_is_an_error(content: bytes) -> None:
    """Nothing to read is said, not stored."""
    with pytest.raises(NotUnderstood):
        parse_page(content, url=URL)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_pages_are_decoded_as_declared(encoding: str) -> None:
    """The server's charset, the page's own, and windows-1252 at last."""
    text = "Übung macht den Meister. " * 8
    page = f"<html><head><meta charset='{encoding}'><title>Förderung</title></head><body><p>{text}</p>"
    charset = encoding if encoding == "utf-16" else ""
    assert parse_page(page.encode(encoding), url=URL, charset=charset).title == "Förderung"


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "text of a paragraph. ",
        "<article>",
        "<h1>",
        "</h1>",
        "<title>",
        "</title>",
        "<!--",
        "<script>",
        "<![CDATA[",
        "<meta property='og:title' content='x'>",
        "<html lang='",
        "<base href='http://[x'>",
        "<table><tr>",
        "\x00",
        "\ud800",
        "<link rel=alternate",
    ]
)


@given(st.lists(PIECES, max_size=15).map("".join))
@settings(max_examples=60, deadline=5000)
def test_no_page_crashes_the_parser(page: str) -> None:
    """Any page gives a post or a SourceError."""
    try:
        post = parse_page(page.encode(errors="surrogatepass"), url=URL)
    except SourceError:
        return
    assert post.title or plain_text(post.html)
