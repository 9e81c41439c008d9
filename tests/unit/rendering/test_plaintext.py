"""Lines of plain text are as wide as they look, break where they may, and stand in their direction."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.rendering.plaintext import NUMBER_PLACE, WIDTH, beside, linked, underlined, width, wrap

LRM, RLM = "\u200e", "\u200f"
ADDRESS = "https://www.example.org/a/path?with=100%25&and=more#places-where-it-could-break"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("個別化医療", 10),
        ("ｱ", 1),
        ("é", 1),
        ("e\u0301", 1),
        ("कि", 2),
        ("👩\u200d🔬", 4),
        ("\u200f", 0),
        ("", 0),
    ],
)
def test_width_is_what_is_seen(text: str, columns: int) -> None:
    """Wide characters take two columns, marks on others none (UAX 11)."""
    assert width(text) == columns


words = st.text(st.sampled_from("abcxyz é漢字かなッ。「」、ÄöЖдשלمرحبا한국어👩🔬\u0301\u200d"), max_size=200)


@settings(max_examples=60, deadline=None)
@given(text=words, first=st.sampled_from(["", "- ", "> "]))
def test_no_line_is_too_wide_for_what_can_break(text: str, first: str) -> None:
    """Only a word without any place to break is wider than a line; and no letter is lost."""
    lines = wrap(text, first=first, rest=" " * len(first)).split("\n")
    for line in lines:
        assert width(line) <= WIDTH or " " not in line.strip(" ->" + LRM + RLM)
    letters = re.sub(f"[ \n{LRM}{RLM}]", "", "".join(lines).removeprefix(first.strip()))
    assert letters == text.replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(before=words, after=words)
def test_an_address_stays_whole(before: str, after: str) -> None:
    """No break falls into an address, whatever touches it: a broken one leads nowhere."""
    text = f"{before} ({ADDRESS} {after}"
    assert ADDRESS in wrap(text)
    assert ADDRESS in wrap(f"{before}見{ADDRESS}")


def test_chinese_breaks_anywhere_but_before_its_signs() -> None:
    """A text without blanks is wrapped too; no line begins with a comma or closing bracket, or ends with an opening."""
    lines = wrap("個別化医療「ゲノム」、データ。ちょっと" * 12).split("\n")
    assert len(lines) > 3
    assert all(60 <= width(line) <= WIDTH for line in lines[:-1])
    for line in lines:
        assert unicodedata.category(line[0]) not in {"Po", "Pe"}
        assert line[0] not in "ょっ"
        assert line[-1] != "「"


@pytest.mark.parametrize("picture", ["👩\u200d🔬", "👋🏽", "❤\ufe0f", "がっ", "e\u0301"])
def test_what_is_one_sign_is_not_parted(picture: str) -> None:
    """A picture of several characters, with its shade, a letter with its accent, stay on one line."""
    for shift in range(8):
        text = "x" * shift + picture * 60
        assert "".join(line for line in wrap(text).split("\n")) == text
        assert all(line.lstrip("x").replace(picture, "") == "" for line in wrap(text).split("\n"))


def test_a_number_stays_with_its_word_in_chinese() -> None:
    """Where a line may break anywhere it does not before the number either."""
    for length in range(30, 40):
        assert f"化 [{NUMBER_PLACE}]" in wrap(linked("化" * length))


def test_a_number_stays_with_its_word() -> None:
    """The number of a link never begins a line; it may stand out a little instead."""
    for length in range(50, 80):
        wrapped = wrap(linked(f"{'x' * length} end"))
        assert f"end [{NUMBER_PLACE}]" in wrapped
        assert max(map(width, wrapped.split("\n"))) <= max(76, length)


def test_a_heading_is_as_long_as_its_line() -> None:
    """The line below a heading is as wide as the heading looks."""
    assert underlined("個別化", "-") == "個別化\n------"
    assert underlined(linked("Ab"), "=") == f"Ab [{NUMBER_PLACE}]\n======"


def test_every_line_stands_in_its_texts_direction() -> None:
    """A line that begins with a foreign name is marked; a line that needs no mark has none."""
    arabic = "مشروع جديد " * 6 + "ERA-Net " * 9 + "مشروع جديد"
    lines = wrap(arabic).split("\n")
    assert len(lines) > 1
    assert all(line.startswith(RLM) == line.lstrip(RLM).startswith("ERA") for line in lines)
    assert wrap("Westhafen, Berlin", direction="rtl") == f"{RLM}Westhafen, Berlin"
    assert wrap("12 · 23", direction="rtl") == "12 · 23"
    assert LRM not in wrap("plain words " * 20)


def test_what_stands_beside_a_foreign_name_keeps_its_place() -> None:
    """Figures are not drawn to a name that runs the other way (UAX 9, rules W7 and N1)."""
    assert beside(["", "شبكة", "12 November"], "ltr") == f"شبكة{LRM} · 12 November"
    assert beside(["ورقة", "Agency", "12 نوفمبر"], "rtl") == f"ورقة{RLM} · Agency{RLM} · 12 نوفمبر"
    assert beside(["Paper", "Agency"], "ltr") == "Paper · Agency"
