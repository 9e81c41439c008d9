"""Whatever colour a newsletter has, its mails can be read."""

import re
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.theme import contrast, dark_theme, font_stack, light_theme, on, readable, six_digits

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@settings(max_examples=30)
@given(colour=colours)
def test_every_text_reaches_the_contrast(colour: str) -> None:
    """Each ink on its ground has 4.5:1 in light and dark (WCAG 2.2, 1.4.3), and colours have six digits."""
    for theme in (light_theme(colour), dark_theme(colour)):
        pairs = [
            (theme.ink, theme.sheet),
            (theme.quiet, theme.sheet),
            (theme.quiet, theme.ground),
            (theme.accent, theme.sheet),
            (theme.on_band, theme.band),
            (theme.on_tile, theme.tile),
            (theme.on_call, theme.call),
            (theme.on_call, theme.sheet),
        ]
        assert [pair for pair in pairs if contrast(*pair) < 4.5] == []
        assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in astuple(theme))


@given(colour=colours)
def test_a_readable_colour_is_left_alone(colour: str) -> None:
    """The newsletter's colour is changed only where it cannot be read."""
    moved = readable(colour, "#ffffff")
    assert contrast(moved, "#ffffff") >= 4.5
    if contrast(colour, "#ffffff") >= 4.55:  # hue and lightness are rounded on the way
        assert all(abs(int(moved[at : at + 2], 16) - int(colour[at : at + 2], 16)) <= 1 for at in (1, 3, 5))


def test_known_contrasts() -> None:
    """The figures of the standard: black on white is 21."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert on("#ffe000") == "#10161c"
    assert on("#102030") == "#ffffff"


@pytest.mark.parametrize(
    ("given_", "expected"), [("#1D4F73", "#1d4f73"), ("#abc", "#aabbcc"), (" #abcdef ", "#abcdef")]
)
def test_colours_get_six_digits(given_: str, expected: str) -> None:
    """Outlook reads no three digits."""
    assert six_digits(given_) == expected


@pytest.mark.parametrize("colour", ["red", "#12345", "#1d4f73; x", 'javascript:"', ""])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    """A recipe's colour goes into styles unescaped, so it must be one."""
    with pytest.raises(InvalidLayout, match="six digits"):
        six_digits(colour)


def test_fonts_are_names_only() -> None:
    """A font stack goes into styles; it can hold names and nothing else, and ends with the system's."""
    assert font_stack("Source Sans 3, Georgia").startswith("'Source Sans 3',Georgia,-apple-system")
    assert font_stack('"Source Sans 3"').startswith("'Source Sans 3',")
    for font in ("x;background:url(http://evil)", 'a"><b', "a}"):
        with pytest.raises(InvalidLayout, match="names"):
            font_stack(font)
