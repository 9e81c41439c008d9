"""Which posts tell the same news in nearly the same words, and which only look like it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.stories.near_equal import Told, agree, tell_the_same, titles_alike
from newsletter.sources.stories.near_index import TitleIndex

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
RELEASE = (
    "Nine research teams from eleven countries will study how tumours answer to treatment, the network announced on "
    "Monday in Oslo. The teams share a budget of twelve million euros over three years. Each project brings together "
    "a hospital, a laboratory and a patient organisation, because what is measured should matter to those who are ill. "
    "The first results are expected by the end of next year and will be open to everybody."
)
TEASER = RELEASE[: RELEASE.index("Each project")]
TITLE = "Nine new projects study how tumours answer to treatment"
ONE = Told(title=TITLE, text=RELEASE, language="en", at=NOW, source=1)
CALL = (
    "The partners of the joint programme open a call for transnational research proposals on {}. Consortia of three to "
    "seven partners from at least three countries may apply. Proposals are submitted in one stage on the portal of the "
    "call secretariat. National rules on who may be funded apply; please ask your national contact before you apply."
)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (f"{TITLE} | Research Council of Norway", RELEASE),
        (f"{TITLE} - Health Ministry News", RELEASE),
        (f"Press release: {TITLE}", RELEASE),
        (TITLE.upper(), TEASER),
        ("Nine new projects study how tumors answer to treatments", RELEASE.replace("tumours", "tumors")),
        (TITLE, RELEASE.replace(".", " .").replace("Monday", "Tuesday")),
    ],
)
def test_one_release_on_two_sites_is_one_story(title: str, text: str) -> None:
    """Another suffix, another spelling, a teaser instead of the text: still the same news, from either side."""
    other = Told(title=title, text=text, language="en", at=NOW + timedelta(days=2), source=2)
    assert tell_the_same(ONE, other)
    assert tell_the_same(other, ONE)


def test_a_site_name_counts_as_one_between_sites_only() -> None:
    """Both partners put their own name behind the headline; within one source such words tell two things."""
    left = replace(ONE, title=f"{TITLE} | Ministry of Health")
    right = replace(ONE, title=f"{TITLE} | Council for Research", source=2)
    assert tell_the_same(left, right)
    assert not tell_the_same(left, replace(right, source=1))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Call for proposals 2026: cancer", "Call for proposals 2026: rare diseases"),
        (
            "Joint transnational call for proposals \u2013 cancer",
            "Joint transnational call for proposals \u2013 rare diseases",
        ),
        (
            "Trial finds new drug against hypertension in children",
            "Trial finds new drug against hypotension in children",
        ),
    ],
)
def test_two_things_from_one_template_are_two_stories(title: str, other: str) -> None:
    """Two calls of one programme have nearly equal titles and texts; the word that differs is what they are about."""
    first, second = (name.rpartition(":")[2].rpartition("\u2013")[2].strip() for name in (title, other))
    one = Told(title=title, text=CALL.format(first), language="en", at=NOW, source=1)
    two = Told(title=other, text=CALL.format(second), language="en", at=NOW, source=2)
    assert not tell_the_same(one, two)
    assert not tell_the_same(two, one)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Newsletter 12 of the joint programme is out", "Newsletter 13 of the joint programme is out"),
        ("Partners meet in Bonn for the yearly congress 2026", "Partners meet in Bonn for the yearly congress 2027"),
        ("Partners meet in Bonn for the yearly congress", "Partners meet in Bonn for the yearly congress 2027"),
        ("Monthly letter of the joint programme: January", "Monthly letter of the joint programme: February"),
        ("Brief mensuel du programme commun de janvier", "Brief mensuel du programme commun de février"),
        ("Results of the clinical study on cells, part II", "Results of the clinical study on cells, part III"),
    ],
)  # fmt: skip
def test_numbers_and_months_keep_titles_apart(title: str, other: str) -> None:
    """Issue 12 and 13, this year and next, January and February: not one story even with the very same text."""
    one = replace(ONE, title=title)
    assert not tell_the_same(one, replace(one, title=other, source=2))
    assert tell_the_same(one, replace(one, source=2))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Update on the clinical trial in Vienna", "Update on the clinical trial in Vienna: trial stopped"),
        ("Drug approved for treatment of lung cancer", "Drug not approved for treatment of lung cancer"),
        ("Medikament gegen Lungenkrebs in Europa zugelassen", "Medikament gegen Lungenkrebs in Europa nie zugelassen"),
        ("National genome programme of the ministry", "National genome programme of the ministry cancelled"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False])
def test_what_a_longer_headline_adds_is_told_or_is_news(title: str, other: str, *, is_told: bool) -> None:
    """A word that only one headline has, and not both texts, tells of another turn of the matter."""
    one = replace(ONE, title=title, text=f"{RELEASE} {title}." if is_told else RELEASE)
    two = replace(ONE, title=other, text=f"{RELEASE} {other}." if is_told else RELEASE, source=2)
    assert not tell_the_same(one, two)
    assert not tell_the_same(two, one)


def test_a_longer_headline_of_the_same_text_is_the_same_news() -> None:
    """What it adds stands in both texts, or in the one of which the other is a teaser; small words add nothing."""
    longer = replace(ONE, title=f"{TITLE}: open to everybody", source=2)
    assert tell_the_same(ONE, longer)
    assert tell_the_same(replace(ONE, text=TEASER), longer)
    assert tell_the_same(ONE, replace(ONE, title=f"The {TITLE} now", source=2))


@pytest.mark.parametrize(
    ("title", "other", "text", "is_one"),
    [
        (TITLE, f"{TITLE} | Ministry", "Two short words.", True),
        ("Teams will share twelve million", TITLE, RELEASE, True),
        ("Webinar on registries", TITLE, "Join us.", False),
        ("News", f"News: {TITLE}", "Read more.", False),
        ("Newsletter 12 of the programme is out", "Newsletter 13 of the programme is out", "Read more.", False),
        ("Results of the first joint call published", "Results of the second joint call published", RELEASE, False),
        ("Results of the first joint call published", "Results of the second joint call published", "See.", False),
    ],
)
def test_posts_of_one_page_agree_by_title_or_text(title: str, other: str, text: str, *, is_one: bool) -> None:
    """A page that two posts share is a hint: their titles or their texts must tell the same."""
    one, two = replace(ONE, title=title), replace(ONE, title=other, text=text, source=2)
    assert agree(one, two) is is_one
    assert agree(two, one) is is_one


def test_never_on_the_title_alone() -> None:
    """Row 20: the same title with another text, or none, is another story."""
    assert not tell_the_same(ONE, replace(ONE, text=CALL.format("cancer"), source=2))
    assert not tell_the_same(replace(ONE, text=""), replace(ONE, text="", source=2))


def test_short_titles_need_the_same_text() -> None:
    """Row 20: under five words only texts that agree strongly join, and long enough ones."""
    short = replace(ONE, title="Job offer")
    half = " ".join(RELEASE.split()[:34]) + " " + CALL.format("cancer")
    assert tell_the_same(short, replace(short, source=2))
    assert not tell_the_same(short, replace(short, text=half, source=2))
    scant = replace(short, text="We are hiring; see our page for all there is to know.")
    assert not tell_the_same(scant, replace(scant, source=2))


def test_other_languages_days_and_dates_keep_posts_apart() -> None:
    """Over seven days, in another language, or with another event's day, it is another story."""
    assert not tell_the_same(ONE, replace(ONE, at=NOW + timedelta(days=7, hours=1), source=2))
    assert not tell_the_same(ONE, replace(ONE, language="de", source=2))
    assert tell_the_same(ONE, replace(ONE, language="", source=2))
    assert not tell_the_same(replace(ONE, day="2026-12-01"), replace(ONE, day="2026-12-02", source=2))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_the_comparison_has_no_sides(title: str, other: str, text: str, more: str) -> None:
    """Whatever is compared, the order does not matter."""
    one, two = replace(ONE, title=title, text=text), replace(ONE, title=other, text=more, source=2)
    assert tell_the_same(one, two) == tell_the_same(two, one)
    assert titles_alike(title, other) == titles_alike(other, title)


def test_the_index_finds_what_is_alike() -> None:
    """Among many titles only the near ones are worth a comparison."""
    index = TitleIndex()
    for number in range(500):
        index.add(number, f"Some other title of the programme about matter {number}")  # type: ignore[arg-type]  # any id
    index.add(1000, f"{TITLE} | Ministry")  # type: ignore[arg-type]  # any id
    assert index.alike(TITLE) == [1000]
    assert index.alike("Nothing of the kind") == []
