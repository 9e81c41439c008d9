"""Feeds that are made to keep a reader busy are refused at once; large and careless ones are read."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.feed_limits import refuse_bombs
from newsletter.sources.reading.parse_feed import parse_feed

URL = "https://site.example.org/feed"
START = '<rss version="2.0"><channel>'
END = "</channel></rss>"
MANY = 1_000_000


def rss(body: str) -> str:
    return f"{START}<item><title>A</title><description>{body}</description></item>{END}"


def reads(document: str) -> int:
    return len(parse_feed(document.encode(), url=URL))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (START + "<b>" * MANY, "deeper than 200"),
        (START + "<b/>" * MANY + END, "200,000 tags"),
        (START + "<b></b>" * (MANY // 2) + END, "200,000 tags"),
        (rss("<br>" * MANY), "200,000 tags"),
        (START + "<!-- <![CDATA[ -->" + "<b/>" * MANY + "]]>" + END, "200,000 tags"),
        (START + "<!-- -- >" + "<b/>" * MANY + "-->" + END, "200,000 tags"),
        (START + '<b a="<![CDATA[">' + "<b/>" * MANY + '<b a="]]>">' + END, "200,000 tags"),
        (START + "<b " + " ".join(f'a{number}="1"' for number in range(75_000)) + "/>" + END, "300 attributes"),
        (START + "<b " + " ".join(f"a{number}" for number in range(75_000)) + "/>" + END, "300 attributes"),
    ],
    ids=["deep", "many", "pairs", "in an item", "after a comment", "in a comment", "after a quote", "attributes",
         "bare attributes"],
)  # fmt: skip
def test_a_bomb_is_refused_at_once(document: str, words: str) -> None:
    """A few megabytes of tags, 3 KB packed, cost a second and not minutes, however they are hidden."""
    started = time.process_time()
    with pytest.raises(NotUnderstood, match=words):
        reads(document)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("piece", ["<![CDATA[", "<!--", "<", "<a ", '<a "', "<a '", "]]>", "-->", "<!-- <![CDATA["])
def test_the_count_itself_is_no_bomb(piece: str) -> None:
    """What begins and never ends is looked through once."""
    started = time.process_time()
    with suppress(NotUnderstood):
        refuse_bombs((START + piece * (2 * MANY // len(piece))).encode())
    assert time.process_time() - started < 3


@pytest.mark.parametrize("tag", ["author", "dc:creator", "managingEditor"])
@pytest.mark.parametrize("name", ["x" * MANY, f"<![CDATA[{'x' * MANY}]]>"])
def test_an_endless_author_is_refused(tag: str, name: str) -> None:
    """A mail address is looked for in each author; in a word of a megabyte that would take for ever."""
    with pytest.raises(NotUnderstood, match="author"):
        reads(f"{START}<item><title>A</title><{tag}>{name}</{tag}></item>{END}")


def test_bombs_in_two_bytes_a_letter_are_seen() -> None:
    """UTF-16 hides no tags."""
    with pytest.raises(NotUnderstood, match="deeper than 200"):
        parse_feed((START + "<b>" * 1_000).encode("utf-16"), url=URL)


def test_text_in_a_feed_is_no_tag() -> None:
    """HTML in CDATA sections, or escaped, is as long as it likes."""
    html = "<p>Nine <b>teams</b><br>tell</p>" * 20_000
    assert reads(START + f"<item><title>A</title><description><![CDATA[{html}]]></description></item>" * 3 + END) == 3


def test_what_careless_feeds_leave_open_nests_nothing() -> None:
    """HTML that stands unescaped in a feed, its elements never closed, is read as before."""
    body = "Nine teams<br>tell<p>what <img src='/x.png'> they <li>measure " * 300
    assert reads(rss(body)) == 1
    assert (
        reads(START + "<item><title>A</title><description>one <b>two <i>three</description></item>" * 300 + END) == 300
    )


def test_a_whole_archive_is_no_bomb() -> None:
    """Thousands of items pass: how many of them are taken is not for this guard to say."""
    item = "<item><title>A</title><link>https://x.example.org/1</link><guid>1</guid><pubDate>x</pubDate></item>"
    refuse_bombs((START + item * 10_000 + END).encode())


@given(
    st.lists(
        st.sampled_from(["<a>", "</a>", "<b x='1'>", "<![CDATA[", "]]>", "<!--", "-->", "x", "<c/>", '"']), max_size=30
    )
)
def test_small_documents_are_never_refused(pieces: list[str]) -> None:
    """Whatever stands in a small document, it is no bomb."""
    refuse_bombs("".join(pieces).encode())
