"""Languages are what is declared, else what the text looks like; topics are words, whole ones."""

import pytest

from newsletter.sources.cleaning.language import detect_language, language_code, language_of
from newsletter.sources.cleaning.topics import assign_topics
from newsletter.sources.source import Topic


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"),
        ("EN_us", "en"),
        ("fr", "fr"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("und", ""),
        ("", ""),
        ("english", ""),
        ("*", ""),
    ],
)
def test_a_tag_gives_its_language(tag: str, code: str) -> None:
    """The primary subtag is the language, in its modern spelling; what is no tag is none."""
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Die Ministerin eröffnet die Konferenz in Berlin.", "de"),
        ("The minister opens the conference in Berlin.", "en"),
        ("La ministre ouvre la conférence à Berlin.", "fr"),
        ("Il ministro apre la conferenza di Berlino.", "it"),
        ("El ministro inaugura la conferencia en Berlín.", "es"),
        ("وزير الصحة يفتتح المؤتمر في برلين اليوم", "ar"),
        ("OK", ""),
        ("", ""),
    ],
)
def test_enough_text_tells_its_language(text: str, code: str) -> None:
    """A sentence is enough; a word is not."""
    assert detect_language(text) == code


def test_what_is_declared_comes_first() -> None:
    """The first usable declaration wins over the look of the text."""
    assert language_of("The minister opens the conference in Berlin.", "", "x-default", "de-DE", "fr") == "de"


def topic(slug: str, name: str, *keywords: str, position: int = 0, names: dict[str, str] | None = None) -> Topic:
    return Topic(
        id=position, slug=slug, name=name, names=names or {}, keywords=keywords, sensitive=False, position=position
    )


TOPICS = [
    topic("funding", "Funding calls", "grant", "call for proposals", position=2, names={"de": "Förderung"}),
    topic("cancer", "Cancer", "Krebs", "癌症", position=1),
    topic("data", "Data and IT", "C++", position=3),
]


@pytest.mark.parametrize(
    ("text", "categories", "found"),
    [
        ("A GRANT for research", [], ("funding",)),
        ("Help for immigrants", [], ()),
        ("A Call  for\nProposals is open", [], ("funding",)),
        ("Grants", [], ()),
        ("Neues zu Krebs: ein Grant", [], ("cancer", "funding")),
        ("研究癌症的新方法", [], ("cancer",)),
        ("written in C++, mostly", [], ("data",)),
        ("nothing", ["FUNDING CALLS", "x"], ("funding",)),
        ("nothing", ["förderung"], ("funding",)),
        ("nothing", ["data"], ("data",)),
        ("nothing", ["dat"], ()),
    ],
)
def test_topics_by_word_and_category(text: str, categories: list[str], found: tuple[str, ...]) -> None:
    """Keywords count as whole words, categories by slug or any name, whatever their case."""
    assert assign_topics(text, categories=categories, defaults=(), topics=TOPICS) == found


def test_the_sources_own_topics_always_count() -> None:
    """Defaults come in the order of sections; one that is not set up yet is kept."""
    assert assign_topics("a grant", categories=(), defaults=("policy", "cancer"), topics=TOPICS) == (
        "cancer",
        "funding",
        "policy",
    )
