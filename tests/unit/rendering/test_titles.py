"""Subjects and preheaders are made of titles, and only of what the template names."""

import pytest

from newsletter.base.ids import PostId
from newsletter.rendering.titles import encode_titles, title_template

VALUES = {"newsletter": "Weekly {first_title}", "number": "12", "date": "23 November 2026"}
TITLES = {PostId(1): "One", PostId(2): "Two {second_title} {0.__class__}"}


@pytest.mark.parametrize(
    ("template", "first", "second", "expected"),
    [
        ("{first_title}", 1, 2, "One"),
        ("{second_title}", 1, 2, "Two {second_title} {0.__class__}"),
        ("{second_title}", 1, None, ""),
        ("{first_title} and {second_title}", 1, 2, "One and Two {second_title} {0.__class__}"),
        ("{first_title} and {second_title}", 1, None, ""),
        ("{newsletter} {number}, {date}", None, None, "Weekly {first_title} 12, 23 November 2026"),
        ("{first_title} {unknown} {first_title.x} %s {", 1, None, "One {unknown} {first_title.x} %s {"),
        ("", 1, 2, ""),
        ("a\r\nb {number}", None, None, "a b 12"),
    ],
)
def test_only_the_named_places_are_filled(template: str, first: int | None, second: int | None, expected: str) -> None:
    """No value is read again, unknown names stay, a missing title empties the text; looked up it is the same."""
    made = title_template(template, VALUES, 200)
    titles = [TITLES[PostId(post)] if post else None for post in (first, second)]
    assert made.fill(*titles) == expected
    encoded = encode_titles(made, TITLES, str.encode)
    first_id, second_id = (PostId(post) if post else None for post in (first, second))
    assert encoded.take(first_id, second_id, TITLES) == expected.encode()


def test_a_long_subject_is_cut() -> None:
    """Titles of feeds can be pages long; headers cannot."""
    assert len(title_template("{first_title}", {}, 200).fill("word " * 1000, None)) <= 200
