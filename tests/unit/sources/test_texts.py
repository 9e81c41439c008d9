"""Text from outside made safe: titles, blocks, excerpts, sanitised HTML."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.cleaning.clean import clean_html, clean_page, web_address
from newsletter.sources.cleaning.excerpt import LONGEST, cut_at_sentence, make_excerpt
from newsletter.sources.cleaning.plain_text import LONGEST_TITLE, one_line, plain_text, plain_title, text_blocks
from newsletter.sources.pictures.pictured import described, first_picture
from newsletter.sources.reading.tame import tame

PIECES = """
<p> </p> <a_href='javascript:x'> <a_href=/x>
<!-- --> <script> </script> <svg> <![CDATA[ ]]> <img_src=x_onerror=1> <math>
<mtext> <table> <style> <b
&lt; &#x202e; text é ' <p_onclick=x> <iframe_src=//x> <form_action=x> <p_title=" &amp <template>
<noscript> </title> <select> </svg> <a_href="//x"_onmouseover='y'>
"""
MARKUP = st.lists(
    st.sampled_from([piece.replace("_", " ") for piece in PIECES.split()]) | st.sampled_from(["\x00", "\ud800", " "]),
    max_size=14,
).map("".join)
FORBIDDEN = re.compile(
    r"<(?:script|iframe|svg|math|style|form|img|object|template)|<[^>]*\son\w+=|javascript:", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("  A vision\n for  2030 ", "A vision for 2030"),
        ("Research &amp; care", "Research & care"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("<b>Bold</b> words", "Bold words"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("Call\u202e 2026 \u2066open\u2069", "Call 2026 open"),
        ("Tab\tand\x00nul\x85", "Tab andnul"),
        ("\ud800half a pair", "half a pair"),
        ("سلام\u200cعلیکم", "سلام\u200cعلیکم"),
        ("e\u0301t\u00e9", "été"),
        ("<!-- note -->Words", "Words"),
        ("", ""),
    ],
)
def test_a_title_is_one_plain_line(title: str, plain: str) -> None:
    """Tags go, entities are decoded once, white space is one space, nothing hidden stays but what words need."""
    assert plain_title(title) == plain


@given(st.text(max_size=400))
@settings(max_examples=60)
def test_no_title_carries_a_line_break_or_a_control(title: str) -> None:
    """Whatever comes in, a title is short, one line, storable, and free of controls and overrides."""
    plain = plain_title(title)
    assert len(plain) <= LONGEST_TITLE
    assert plain == " ".join(plain.split())
    assert not any(
        unicodedata.category(letter) in {"Cc", "Cs"} or letter in "\u202a\u202e\u2066\u2069" for letter in plain
    )
    plain.encode()


def test_an_endless_title_costs_nothing() -> None:
    """A title of a megabyte of opened comments is cut before it is looked at."""
    assert len(plain_title("<!--" * 250_000)) <= LONGEST_TITLE


def test_blocks_are_lines() -> None:
    """Each block is a line of its own; scripts and styles are no text."""
    assert text_blocks("<p>One<br>two</p><script>no</script><ul><li>three</li></ul>") == ["One", "two", "three"]


@given(MARKUP)
@settings(max_examples=150)
def test_cleaned_html_holds_nothing_that_acts(markup: str) -> None:
    """Scripts, frames, pictures, handlers and script addresses never survive, nor come back when it is parsed anew.

    Links around tables may be nested otherwise after another parse, as browsers do too; what acts stays out.
    """
    cleaned = clean_html(markup, base="https://example.org/news/")
    again = clean_html(cleaned, base="https://example.org/news/")
    assert not FORBIDDEN.search(cleaned)
    assert not FORBIDDEN.search(again)
    assert plain_text(again).split() == plain_text(cleaned).split()
    assert "\x00" not in cleaned
    plain_text(markup)


@pytest.mark.parametrize("tag", ["p", "a", "span", "td", "th", "ol", "li", "abbr", "div", "h2", "table", "img"])
def test_no_attribute_stays_that_loads_or_paints(tag: str) -> None:
    """Styles load pictures, and tell who reads; ids and classes would take on ours: only what is listed stays."""
    names = "style class id name background bgcolor src srcset poster data ping onclick onload target cite width align"
    given_all = " ".join(f"{name}=\"url('https://track.example/{name}')\"" for name in names.split())
    left = clean_html(f'<{tag} {given_all} lang="de" dir="ltr">Text</{tag}>', base="https://x.example/")
    assert re.findall(r"(\S+)=", left.replace('rel="noopener"', "")) in ([], ["lang", "dir"], ["dir", "lang"])
    assert "track.example" not in left


def test_links_become_absolute_and_others_go() -> None:
    """Relative links are resolved, mail links stay, script links and broken ones lose their address."""
    links = [
        "/a b",
        "c.html",
        "https://x.test/",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "//[x",
        "http://[x",
    ]
    markup = "".join(f'<a href="{link}">x</a>' for link in links)
    assert re.findall(r'href="([^"]*)"', clean_html(markup, base="https://example.org/d/")) == [
        "https://example.org/a%20b", "https://example.org/d/c.html", "https://x.test/", "mailto:a@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "link", ["javascript:x", "ftp://x.test/", "http://", "https:///", "x", "", "http://[::1", "https://a\u202e/"]
)
def test_only_web_addresses_are_web_addresses(link: str) -> None:
    """What is no whole http(s) address gives none."""
    assert web_address(link) == ""


def test_menus_of_a_page_are_left_out() -> None:
    """A page's navigation, header, footer and forms are no part of what stands between them."""
    page = "<header>top</header><nav><a>Home</a></nav><div>Words</div><form>Log in</form><footer>End</footer>"
    assert plain_text(clean_page(page, base="")) == "Words"


@pytest.mark.parametrize("piece", ["<div>", "<b><p>", "<!--", "<a ", "<![", "<table><td>", "<script>", "</a"])
def test_hostile_markup_costs_little(piece: str) -> None:
    """Tags nested by the ten thousand and comments without an end take a moment, not minutes."""
    assert len(plain_text(piece * 20_000 + "end")) < 200_000
    first_picture(piece * 20_000, "")


def test_ordinary_markup_is_not_touched() -> None:
    """Taming leaves alone what people write."""
    assert tame("<p>a<b>c</p>") == "<p>a<b>c</p>"


def test_an_excerpt_ends_with_a_sentence() -> None:
    """A text over the limit is cut after its last whole sentence."""
    first = "The ministers of health and of research open the conference in Berlin, with some 400 experts. "
    assert cut_at_sentence(first + "Then " + "more " * 60 + "words.") == first.strip()


@pytest.mark.parametrize(
    "start",
    [
        "Am 20. November",
        "Es spricht Dr. Meier",
        "Forschung, z. B. Genomik,",
        "About 3.5 million euros",
        "La Prof. Rossi",
        "J. Doe, author,",
    ],
)
def test_abbreviations_and_ordinals_end_no_sentence(start: str) -> None:
    """A full stop inside a sentence is not its end."""
    text = start + " aa" * 33 + ". Next sentence" + " goes on" * 40
    assert cut_at_sentence(text) == start + " aa" * 33 + "."


def test_text_without_a_sentence_is_cut_at_a_word() -> None:
    """One endless sentence ends with whole words and an ellipsis."""
    cut = cut_at_sentence("words " * 100)
    assert cut.endswith("words…")
    assert len(cut) <= LONGEST


@pytest.mark.parametrize(
    "text", ["个性化医疗的未来" * 60, "个性化医疗。" * 100, "👩‍👩‍👧‍👦" * 100, "e\u0308\u0301" * 300, "ก็" * 300]
)
def test_any_script_is_cut_between_letters(text: str) -> None:
    """Scripts without spaces are cut too, and never inside a letter."""
    cut = cut_at_sentence(text)
    assert 0 < len(cut) <= LONGEST
    rest = one_line(text)[len(cut.rstrip("…")) :]
    assert unicodedata.category(rest[0]) not in {"Mn", "Me"}
    assert rest[0] != "\u200d"


@given(st.text(max_size=700), MARKUP)
@settings(max_examples=80)
def test_an_excerpt_is_short_plain_text(summary: str, body: str) -> None:
    """No excerpt is over the limit, has a line break, or fails to be stored."""
    excerpt = make_excerpt(summary, body)
    assert len(excerpt) <= LONGEST
    assert excerpt == " ".join(excerpt.split())
    excerpt.encode()


def test_the_publishers_summary_comes_first() -> None:
    """A whole summary is the excerpt; a cut one, an empty one or the bare title gives way to the text."""
    whole = "A summary that the editors of the site wrote, long enough to tell what the post is about."
    body = "<p>The text itself begins here and goes on for a while, so that it can stand for the post.</p>"
    assert make_excerpt(whole, body) == whole
    for poor in (
        "A summary that the system cut off in the middle of a sentence, so that [&hellip;]",
        "",
        "The title",
    ):
        assert make_excerpt(poor, body, title="The title") == plain_text(body)


def test_what_systems_add_is_left_out() -> None:
    """ "Read more" and "appeared first on" are not the publisher's words."""
    text = "Three new projects on rare diseases start in January, with partners from nine countries."
    assert make_excerpt(f"<p>{text}</p><p>The post <a>X</a> appeared first on <a>Y</a>.</p>", "") == text
    assert make_excerpt(f"{text} Read more", "") == text


def test_no_entity_is_halved() -> None:
    """Entities are decoded before the cut."""
    assert "&" not in make_excerpt("", "<p>" + "x&nbsp;&eacute; " * 200 + "</p>")


@pytest.mark.parametrize("alt", ["IMG_2031.JPG", "photo.png", "DSC 0042", "image", "screenshot-1", ""])
def test_a_file_name_is_no_description(alt: str) -> None:
    """What a camera called the file is worse than nothing when it is read aloud."""
    assert described(alt) == ""
    assert described(f"The minister {alt}") == f"The minister {alt}".strip()


def test_counting_pixels_are_no_picture() -> None:
    """The first picture that is meant to be seen is taken, with its absolute address and its alt."""
    markup = '<img src="/pixel.gif" width=1 height=1><img src="data:x"><img src="/p.jpg" alt="A lab"><img src="/q.jpg">'
    assert first_picture(markup, "https://example.org/n/") == ("https://example.org/p.jpg", "A lab")
