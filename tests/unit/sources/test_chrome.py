"""What belongs to the page around an article goes; what is told stays."""

import pytest

from newsletter.sources.cleaning.chrome import is_chrome, without_chrome


@pytest.mark.parametrize(
    "line",
    [
        "Press office · 3 min read",
        "12 views | Nov 20, 2018",
        "Nov 20 · 4 min",
        "20 views, 0 comments",
        "top of page",
        "see all",
    ],
)
def test_lines_of_the_page_are_known(line: str) -> None:
    """Counts, bylines with a count in their row, and the words of menus belong to the page."""
    assert is_chrome(line)


@pytest.mark.parametrize(
    "line",
    [
        "Five minutes · a film by patients",
        "The call opens three minutes earlier than announced.",
        "Twelve clinics took part: 3 in Portugal, 4 in Spain, 5 in Italy.",
        "See all that the programme has done.",
    ],
)
def test_what_is_told_stays(line: str) -> None:
    """A sentence with a number or with the words of a menu in it is no chrome."""
    assert not is_chrome(line)


def test_an_article_begins_with_its_first_sentence() -> None:
    """The row of byline and reading time above a press release is not its beginning."""
    markup = (
        "<p>Press office · 3 min read</p><p>Four hundred experts met.</p><p>2 views</p><h3>Recent posts</h3><p>Old</p>"
    )
    assert without_chrome(markup) == "<p>Four hundred experts met.</p>"
