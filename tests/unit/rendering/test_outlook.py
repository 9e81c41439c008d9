"""Outlook on Windows prints mails with Word's engine: what that needs, asked of the HTML of every layout.

What is known of Word (caniemail's data, and what MJML's authors found): it knows no `max-width`, no `inline-block` and
no `margin: auto`, so each section and column stands in a table that only it is shown; it reads widths of pictures and
cells from attributes; it drops `font` and `background` where they are not written out; a colour needs six digits;
`padding` counts on cells and not on links, so a button is a cell. A zero without a unit is no fault of Word's: our
compiler does not count it in the widths that Word is given. Nobody here can run Word: these are its known rules, not
its pictures.
"""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest

from newsletter.rendering.compose import page_html
from newsletter.rendering.reader_notice import Words, notice_html
from newsletter.rendering.strings import load_strings
from tests.unit.rendering.sample import ANNOUNCEMENT, LAYOUTS, environment, make_personal, make_recipe, sample_issue
from tests.unit.rendering.slow_way import build

LANGUAGES = ("en", "ar")
MAILS = [f"{layout} {language}" for layout in LAYOUTS for language in LANGUAGES]
NOTICES = [f"notice {language}" for language in LANGUAGES]
LINK = "https://news.example.org/c/abc"
_ONLY_WORD = re.compile(r"<!--\[if (?:mso|mso \| IE)\]>(.*?)<!\[endif\]-->", re.DOTALL)
_NOT_WORD = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->|<!--\[if lte mso 11\]>.*?<!\[endif\]-->", re.DOTALL)
_VOID = {"br", "hr", "img", "meta", "link", "input"}
_TABLES = {"table", "tbody", "tr", "td"}
_PLACES = {"tr": {"table", "tbody"}, "tbody": {"table"}, "td": {"tr"}}  # what may stand where


@cache
def mail(name: str) -> str:
    """Give a mail as it is sent: of a layout, or a notice with a button."""
    layout, language = name.split()
    if layout == "notice":
        said = Words(subject="s", heading="Head", before=("One.",), button="Do it", link=LINK, foot=("Foot",))
        strings = load_strings(environment(), language)
        return notice_html(environment(), said, strings, colour="#1d4f73", font="")
    return page_html(
        build(sample_issue(recipe=make_recipe(layout=layout, announcement=ANNOUNCEMENT)), language), make_personal()
    )


class Read(HTMLParser):
    """What Word reads: each element with its attributes, and what stands where it must not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        parent = self._open[-1] if self._open else ""
        if parent not in _PLACES.get(tag, {parent}) or (parent in _TABLES - {"td"} and tag not in _TABLES):
            self.faults.append(f"<{tag}> in <{parent}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def as_word(html: str) -> str:
    """Give the body that Word is shown."""
    body = html[html.index("<body") : html.rindex("</html>")]
    return _ONLY_WORD.sub(r"\1", _NOT_WORD.sub("", body))


@cache
def elements(name: str) -> list[tuple[str, dict[str, str]]]:
    return Read(as_word(mail(name))).elements


def styles(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each element's own declarations."""
    for tag, attributes in elements(name):
        pairs = (one.partition(":") for one in attributes.get("style", "").split(";") if one.strip())
        yield tag, {key.strip(): value.strip() for key, _, value in pairs}


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_what_word_is_shown_is_one_tree(name: str) -> None:
    """With Word's own tables put in, each table, row and cell is closed where it was opened and stands where it may."""
    assert Read(as_word(mail(name))).faults == []


@pytest.mark.parametrize(
    "old", ["<!--[if mso | IE]></td></tr></table><![endif]-->", "<!--[if mso | IE]></td><![endif]-->"]
)
def test_a_lost_table_of_words_is_seen(old: str) -> None:
    """The check can fail: without one of the closing halves the tree is broken, though browsers see no difference."""
    assert Read(as_word(mail("digest en").replace(old, "", 1))).faults != []


@pytest.mark.parametrize("name", MAILS)
def test_each_column_has_a_table_of_its_own_for_word(name: str) -> None:
    """Right before each section and column stands, for Word alone, a table or a cell of the same width in pixels."""
    html = mail(name)
    sections = re.findall(r'(<!\[endif\]-->)?<div(?: class="[^"]*")? style="[^"]*max-width:([1-9]\d*)px', html)
    tables = re.findall(
        r'<!--\[if mso \| IE\]><table [^>]*align="center" width="(\d+)"[^>]*><tr><td[^>]*><!\[endif\]--><div', html
    )
    assert [width for _, width in sections] == tables
    assert "" not in {before for before, _ in sections}
    columns = re.findall(r'<div class="[^"]*mj-column-px-(\d+)', html)
    cells = re.findall(r'<td style="[^"]*width:(\d+)px;"><!\[endif\]--><div class="[^"]*mj-column-px-', html)
    assert len(columns) >= 4
    assert columns == cells


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_as_wide_as_word_is_told(name: str) -> None:
    """Its sheet has no width that Word would understand as the whole window: a table of 560 pixels holds it."""
    assert re.search(r'<!--\[if mso\]><table [^>]*width="560"[^>]*><tr><td><!\[endif\]--><table', mail(name))


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_colours_have_six_digits(name: str) -> None:
    """In the styles, in the attributes and in the head; and none goes by a name."""
    html = mail(name)
    found = re.findall(r"(?<=[:\s\"])#(?!outlook)([0-9a-zA-Z]+)", html)
    assert len(found) > 10
    assert [one for one in found if not re.fullmatch("[0-9a-f]{6}", one)] == []
    told = [value for _, style in styles(name) for key, value in style.items() if "color" in key]
    told += [attributes["bgcolor"] for _, attributes in elements(name) if "bgcolor" in attributes]
    assert [one for one in told if not re.fullmatch("#[0-9a-f]{6}", one)] == []


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_no_zero_is_without_its_unit(name: str) -> None:
    """Lengths say px, zero too: the compiler would not count it, and Word would get a picture that is too wide."""
    lengths = ("margin", "padding", "border", "width", "height", "font-size", "max-")
    bare = re.compile(r"(?:^|\s)-?\d+(?:\s|$)")
    found = [
        (tag, key, value) for tag, style in styles(name) for key, value in style.items() if key.startswith(lengths)
    ]
    assert len(found) > 10
    assert [one for one in found if bare.search(one[2])] == []


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_widths_are_attributes(name: str) -> None:
    """Of each picture (the logo has its height: Word keeps the shape), and of all but one of the cells side by side."""
    for tag, attributes in elements(name):
        if tag == "img":
            assert attributes.get("width", "").isdecimal() or attributes.get("height") == "44", attributes
            assert attributes.get("height", "").isdecimal(), attributes
            assert int(attributes.get("width", "0")) <= 560, attributes
    for row in re.findall(r"<tr>((?:<td(?:(?!<t[dr]).)*</td>\s*){2,})</tr>", as_word(mail(name)), re.DOTALL):
        cells = re.findall(r"<td[^>]*>", row)
        assert sum("width=" not in cell for cell in cells) <= 1, cells


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_no_shorthand_that_word_drops(name: str) -> None:
    """`font` is never used, `background` only beside the colour written out; a cell's ground is its bgcolor too."""
    for tag, style in styles(name):
        assert not style.keys() & {"font", "list-style", "background-image", "float", "position", "flex", "gap"}, tag
        assert style.get("background", style.get("background-color")) == style.get("background-color"), tag
    for tag, attributes in elements(name):
        if tag == "td" and "background-color" in attributes.get("style", ""):
            assert attributes.get("bgcolor", "none") in attributes["style"], attributes


@pytest.mark.parametrize("name", MAILS + NOTICES)
def test_no_link_needs_padding_to_be_a_button(name: str) -> None:
    """Word ignores the padding of a link: what looks like a button is a cell with padding and a ground, around it."""
    for tag, style in styles(name):
        if tag == "a":
            assert not {key for key in style if key.startswith(("padding", "background", "border"))}, style
    if name in NOTICES:
        assert re.search(r'<td align="center" bgcolor="#[0-9a-f]{6}" style="padding:[^"]*"><a ', mail(name))


@pytest.mark.parametrize("name", MAILS)
def test_what_is_hidden_is_hidden_from_word_too(name: str) -> None:
    """Word does not know that `display:none` hides a block: everything that is hidden says mso-hide as well."""
    hidden = [style for _, style in styles(name) if style.get("display") == "none"]
    assert hidden
    assert [style for style in hidden if style.get("mso-hide") != "all"] == []
