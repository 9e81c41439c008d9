"""Lists of posts are known by what they show, however they are laid out; and what only looks like one is none."""

import time
from datetime import UTC, datetime

import pytest

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.find_kind import LOOKS_LIKE_A_LIST, find_kind
from newsletter.sources.reading.link_words import is_more, is_title, names_a_list, without_more
from newsletter.sources.reading.overview import is_overview
from newsletter.sources.reading.parse_index import IndexReading, parse_index
from newsletter.sources.source import SourceKind
from tests.fakes.web_server import WebSite
from tests.unit.sources.list_pages import DATES, LISTS, NO_LISTS, TEXT, TITLES, page, rows

DAYS = [datetime.strptime(date, "%d.%m.%Y").replace(tzinfo=UTC) for date in DATES]


def read(markup: str, url: str = "https://agency.example/news/", pattern: str = "") -> IndexReading:
    return parse_index(markup.encode(), url=url, pattern=pattern)


@pytest.mark.parametrize("path", ["/news/", "/de/presse.html", "/index.php?id=12", "/aktuelles/2026/"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_known_however_it_is_laid_out(name: str, path: str) -> None:
    """Each item gives its title, never "Read more", and its date where it shows one; the page is an overview."""
    url = f"https://agency.example{path}"
    found = read(page(LISTS[name]), url)
    assert [post.title for post in found.posts] == list(TITLES)
    assert [post.published for post in found.posts] == (DAYS if DATES[0] in LISTS[name] else [None] * 5)
    assert is_overview(found, url=url)


@pytest.mark.parametrize("name", LISTS)
def test_what_was_learned_reads_the_page_again(name: str) -> None:
    """By the pattern of the first reading all posts are found at the next one."""
    first = read(page(LISTS[name]))
    assert read(page(LISTS[name]), pattern=first.pattern).posts == first.posts


@pytest.mark.parametrize("name", NO_LISTS)
def test_what_only_looks_like_a_list_is_none(name: str) -> None:
    """Related posts, menus, people, sponsors, tags, months and pages by number make no overview."""
    path, markup = NO_LISTS[name]
    url = f"https://agency.example{path}"
    try:
        found = read(markup, url)
    except NotUnderstood:
        return
    assert not is_overview(found, url=url)


def test_dates_whose_order_nobody_knows_still_show_a_list() -> None:
    """ "11/05/2026" is no date that may be stored, but it speaks for a list of posts."""
    items = rows("<li><span>11/0{n}/2026</span> <a href='/n/{n}'>{t}</a></li>")
    found = read(page(items, heading="Agency"), "https://agency.example/about.html")
    assert is_overview(found, url="https://agency.example/about.html")
    assert [post.published for post in found.posts] == [None] * 5


def test_a_teaser_beside_its_link_is_its_summary() -> None:
    """On a flat page what stands behind a link is told of its post, and none of it is the page's own text."""
    for name in ("flat", "flat, dates first", "flat, more last"):
        found = read(page(LISTS[name]))
        assert all(post.summary.startswith("The agency tells") for post in found.posts), name
        assert found.own_text == 0, name


def test_an_item_without_a_link_is_told_of_none() -> None:
    """An announcement that leads nowhere, between two items, gives its date to neither."""
    items = rows("<li><a href='/n/{s}'>{t}</a></li><li>1 May 2026</li>")
    assert [post.published for post in read(page(items)).posts] == [None] * 5


def test_an_introduction_leaves_a_page_of_news_a_list() -> None:
    """A page that calls itself "News" may tell in a paragraph what it is for."""
    found = read(page(f"<p>{TEXT * 4}</p>" + LISTS["only dates and links"]))
    assert is_overview(found, url="https://agency.example/news/")


def test_a_list_that_may_be_none_is_told(site: WebSite, fetcher: Fetcher) -> None:
    """A page that mostly lists, but shows no sign of posts, is read as a page, and the warning names the way out."""
    path, markup = NO_LISTS["sponsors"]
    site.page(path, markup)
    site.page("/report", page(f"<p>{TEXT * 20}</p>", heading="A report"))
    site.page("/news", page(LISTS["date, link, teaser"]))
    found = find_kind(fetcher, site.url(path))
    assert (found.kind, found.warning) == (SourceKind.PAGE, LOOKS_LIKE_A_LIST)
    assert "--kind index" in LOOKS_LIKE_A_LIST
    assert find_kind(fetcher, site.url("/report")).warning == ""
    listed = find_kind(fetcher, site.url("/news"))
    assert (listed.kind, listed.warning) == (SourceKind.INDEX, "")


@pytest.mark.parametrize(
    "text",
    ["Read more", "» mehr", "Mehr erfahren →", "Weiterlesen …", "[Leer más]", "En savoir plus »", "Lees meer", ">>"],
)
def test_read_more_is_no_title(text: str) -> None:
    """The words of links that only lead on, in whatever signs they stand, name no post."""
    assert is_more(text) or len(text) < 8
    assert not is_title(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Read more about the conference", "the conference"),
        ("Weiterlesen: Ein neuer Bericht", "Ein neuer Bericht"),
        ("Mehr Geld für die Forschung", "Mehr Geld für die Forschung"),
        ("More funding for rare diseases", "More funding for rare diseases"),
    ],
)
def test_what_is_read_more_about_is_the_title(text: str, left: str) -> None:
    """Only whole phrases are taken off; a headline may begin with "More"."""
    assert without_more(text) == left


def test_pages_of_lists_are_known_by_their_names() -> None:
    """A short name with such a word; a headline that holds one is none."""
    assert all(names_a_list(name) for name in ("News", "press-releases", "Aktuelle Meldungen", "Sala de prensa"))
    assert not any(names_a_list(name) for name in ("", "About us", "Good news for patients with rare diseases"))


_MANY = 3_000
HOSTILE = {
    "deep": "<div>" * 5_000 + "<a href='/n/some-long-slug'>A title of a post</a>",
    "deep links": "".join(f"<div><a href='/n/a-b-{n}'>A title of a post</a>" for n in range(_MANY)),
    "flat links": "".join(f"<a href='/n/a-b-{n}'>A title of a post {n}</a><br>" for n in range(_MANY)),
    "flat headings": "".join(f"<h3>T</h3><p>1 May 2026</p><p><a href='/n/a-b-{n}'>more</a></p>" for n in range(_MANY)),
    "one item with all": "<ul><li>" + "".join(f"<a href='/n/a-b-{n}'>A title</a>" for n in range(_MANY)) + "</li></ul>",
    "a class for each": "".join(
        f"<p class=c{chr(97 + n % 26) * 9}><a href='/n/a-b-{n}'>A title</a></p>" for n in range(_MANY)
    ),
    "neighbours without end": "<i></i>".join(
        ["<a href='/n/a-b-1'>A title of it</a>", *[""] * 30_000, "<a href='/n/a-b-2'>A title of it</a>"]
    ),
    "long texts": "".join(f"<li><a href='/n/a-b-{n}'>{'Read more ' * 5_000}</a></li>" for n in range(20)),
    "long dates": "".join(f"<li>{'1.1.' * 5_000}<a href='/n/a-b-{n}'>A title of it</a></li>" for n in range(20)),
    "long classes": "".join(f"<li class='{'title-' * 5_000}'><a href='/n/a-b-{n}'>A title</a></li>" for n in range(20)),
    "comments and instructions": "".join(
        f"<!-- x --><?php x ?><a href='/n/a-b-{n}'>A title of it</a><!-- y -->" for n in range(50)
    ),
    "broken tables": "".join(f"<tr><td><table><td><a href='/n/a-b-{n}'>A title of it" for n in range(300)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_takes_no_time(name: str) -> None:
    """Whatever a page repeats or nests, it is read or refused within seconds."""
    started = time.process_time()
    try:
        found = read(page(HOSTILE[name]))
        is_overview(found, url="https://agency.example/news/")
        assert len(found.posts) <= 100
    except NotUnderstood:
        pass
    assert time.process_time() - started < 10
