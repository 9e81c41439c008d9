"""The checker finds what the compiler lets through, and names the line."""

import pytest

from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.mjml_check import check_mjml

GOOD = """<mjml lang="en">
  <mj-head>
    <mj-title>T</mj-title>
  </mj-head>
  <mj-body width="640px">
    <!-- <mj-nonsense> in a comment -->
    <mj-section padding="0px 4px">
      <mj-column width="600px">
        <mj-text padding="0px" color="#102030">a > b</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


def test_a_good_document_has_no_faults() -> None:
    """Nothing is complained about without a reason, and it compiles to one line."""
    assert check_mjml(GOOD) == []
    assert compile_mjml(GOOD, "good").count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<mj-text ", "<mj-txt ", "line 9: <mj-txt> is no tag"),
        ('padding="0px 4px"', 'padding="0 4px"', "line 7: padding="),
        ('padding="0px 4px"', 'pading="0px"', "line 7: <mj-section> has no attribute 'pading'"),
        ('width="600px"', "", "line 8: <mj-column> needs a width"),
        ('width="600px"', 'width="50%"', 'line 8: width="50%"'),
        ("#102030", "#123", 'line 9: color="#123"'),
        ("#102030", "red", 'line 9: color="red"'),
        ('color="#102030"', 'line-height="1,5"', 'line 9: line-height="1,5"'),
        ('color="#102030"', 'letter-spacing="1"', 'line 9: letter-spacing="1"'),
        ('color="#102030"', 'font-weight="heavy"', 'line 9: font-weight="heavy"'),
        ('color="#102030"', 'align="start"', 'line 9: align="start" of <mj-text>: one of left, center'),
        ('padding="0px 4px"', 'direction="left"', 'line 7: direction="left"'),
        ('padding="0px 4px"', 'border-top="1px solid #123"', 'line 7: border-top="1px solid #123"'),
        ('padding="0px 4px"', 'border="0 none"', 'line 7: border="0 none"'),
        ('<mj-body width="640px">', '<mj-body width="100%">', 'line 5: width="100%"'),
        ("<mj-title>T</mj-title>", "<mj-text>T</mj-text>", "line 3: <mj-text> cannot stand in <mj-head>"),
        ("</mj-column>", "", "line 11: </mj-section> closes <mj-column>"),
        ("</mjml>", "", "<mjml> is never closed"),
        ("<mj-title>T</mj-title>", '<mj-font name="x" href="https://fonts.test/x" />', "<mj-font> is no tag"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, fault: str) -> None:
    """Tags, attributes, parents and units: each fault says where it is, and nothing is compiled."""
    broken = GOOD.replace(old, new)
    assert broken != GOOD
    assert any(fault in found for found in check_mjml(broken)), check_mjml(broken)
    with pytest.raises(InvalidLayout, match="broken, once filled"):
        compile_mjml(broken, "broken")


def test_what_only_the_compiler_finds_is_named_too() -> None:
    """Broken HTML inside a text is the compiler's find; the message names the template."""
    with pytest.raises(InvalidLayout, match="mine: "):
        compile_mjml(GOOD.replace("a > b", "a < b"), "mine")


def test_every_right_value_is_left_alone() -> None:
    """What designers write, in the units and words that all mail programs know, has no fault."""
    inside = (
        '<mj-text padding="1px 2% 0px" line-height="1.5" letter-spacing="-0.3px" font-weight="700" align="justify" />'
        '<mj-image src="https://x.example/a.png" width="120px" fluid-on-mobile="true" border="1px dashed #AABBCC" />'
        '<mj-divider border-width="2px" border-style="dotted" border-color="#aabbcc" width="50%" />'
        '<mj-button href="https://x.example" font-style="italic" text-transform="uppercase" border="none" />'
    )
    text = '<mj-text padding="0px" color="#102030">a > b</mj-text>'
    assert text in GOOD
    assert check_mjml(GOOD.replace(text, inside)) == []
