"""Durations: one number, one unit, or nothing."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.issues.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", timedelta(0)),
        (" ", timedelta(0)),
        ("30m", timedelta(minutes=30)),
        ("48h", timedelta(hours=48)),
        ("2d", timedelta(days=2)),
        (" 2 D ", timedelta(days=2)),
        ("0h", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    """Minutes, hours and days are read; the empty text is no time at all."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["2", "h", "-2h", "1.5h", "2w", "2h30m", "two hours", "٢h", "999999d", "99999999999h"])
def test_anything_else_is_refused_in_words(text: str) -> None:
    """A bare number, another unit or an absurd length is an error that quotes the text."""
    with pytest.raises(ValueError, match=text):
        parse_duration(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    """Whatever stands in the file, the answer is a duration up to a year or a ValueError."""
    try:
        found = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) <= found <= timedelta(days=366)
