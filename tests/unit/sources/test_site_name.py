"""What a publisher is called: the site's name, without the words that every site has, and never nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.reading.site_name import is_generic, publisher_name, site_of

ALLIANCE = "Genome Alliance"


@pytest.mark.parametrize(
    "title",
    [
        "Genome Alliance \u2013 News",
        "News | Genome Alliance",
        "Genome Alliance » Feed",
        "Aktuelles - Genome Alliance",
        "RSS: Genome Alliance",
        "RSS-Feed von Genome Alliance",
        "Genome Alliance RSS Feed",
        "Genome Alliance RSS",
        "Latest news from the Genome Alliance",
        "Genome Alliance | News | RSS",
        "Genome Alliance :: Pressemitteilungen",
        "Communiqués de presse | Genome Alliance",
        "Flux RSS de Genome Alliance",
        "Toutes les actualités — Genome Alliance",
        "Comunicati stampa - Genome Alliance",
        "Genome Alliance · Sala de prensa",
        "Últimas notícias | Genome Alliance",
        "Home | Genome Alliance",
        "Startseite: Genome Alliance",
        "Genome Alliance: Latest news",
        "All posts - Genome Alliance",
        "Genome Alliance",
    ],
)
def test_generic_words_are_cut(title: str) -> None:
    """What names a part of a site, in six languages, in front or behind, is no part of its publisher's name."""
    assert publisher_name(title) == ALLIANCE


@pytest.mark.parametrize(
    "name",
    [
        "Agency news",
        "BBC News",
        "News of the World",
        "Nature News & Comment",
        "E-Health Netzwerk",
        "AC/DC-Forschung",
        "Ministère de la Santé \u2013 Direction générale",
        "Presse- und Informationsamt",
        "The Lancet: Oncology",
        "Medien Universität Wien",
    ],
)
def test_a_name_that_holds_such_a_word_stays(name: str) -> None:
    """Within a name a generic word is part of it."""
    assert publisher_name(name) == name


@pytest.mark.parametrize(
    "title",
    [
        "News",
        "RSS Feed",
        "Aktuelles",
        "Directory listing",
        "Press releases | News",
        "Toutes les actualités",
        "Index of",
    ],
)
def test_nothing_but_generic_words_stays_as_it_is(title: str) -> None:
    """A name is never cut to nothing, and it is known that it names nobody."""
    assert (publisher_name(title), is_generic(title)) == (title, True)


def test_the_host_tells_which_part_is_the_name() -> None:
    """Of a part of a site and its publisher the one that the address spells is the publisher."""
    assert publisher_name("Funding calls \u2013 Genome Alliance", host="genome-alliance.org") == ALLIANCE
    assert publisher_name("Genome Alliance | Rare diseases", host="news.genomealliance.eu") == ALLIANCE
    assert (
        publisher_name("Funding calls \u2013 Genome Alliance", host="example.org")
        == "Funding calls \u2013 Genome Alliance"
    )


@given(
    st.text(max_size=80) | st.lists(st.sampled_from(["News", "RSS", ":", "|", "of", "\u2013 ", "x", " "])).map(" ".join)
)
@settings(max_examples=150)
def test_a_name_is_never_lost(text: str) -> None:
    """Whatever a title holds, something of it is left, on one line."""
    name = publisher_name(text)
    assert bool(name) == bool(one_line(text))
    assert name == one_line(name)


def head(bar: str, more: str = "") -> bytes:
    text = "<p>" + "The council funds eight projects. " * 20 + "</p>"
    return (
        f"<!doctype html><html><head><title>{bar}</title>{more}</head><body><h1>One call</h1>{text}</body></html>"
    ).encode()


LINKED = '<script type="application/ld+json">{"@type": "%s", "name": "One call"%s}</script>'


@pytest.mark.parametrize(
    ("bar", "more"),
    [
        ("One call", '<meta property="og:site_name" content="Genome Alliance">'),
        ("One call", '<meta property="og:site_name" content="Genome Alliance | News">'),
        ("One call", LINKED % ("NewsArticle", ', "publisher": {"@type": "Organization", "name": "Genome Alliance"}')),
        ("One call", '<script type="application/ld+json">{"@type":"WebSite","name":"Genome Alliance"}</script>'),
        ("One call | Genome Alliance", ""),
        ("One call - News - Genome Alliance", ""),
        ("Genome Alliance: One call", ""),
        ("Genome Alliance | One call", ""),
    ],
)
def test_a_page_is_published_by_its_site(bar: str, more: str) -> None:
    """The site's name is what a page declares, else what stands around its title; never the title itself."""
    assert site_of(head(bar.replace("Alliance: ", "Alliance :: "), more), url="https://example.org/calls/1") == ALLIANCE


@pytest.mark.parametrize("more", ["", '<meta property="og:site_name" content="YouTube">'])
def test_a_page_that_does_not_tell_is_published_by_nobody(more: str) -> None:
    """Its own title is no publisher, and a platform's name is none either."""
    assert site_of(head("One call", more), url="https://example.org/calls/1") == ""


def test_a_front_page_may_be_called_like_its_site() -> None:
    """Where a site greets, its title bar is its name."""
    page = b"<html><head><title>Home - Genome Alliance</title></head><body><p>Hello</p></body></html>"
    assert site_of(page, url="https://example.org/") == ALLIANCE
    page = b"<html><head><title>Genome Alliance</title></head><body><p>Hello</p></body></html>"
    assert site_of(page, url="https://example.org/") == ALLIANCE
