"""Pages of partners' sites, each read as its post and nothing else."""

import time

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.chrome import is_chrome, told_part, without_chrome
from newsletter.sources.cleaning.excerpt import LONGEST, make_excerpt
from newsletter.sources.cleaning.plain_text import plain_text, plain_title, text_of_clean
from newsletter.sources.conformance.xss_case import active_parts
from newsletter.sources.reading.page_date import date_line
from newsletter.sources.reading.page_head import read_page_head
from newsletter.sources.reading.page_title import Titles, title_of
from newsletter.sources.reading.parse_page import parse_page
from tests.unit.sources.pages_of_sites import SITES, WORDPRESS, SitePage

URL = "https://site.example/news/1"


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_a_sites_page_is_its_post(site: SitePage) -> None:
    """Title, date and text are the post's; menus, trails, tags, counts and other posts are left out."""
    post = parse_page(site.html.encode(), url=URL)
    text = plain_text(post.html)
    assert plain_title(post.title) == site.title
    assert (f"{post.published:%Y-%m-%d}" if post.published else "") == site.published
    assert (text[: len(site.begins)], text[-len(site.ends) :]) == (site.begins, site.ends)
    assert [words for words in site.foreign if words in text] == []


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_a_sites_excerpt_is_told_and_whole(site: SitePage) -> None:
    """An excerpt begins as the text does, ends at a sentence, and holds no name or telephone of a press office."""
    post = parse_page(site.html.encode(), url=URL)
    excerpt = make_excerpt(post.summary, told_part(post.html), title=site.title)
    assert excerpt.startswith(site.begins)
    assert excerpt.endswith(".")
    assert len(excerpt) <= LONGEST
    assert not site.apart or (site.apart in plain_text(post.html) and site.apart not in excerpt)


def test_an_articles_own_data_give_byline_and_picture() -> None:
    """What JSON-LD says of the article counts; what it says of the site does not."""
    post = parse_page(WORDPRESS.html.encode(), url=URL)
    assert (post.byline, post.picture_url) == ("Ada Example", "https://site.example/five.jpg")


def titled(bar: str, *headings: str, declared: tuple[str, ...] = (), sites: tuple[str, ...] = ()) -> str:
    """Give the title of a page that calls itself so."""
    return title_of(Titles(declared=declared, bar=bar, headings=headings, sites=sites))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (titled("A vision for 2030 \u2013 Agency"), "A vision for 2030"),
        (titled("Agency | A vision", sites=("Agency",)), "A vision"),
        (titled("Agency: A vision", sites=("Agency",)), "A vision"),
        (titled("A vision [Agency]", sites=("Agency",)), "A vision"),
        (titled("x", declared=("Data - from clinic to cloud",)), "Data - from clinic to cloud"),
        (titled("x", declared=("A vision | Agency",), sites=("agency",)), "A vision"),
        (titled("x", declared=("Agency", "A vision"), sites=("Agency",)), "A vision"),
        (titled("x", declared=("A vision that …", "A vision that was cut")), "A vision that was cut"),
        (titled("A vision \u2014 how? \u2014 Agency", "A vision \u2014 how?"), "A vision \u2014 how?"),
        (titled("A vision - Agency", "Agency", "A vision ¶"), "A vision"),
        (titled("Press", "A vision for all our citizens"), "A vision for all our citizens"),
        (titled("", "A vision"), "A vision"),
        (titled("Well-being in e-health"), "Well-being in e-health"),
        (titled("Up to 5 / 10 - done"), "Up to 5 / 10"),
        (titled(""), ""),
    ],
)  # fmt: skip
def test_a_title_loses_its_sites_name_only(title: str, expected: str) -> None:
    """Site names go, in front, behind and in brackets; dashes and colons of the title itself stay."""
    assert title == expected


@pytest.mark.parametrize(
    ("line", "language", "day"),
    [
        ("20 November 2026", "en", "2026-11-20"),
        ("November 20, 2026", "en", "2026-11-20"),
        ("Published on 20 November 2026, 09:30", "en", "2026-11-20"),
        ("Freitag, 20. November 2026", "de", "2026-11-20"),
        ("Veröffentlicht am 20.11.2026", "de", "2026-11-20"),
        ("le 20 novembre 2026", "fr", "2026-11-20"),
        ("1er décembre 2026", "fr", "2026-12-01"),
        ("venerdì 20 novembre 2026", "it", "2026-11-20"),
        ("20 de noviembre de 2026", "es", "2026-11-20"),
        ("05/11/2026", "pt", "2026-11-05"),
        ("11/20/2026", "en", "2026-11-20"),
        ("05/11/2026", "en", ""),
        ("05/11/2026", "", ""),
        ("20 November", "en", ""),
        ("Deadline: 20 November 2026", "en", ""),
        ("Berlin, 20 November 2026", "en", ""),
        ("31 November 2026", "en", ""),
        ("The conference of 20 November 2026 is over", "en", ""),
    ],
)
def test_a_date_counts_alone_on_its_line(line: str, language: str, day: str) -> None:
    """A written date is one if nothing else stands beside it and it cannot mean another day."""
    found = date_line(line, language=language)
    assert (f"{found:%Y-%m-%d}" if found else "") == day


def test_an_events_page_is_not_dated_by_the_event() -> None:
    """The day under an event's heading is when it takes place."""
    event = '<script type="application/ld+json">{"@type":"Event","name":"Day"}</script>'
    page = "<html lang='en'><head>{}</head><body><h1>Day</h1><p>20 November 2026</p></body></html>"
    assert read_page_head(page.format(""), url=URL).published is not None
    assert read_page_head(page.format(event), url=URL).published is None


def test_links_of_the_head_are_told() -> None:
    """Translations without itself and without front pages; a canonical address that is the front page is none."""
    head = read_page_head(
        "<html><head><link rel=canonical href='/'><link rel=alternate hreflang=de href='/de/n'>"
        "<link rel=alternate hreflang=en href='/news/1'><link rel=alternate hreflang=fr href='/fr/'>"
        "<link rel=alternate hreflang=x-default href='/x'></head><body>"
        "<a href='webcal://site.example/e.ics'>calendar</a></body></html>",
        url=URL,
    )
    assert (head.canonical, head.translations) == ("", ("https://site.example/de/n",))
    assert head.calendar_url == "https://site.example/e.ics"


def test_of_several_calendars_none_is_meant() -> None:
    """A list of events names many files; which is the post's nobody can tell."""
    links = "<a href='/a.ics'>a</a><a href='/b.ics'>b</a>"
    assert read_page_head(f"<html><body>{links}</body></html>", url=URL).calendar_url == ""


def test_the_lead_picture_of_an_article_stands_in() -> None:
    """Without a declared picture it is the first large one of the article: no logo, no counting pixel."""
    page = (
        "<html><body><img src='/top.jpg'><article><img src='/logo.png'><img src='/p.png' width=1>"
        "<img data-src='/hall.jpg' alt='The hall'></article></body></html>"
    )
    head = read_page_head(page, url=URL)
    assert (head.picture_url, head.picture_alt) == ("https://site.example/hall.jpg", "The hall")


def test_repeated_paragraphs_of_a_marked_article_stay() -> None:
    """Where extraction loses much of what the page marks as its article, the mark wins."""
    text = "The same sentence stands here more than once, as it does in forms and in samples of every kind. " * 2
    page = f"<html><head><title>Form</title></head><body><article><p>{text}</p><p>{text}</p></article></body></html>"
    assert plain_text(parse_page(page.encode(), url=URL).html).count("The same sentence") == 4


MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<article>", "</article>", "<div itemprop=articleBody>", "<h1>", "</h1>", "<time datetime=",
            "text of a paragraph. ", "20 November 2026", "<script>alert(1)</script>", "<a href='javascript:x'>",
            "<img src=x onerror=y>", "<svg onload=x>", "<iframe srcdoc=",
            "<link rel=alternate hreflang=de href='http://[x'>",
            "<script type='application/ld+json'>", "</script>",
            '{"@type":"Article","headline":[{"a":1}],"author":[[]]}',
            "<base href='data:,'>", "<math><mtext></p><style>", "&#0;", "\x0b", "\u202e", "<table><td>", "<!--", "'\">",
        ]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(MARKUP)
@settings(max_examples=60, deadline=5000)
def test_nothing_that_runs_is_left_of_any_page(markup: str) -> None:
    """Whatever a page holds, it is refused in words, or its post holds no script, handler or address that runs."""
    page = f"<html><head><title>T</title></head><body>{'Some words to read. ' * 8}{markup}</body></html>"
    try:
        post = parse_page(page.encode(), url=URL)
    except SourceError:
        return
    assert active_parts(post.html) == []
    links = [post.url, post.canonical, post.picture_url, post.calendar_url, *post.translations]
    assert all(link.startswith(("http://", "https://")) for link in links if link)


@given(MARKUP)
@settings(max_examples=60, deadline=5000)
def test_the_text_of_what_was_cleaned_is_its_text(markup: str) -> None:
    """Reading sanitised markup the quick way gives what a parser reads, and cleaning chrome away adds nothing."""
    clean = without_chrome(parse_or_nothing(markup))
    parsed = lxml.html.fragment_fromstring(clean, create_parent="div").text_content() if clean else ""
    assert "".join(text_of_clean(clean).split()) == "".join(plain_text(clean).split())
    assert len("".join(text_of_clean(clean).split())) <= len("".join(parsed.split()))


def parse_or_nothing(markup: str) -> str:
    """Give the sanitised article of a page with this markup, empty where there is none."""
    try:
        return parse_page(f"<title>T</title><p>{'Some words. ' * 12}</p>{markup}".encode(), url=URL).html
    except SourceError:
        return ""


@pytest.mark.parametrize(
    "line",
    [
        "1 view," * 19 + "x",
        "1 view " * 22 + "x",
        "1 view · " * 17 + "x",
        "share, " * 22 + "#",
        "1 2 3 | " * 18 + "#",
        "home > " * 22,
    ],
)
def test_no_line_takes_long(line: str) -> None:
    """A line made to be nearly a row of counts is looked at in milliseconds: nothing doubles with each word."""
    before = time.process_time()
    is_chrome(line)
    assert time.process_time() - before < 0.2
