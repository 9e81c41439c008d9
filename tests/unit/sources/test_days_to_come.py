"""A day that is still to come, or behind a deadline, is no day of publication: it is the event's, or nobody knows."""

from datetime import UTC, datetime

import pytest

from newsletter.sources.cleaning.plain_text import plain_text
from newsletter.sources.details.find_details import find_details
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import PostKind
from newsletter.sources.reading.parse_page import read_post_page

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TEXT = "<p>" + "Eleven countries describe samples and consent in one way, and tell what they measure. " * 3 + "</p>"
TITLE = "What eleven countries measure"


def read(body: str, *, head: str = "", title: str = TITLE, language: str = "en") -> FetchedPost:
    page = (
        f"<html lang={language}><head><title>{title}</title>{head}</head><body><main>{body}{TEXT}</main></body></html>"
    )
    found = read_post_page(page.encode(), url="https://x.example/news/a", now=NOW)
    return find_details(found.post, page=found.page, seen_at=NOW)


def published(body: str, *, head: str = "") -> str:
    post = read(f"<h1>{TITLE}</h1>{body}" if "<h1>" not in body else body, head=head)
    return f"{post.published:%Y-%m-%d}" if post.published else ""


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>12 December 2026</p>", ""),
        (f"<header><h1>{TITLE}</h1><time datetime=2026-12-12>12 December</time></header>", ""),
        ("", "<meta name=date content=2026-12-12>"),
        ("", "<meta name=DC.date content=2026-12-12>"),
        ("<p>Deadline</p><p>31 January 2027</p>", ""),
        ("<p>Deadline</p><p>12 November 2026</p>", ""),
        ("<p>Anmeldeschluss</p><p>12.11.2026</p>", ""),
        ("<dl><dt>Date limite</dt><dd>12 novembre 2026</dd></dl>", ""),
        ("<p>Scadenza</p><p>12 novembre 2026</p>", ""),
        ("<p>Workshop</p><p>12 November 2026</p>", ""),
        (f"<header><h1>{TITLE}</h1><p>Deadline: <time datetime=2026-11-12>12 November</time></p></header>", ""),
        (f"<header><h1>{TITLE}</h1><p>Webinar</p><time datetime=2026-11-12>12 November</time></header>", ""),
    ],
)
def test_another_day_is_no_day_of_publication(body: str, head: str) -> None:
    """Wherever it stands, and whoever declares it only as "date": better none than one that hides a post."""
    assert published(body, head=head) == ""


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>12 November 2026</p>", ""),
        ("<p>12 November 2026</p><p>12 December 2026</p>", ""),
        (f"<header><h1>{TITLE}</h1><time datetime=2026-11-12>12 November</time></header>", ""),
        (f"<header><h1>{TITLE}</h1><p>Posted on <time datetime=2026-11-12>12 November</time></p></header>", ""),
        ("", "<meta name=date content=2026-11-12>"),
        ("<p>By Ada Example</p><p>12 November 2026</p>", ""),
        ("<p>From the ministry</p><p>12 November 2026</p>", ""),
        ("<p>Published</p><p>12 November 2026</p>", ""),
        ("<p>News &amp; Events</p><p>12 November 2026</p>", ""),
    ],
)
def test_a_day_of_publication_stays_one(body: str, head: str) -> None:
    """What is past, and behind no such word, is read as before."""
    assert published(body, head=head) == "2026-11-12"


def test_a_declared_instant_to_come_is_an_embargo() -> None:
    """What says that it is of publication is believed."""
    head = "<meta property=article:published_time content=2026-12-12T08:00:00Z>"
    assert published("", head=head) == "2026-12-12"


@pytest.mark.parametrize(
    ("title", "day", "language"),
    [
        ("Workshop on data in hospitals", "12 December 2026", "en"),
        ("Workshop zu Daten in Kliniken", "12. Dezember 2026", "de"),
        ("Séminaire sur les données", "12 décembre 2026", "fr"),
        ("Webinar on data in hospitals", "12 December 2026, Berlin", "en"),
    ],
)
def test_the_day_under_an_events_title_is_the_events(title: str, day: str, language: str) -> None:
    """A day still to come, alone under a title that names an event, stays in the text and makes the post that event."""
    post = read(f"<h1>{title}</h1><p>{day}</p>", title=title, language=language)
    assert (post.published, post.kind) == (None, PostKind.EVENT)
    assert post.event is not None
    assert f"{post.event.starts_at:%Y-%m-%d}" == "2026-12-12"
    assert plain_text(post.html).startswith(day)


@pytest.mark.parametrize(
    "body",
    [
        "<p>12 November 2026</p>",
        "<p>Deadline</p><p>12 December 2026</p>",
        "<p>12 December 2026</p><p>14 December 2026</p>",
        "<p>The ministry wrote on 12 December 2026 that it agrees.</p>",
    ],
)
def test_no_event_is_guessed(body: str) -> None:
    """A day that is past, behind a deadline, one of two, or in a sentence of other things proves none."""
    title = "Workshop on data in hospitals"
    assert read(f"<h1>{title}</h1>{body}", title=title).event is None
