"""An operator's own template that is wrong is told with its file and line, whatever it is and however deep."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from newsletter.rendering.cards import CallFacts, CardFacts, EventFacts, Facing, PictureFacts
from newsletter.rendering.compose import page_html
from newsletter.rendering.dates import Tile
from newsletter.rendering.document import IssueFacts, Links, SectionFacts
from newsletter.rendering.edition import build_edition
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.markup_check import check_markup
from newsletter.rendering.places import place_in, with_places, without_places
from newsletter.rendering.public_edition import public_html
from newsletter.rendering.sentinels import HOLES
from newsletter.rendering.templates import mail_environment, template_faults, templates_root
from newsletter.rendering.theme import Theme
from newsletter.rendering.tracing import traced
from tests.unit.rendering.sample import PUBLIC_URL, environment, make_personal, make_recipe, sample_issue

SECTION = """<mj-section padding="0px">
  <mj-column width="640px">
    <mj-text padding="0px">Our foot</mj-text>
  </mj-column>
</mj-section>
"""
Build = Callable[[str], tuple[str, ...]]


@pytest.fixture
def faults_of(tmp_path: Path) -> Build:
    """Put a text before the foot, as a partial of the operator's own, and give what a build says of it."""

    def build(text: str) -> tuple[str, ...]:
        folder = tmp_path / "mail/partials"
        folder.mkdir(parents=True)
        foot = (templates_root() / "mail/partials/footer.mjml.j2").read_text(encoding="utf-8")
        (folder / "footer.mjml.j2").write_text('{% include "mail/partials/own.mjml.j2" %}\n' + foot, encoding="utf-8")
        (folder / "own.mjml.j2").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidLayout) as told:
            build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=mail_environment(tmp_path))
        return told.value.faults

    return build


FAULTS = {
    "unknown tag": ("<mj-text ", "<mj-txt ", 3, "<mj-txt> is no tag"),
    "unknown attribute": ("padding=", "pading=", 1, "no attribute 'pading'"),
    "unit": ('"0px">\n', '"0 4px">\n', 1, 'padding="0 4px"'),
    "colour": ("<mj-text ", '<mj-text color="red" ', 3, 'color="red"'),
    "parent": ("<mj-column", '<mj-text padding="0px">x</mj-text>\n<mj-column', 2, "<mj-text> cannot stand in <mj-sect"),
    "width": (' width="640px"', "", 2, "<mj-column> needs a width"),
    "a value that Jinja prints": ('width="640px"', 'width="{{ 50 }}%"', 2, 'width="50%"'),
    "left open": ("</mj-text>", "", 3, "<mj-text> is still open where </mj-column>"),
    "open in HTML": ("Our foot", "<p>Our foot", 3, "<p> is still open where </mj-text>"),
    "unquoted": ("Our foot", "\n<p class=x>Our foot</p>", 4, "begins no tag"),
    "a bare sign": ("Our foot", "a < b", 3, "begins no tag"),
    "undefined": ("Our foot", "{{ nobody.name }}", 3, "'nobody' is undefined"),
    "syntax": ("Our foot", "{% if %}", 3, "Expected an expression"),
    "a value that is not there": ("Our foot", '{{ links["leave"][10**9] }}', 3, ""),
    "division": ("Our foot", "{{ 1 // 0 }}", 3, "ZeroDivisionError"),
    "no such hole": ("Our foot", '{{ hole("nmae") }}', 3, "there is no hole 'nmae'"),
    "no such template": ("Our foot", '{% include "mail/partials/none.j2" %}', 3, "none.j2 is missing"),
    "no such computed template": ("Our foot", '{% include "mail/" ~ "none.j2" %}', 3, "none.j2 is missing"),
    "itself": ("Our foot", '{% include "mail/partials/own.mjml.j2" %}', 3, "without an end"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_the_operators_file_and_line(name: str, faults_of: Build, tmp_path: Path) -> None:
    """Tags, attributes, parents, units, colours, markup and Jinja: each is told where it stands, two includes deep."""
    old, new, line, words = FAULTS[name]
    assert old in SECTION
    told = faults_of(SECTION.replace(old, new, 1))
    place = f"{tmp_path / 'mail/partials/own.mjml.j2'}, line {line}: "
    assert any(fault.startswith(place) and words in fault for fault in told), told


def test_several_faults_are_told_at_once(faults_of: Build) -> None:
    """Each once, although a mail holds the same tag many times."""
    told = faults_of(SECTION.replace("padding=", "pading=").replace(' width="640px"', ""))
    assert [fault.partition(", ")[2] for fault in told] == [
        "line 1: <mj-section> has no attribute 'pading'",
        "line 3: <mj-text> has no attribute 'pading'",
        "line 2: <mj-column> needs a width in px: without one it depends on its neighbours",
    ]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    """A file that is not UTF-8 is named, with what to do."""
    folder = tmp_path / "mail/partials"
    folder.mkdir(parents=True)
    (folder / "footer.mjml.j2").write_bytes("<mj-raw>Füße</mj-raw>".encode("latin-1"))
    with pytest.raises(InvalidLayout, match=r"footer\.mjml\.j2 is not UTF-8: save it"):
        build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=mail_environment(tmp_path))
    with pytest.raises(InvalidLayout, match=r"footer\.mjml\.j2 is not UTF-8: save it"):
        template_faults(mail_environment(tmp_path), "digest")


def test_the_page_for_everybody_tells_the_same(tmp_path: Path) -> None:
    """What only the public page prints is told with its place too."""
    folder = tmp_path / "mail/partials"
    folder.mkdir(parents=True)
    foot = (templates_root() / "mail/partials/footer.mjml.j2").read_text(encoding="utf-8")
    own = "{% if is_public %}\n<mj-section><mj-text>x</mj-text></mj-section>\n{% endif %}\n" + foot
    (folder / "footer.mjml.j2").write_text(own, encoding="utf-8")
    environment = mail_environment(tmp_path)
    build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=environment)
    with pytest.raises(InvalidLayout, match=r"footer\.mjml\.j2, line 2: <mj-text> cannot stand in <mj-section>"):
        public_html(sample_issue(), (), "en", public_url=PUBLIC_URL, environment=environment)


def test_a_template_that_may_be_missing_may_be_missing(tmp_path: Path) -> None:
    """`ignore missing` is kept, and a file that comes later counts."""
    folder = tmp_path / "mail/partials"
    folder.mkdir(parents=True)
    foot = (templates_root() / "mail/partials/footer.mjml.j2").read_text(encoding="utf-8")
    (folder / "footer.mjml.j2").write_text('{% include "mail/extra.j2" ignore missing %}\n' + foot, encoding="utf-8")
    assert template_faults(mail_environment(tmp_path), "digest") == []
    (tmp_path / "mail/extra.j2").write_text('<mj-spacer hight="1px" />', encoding="utf-8")
    (fault,) = template_faults(mail_environment(tmp_path), "digest")
    assert fault == f"{tmp_path / 'mail/extra.j2'}, line 1: <mj-spacer> has no attribute 'hight'"


def test_places_are_written_and_taken_out_again() -> None:
    """Tags get their place, lines stay, and what is Jinja's, a comment or half a name is left as it is."""
    source = '<a>\n{% set b = "<b>" %}<!-- <c> --><mj-d e="1"\n>{{ "<f>" }}</mj-d><h{{ 1 }}>\n'
    written = with_places(source, "own, of: mine.j2")
    assert written.count("\n") == source.count("\n")
    assert written.count("at-line") == 2
    assert place_in(written) == "own, of: mine.j2, line 2"
    assert without_places(written) == source


@pytest.mark.parametrize(
    "text",
    ["<p>a<br>b</p>", '<mj-style>a < b { c: "<" }</mj-style>', "<!-- a < b --><P a='1' b></p>", "a > b & c", "<td\n/>"],
)
def test_well_formed_markup_has_no_fault(text: str) -> None:
    """Empty elements, style sheets, comments and attributes without a value are fine."""
    assert check_markup(text) == []


def test_the_documents_list_what_a_template_can_print() -> None:
    """Who meets an undefined name is sent to docs/layouts.md: every name of the document's values stands there."""
    page = (templates_root().parent / "docs/layouts.md").read_text(encoding="utf-8")
    table = page.partition("### What a template can print")[2].partition("###")[0]
    told = set(re.findall(r"[a-z_]+", table))
    values = (IssueFacts, Links, SectionFacts, Theme, Facing, CardFacts, PictureFacts, EventFacts, CallFacts, Tile)
    known = {one.name for value in values for one in fields(value)} | {"t", "hole", "font", "has_font", *HOLES}
    assert known - {"intro_text"} <= told  # the text part's


@pytest.mark.parametrize("layout", ["digest", "compact", "magazine", "letter"])
def test_a_traced_edition_is_the_edition_with_places(layout: str) -> None:
    """What is looked at for its places is the mail that is sent, but for the places."""
    frozen, ours = sample_issue(recipe=make_recipe(layout=layout)), environment()
    pages = [
        page_html(build_edition(frozen, "ar", public_url=PUBLIC_URL, environment=one), make_personal())
        for one in (ours, traced(ours))
    ]
    assert "at-line" in pages[1]
    assert without_places(pages[1]) == pages[0]
