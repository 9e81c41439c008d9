"""Cells that a spreadsheet would run, and what becomes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.exporting.spreadsheet import neutral, restored

_TEXT = st.text(alphabet="'=+-@\t\r\n\uff1d ab1", max_size=8) | st.text(max_size=20)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\r=x",
        "\n=x",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "=cmd|' /C calc'!A0",
    ],
)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    """What Excel, LibreOffice and Google take for a formula comes behind an apostrophe."""
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Anna", "O'Neill", "'tis", "a=b", "1-2", "anna@example.org"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    """What nothing runs is not touched."""
    assert neutral(cell) == cell


@given(_TEXT)
def test_what_was_neutralised_is_restored(text: str) -> None:
    """For every text, with apostrophes of its own too."""
    assert restored(neutral(text)) == text


@given(_TEXT)
def test_a_neutral_cell_never_runs(text: str) -> None:
    """Whatever stands in it."""
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@pytest.mark.parametrize("cell", ["x;=1+1", "Bob;@SUM(A1)", "a;b;-1", "'x;=2", "=1;=2", ";'=1"])
def test_no_formula_stands_behind_a_semicolon(cell: str) -> None:
    """Where lists are cut at semicolons, each part is a cell of its own."""
    for part in neutral(cell).split(";"):
        assert not part.startswith(("=", "+", "-", "@"))
    assert restored(neutral(cell)) == cell


@given(_TEXT | st.text(alphabet="'=;-a", max_size=10))
def test_no_part_of_a_neutral_cell_runs(text: str) -> None:
    """Whatever stands in it, cut at semicolons or not; and it comes back as it was."""
    assert not any(part.startswith(("=", "+", "-", "@")) for part in neutral(text).split(";"))
    assert restored(neutral(text)) == text
