"""Teasers: what is only a beginning is told, and the lines that systems add are taken off."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.teasers import Teaser, read_teaser

PLEA = "<aside><h2>This post is for subscribers only</h2><p>Already have an account? <a>Sign in</a></p>"


@pytest.mark.parametrize(
    "line",
    [
        '<p>The post <a href="/1">A paper</a> appeared first on <a href="/">The partner</a>.</p>',
        "<p>Der Beitrag <a>Ein Papier</a> erschien zuerst auf <a>Partner</a>.</p>",
        "<p>L\u2019article <a>Un papier</a> est apparu en premier sur <a>Partenaire</a>.</p>",
        "<p>La entrada <a>Un papel</a> se public\u00f3 primero en <a>Socio</a>.</p>",
    ],
)
def test_the_line_of_origin_is_taken_off(line: str) -> None:
    """In each language; it says nothing about whether the text is whole."""
    assert read_teaser(f"<p>All is told.</p>\n{line}") == Teaser(markup="<p>All is told.</p>", is_cut=False)
    assert read_teaser(f"<p>It begins [&#8230;]</p>{line}") == Teaser(markup="<p>It begins [&#8230;]</p>", is_cut=True)


@pytest.mark.parametrize(
    "line", ["<p><a>Read more</a></p>", "<p><a>Weiterlesen</a></p>", "<div><a>Leer m\u00e1s</a></div>", PLEA]
)
def test_an_invitation_to_read_on_marks_a_beginning(line: str) -> None:
    """It is no part of the text, and the text goes on elsewhere."""
    teaser = read_teaser(f"<p>It begins.</p>{line}")
    assert teaser.is_cut
    assert "It begins." in teaser.markup
    assert not any(word in teaser.markup for word in ("more", "lesen", "Leer", "subscribers", "Sign in"))


@pytest.mark.parametrize(
    "text", ["<p>Short.</p>", "<p>Where to learn more about it.</p>", "<p>The post office moves.</p>"]
)
def test_a_whole_text_stays(text: str) -> None:
    """A short text, or one that only sounds like an invitation, is whole."""
    assert read_teaser(text) == Teaser(markup=text, is_cut=False)


@pytest.mark.parametrize(
    "text",
    [
        "<p>The article 5 of the law first appeared in 1990 and was amended.</p><p>More text.</p>",
        "<p>It is known.</p><p>The article that we cite first appeared in Nature Medicine.</p>",
        "<p>All is told. Read more about us in our report.</p>",
        "<p>All is told.</p><p>Learn more about our work at the conference.</p>",
        "<p>Learn more about our work at the conference.</p>",
        "<p>He said: wait...</p>",
        f"<p>{'Eleven countries took part in it. ' * 60}And so on...</p>",
    ],
)
def test_a_sentence_is_no_line_of_a_system(text: str) -> None:
    """What an author writes stays and is whole, though it begins as a system's line does, or ends in dots."""
    assert read_teaser(text) == Teaser(markup=text, is_cut=False)


@pytest.mark.parametrize(
    "text",
    [
        "<p>The post <a>A paper</a> appeared first on <a>Partner</a>.</p>",
        "<p><a href='/1'>Read more about a paper</a></p>",
        PLEA,
    ],
)
def test_something_is_left_of_each_text(text: str) -> None:
    """A text that holds nothing but a system's lines stays as it is."""
    assert read_teaser(text).markup == text


@pytest.mark.parametrize(
    "end",
    [
        " and what comes [&hellip;]</p>",
        " and what comes next\u2026</p>",
        " and what comes ...</p>",
        " and more. <a href='/1'>Read more about the vision of the partners</a></p>",
        " and what comes&hellip; Continue reading A vision paper</p>",
    ],
)
def test_a_text_that_breaks_off_is_a_beginning(end: str) -> None:
    """An ellipsis after as many words as systems count, or a link to the rest, by whatever title."""
    teaser = read_teaser(f"<p>Experts tell how personalised approaches reach patients by 2030{end}")
    assert teaser.is_cut
    assert "Experts tell" in teaser.markup


@pytest.mark.parametrize("piece", ["<a ", "<a>", "&nbsp;", "</a>", " ", "\u2026", "[...] ", "Read more", "the post "])
def test_hostile_ends_take_no_time(piece: str) -> None:
    """Whatever is repeated, an item is looked at once."""
    started = time.perf_counter()
    read_teaser("<p>" + piece * 20_000)
    assert time.perf_counter() - started < 2


def test_a_video_a_translation_and_a_calendar_are_told() -> None:
    """What an Atom entry says of itself beside its text comes along; an entry with nothing but a link is cut."""
    entry = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"><title>x</title>
    <entry><id>1</id><title>Livestream</title><yt:videoId>abc</yt:videoId><link rel="alternate" href="https://x.example.org/en"/>
    <link rel="alternate" hreflang="de" href="https://x.example.org/de"/>
    <link rel="enclosure" type="text/calendar" href="https://x.example.org/a.ics"/></entry></feed>"""
    (post,) = parse_feed(entry.encode(), url="https://x.example.org/feed")
    assert post.url == "https://x.example.org/en"
    assert (post.kind, post.translations) == ("video", ("https://x.example.org/de",))
    assert (post.calendar_url, post.is_cut) == ("https://x.example.org/a.ics", True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "the post ", "appeared first on ", "\u2026", "read more ", "<", ">", "&"]))
)
def test_any_markup_is_survived(parts: list[str]) -> None:
    """Nothing is ever added, and nothing raises."""
    markup = "".join(parts)
    assert markup.startswith(read_teaser(markup).markup)
