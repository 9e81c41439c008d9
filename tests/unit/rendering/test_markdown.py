"""An editor's Markdown becomes safe HTML and readable text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.rendering.markdown import begins_with_heading, markdown_html, markdown_text
from newsletter.rendering.plaintext import NUMBER_PLACE

SAMPLE = """# Heading

Some *words* with a [link](https://example.org/a) and <https://example.org/b>.

- first
- second

1. one
2. two

> quoted

    code
"""


def test_html_keeps_the_structure_below_the_mails_heading() -> None:
    """Headings start at h2, lists and links stay, links have the newsletter's colour."""
    html = markdown_html(SAMPLE, "#1d4f73")
    assert "<h1" not in html
    assert ">Heading</h2>" in html
    assert '<a href="https://example.org/a" style="color:#1d4f73">link</a>' in html
    assert "<li>" in html
    assert "<blockquote>" in html


def test_text_reads_without_markup() -> None:
    """Headings are underlined, links leave a place for their number, lists keep their marks."""
    block = markdown_text(SAMPLE)
    assert block.text == (
        f"Heading\n-------\n\nSome words with a link [{NUMBER_PLACE}] and https://example.org/b.\n\n- first\n- second"
        "\n\n1. one\n2. two\n\n> quoted\n\ncode"
    )
    assert block.links == ("https://example.org/a",)


def test_an_address_that_is_told_has_no_number() -> None:
    """What reads as its own address is not told twice, and what the HTML does not link is not told at all."""
    markdown = "<https://a.test/x> [news@a.test](mailto:news@a.test) [call](tel:1) [write](mailto:b@a.test) [x]()"
    block = markdown_text(markdown)
    assert block.text == f"https://a.test/x news@a.test call write [{NUMBER_PLACE}] x"
    assert block.links == ("b@a.test",)


def test_a_heading_of_its_own_is_found() -> None:
    """A text that begins with a heading needs none of ours."""
    assert begins_with_heading("## Closed\n\nUntil Monday.")
    assert not begins_with_heading("Closed until Monday.\n\n# Later")
    assert not begins_with_heading("")


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![pixel](https://tracker.test/p.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        '[x](https://a.test "onmouseover=alert(1)")',
        "</td></tr></table>",
    ],
)
def test_nothing_loads_or_runs(markdown: str) -> None:
    """Raw HTML, pictures of other servers and addresses that run code do not get into a mail."""
    html = markdown_html(markdown, "#1d4f73")
    for forbidden in ("<script", "<img", "<td", "</td", 'href="javascript', 'href="data', "title="):
        assert forbidden not in html


@settings(max_examples=30, deadline=None)
@given(markdown=st.text(st.sampled_from("ab*_[]()<>#-\n `!1.&\"'|"), max_size=80))
def test_any_text_can_be_read(markdown: str) -> None:
    """Whatever is typed, both forms are made, and the HTML is balanced."""
    html = markdown_html(markdown, "#1d4f73")
    block = markdown_text(markdown)
    assert block.text.count(NUMBER_PLACE) == len(block.links)
    for tag in ("p", "ul", "ol", "li", "a", "em", "strong", "blockquote", "h2"):
        assert html.count(f"<{tag}>") + html.count(f"<{tag} ") == html.count(f"</{tag}>")
