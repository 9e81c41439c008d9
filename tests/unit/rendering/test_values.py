"""Values are one line, without hidden direction changes, and only web addresses become links."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.rendering.values import greeting_name, language_tag, one_line, shorten, web_link

anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(text=anything)
@example(text="\u202aa\u202bb\u202cc\u202dd\u202ee\u2066f\u2067g\u2068h\u2069\u2028\u2029\x85\x7f\0\ud800")
def test_one_line_holds_nothing_dangerous(text: str) -> None:
    """No control character, no line break, no embedding or override, no lone surrogate; and it is stable."""
    line = one_line(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in line)
    assert not any("\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" for character in line)
    assert one_line(line) == line
    line.encode()


def test_joiners_and_marks_stay() -> None:
    """What Persian, Hindi, Hebrew and emoji need is kept."""
    for text in ("मैं क्\u200dष", "\u0645\u06cc\u200c\u062e\u0648", "שָׁלוֹם\u200f", "👩\u200d🔬 ❤\ufe0f"):
        assert one_line(text) == text


@given(name=anything)
def test_a_greeting_name_is_short_and_no_link(name: str) -> None:
    """At most 60 characters, and nothing that a mail program would turn into a link."""
    greeted = greeting_name(name)
    assert len(greeted) <= 60
    assert not any(mark in greeted.lower() for mark in ("://", "www.", "@"))


@pytest.mark.parametrize(
    "name", ["Go to EVIL.COM now", "WWW.evil", "evil.com", "see evil.com/x", "evil.com:80", "a@b", "x://y"]
)
def test_a_name_that_is_a_link_is_dropped(name: str) -> None:
    """Such a reader is greeted without a name."""
    assert greeting_name(name) == ""


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        (" https://example.org/ä b ", "https://example.org/%C3%A4%20b"),
        ("https://example.org/%C3%A4", "https://example.org/%C3%A4"),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
        ("https://example.org/\r\nX", "https://example.org/%20%20X"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("//example.org", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, link: str) -> None:
    """http and https, percent-encoded once; nothing else."""
    assert web_link(url) == link


@given(text=st.text(max_size=80), limit=st.integers(2, 40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """Never longer than asked for, unchanged where it fits."""
    short = shorten(text, limit)
    assert len(short) <= limit
    assert len(text) > limit or short == text


def test_text_is_cut_at_a_word() -> None:
    """A cut is seen and does not split a word."""
    assert shorten("one two three four", 12) == "one two…"


@pytest.mark.parametrize(
    ("language", "tag"), [("de", "de"), ("pt-BR", "pt-BR"), ("", ""), ('en" onclick="', ""), ("x", "")]
)
def test_a_language_is_a_tag_or_nothing(language: str, tag: str) -> None:
    """Nothing but a language tag enters a lang attribute."""
    assert language_tag(language) == tag
