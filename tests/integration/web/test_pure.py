"""The small deciders of the pages: looks, words, languages, the shelf."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.web import words
from newsletter.web.languages import accepted_languages
from newsletter.web.looks import Look, dress, read_look
from newsletter.web.shelf import Shelf
from tests.conftest import NOW

MAIL = (
    "<html><head><title>T</title><style>:root { color-scheme: light dark; } "
    "@media (prefers-color-scheme: dark) { p { color: white } }</style></head>"
    '<body><img src="https://news.example.org/media/a.jpg"></body></html>'
)


def test_dark_applies_the_mails_own_rules() -> None:
    """Dark makes the mail's dark rules count always, light never; nothing else of them changes."""
    dark, light = (dress(MAIL, look, "https://news.example.org") for look in (Look.DARK, Look.PHONE))
    assert "@media all { p { color: white } }" in dark
    assert "color-scheme: dark;" in dark
    assert "@media not all { p { color: white } }" in light
    assert "color-scheme: light;" in light


def test_pictures_come_from_this_machine() -> None:
    """The desk shows pictures though the public address may not be reachable from here."""
    assert 'src="/media/a.jpg"' in dress(MAIL, Look.DESKTOP, "https://news.example.org")


def test_an_unknown_look_is_the_desktops() -> None:
    """A look that is not there is no error."""
    assert read_look("phone") is Look.PHONE
    assert read_look("upside down") is Look.DESKTOP


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(days=6, hours=3), "in 6 days"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(hours=-2, minutes=-5), "2 hours ago"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(seconds=20), "now"),
    ],
)
def test_distances_are_told_in_one_unit(ahead: timedelta, expected: str) -> None:
    """How far off something is, as people say it."""
    assert words.how_far(NOW + ahead, now=NOW) == expected


def test_accept_language_is_read_by_weight() -> None:
    """RFC 9110, section 12.5.4: the heaviest first, q=0 is a no, nonsense is nothing."""
    assert accepted_languages("de;q=0.5, fr-CA, en;q=0.8, it;q=0, es;q=x") == ["fr-ca", "en", "de"]
    assert accepted_languages("") == []


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_any_accept_language_is_survived(field: str) -> None:
    """Clients write what they like."""
    assert isinstance(accepted_languages(field), list)


def test_the_shelf_makes_a_thing_once() -> None:
    """Of several who ask at once, one makes it; after its life it is made again."""
    shelf, barrier = Shelf(limit=2, life=timedelta(minutes=1)), Barrier(4)
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "thing"

    def ask() -> None:
        barrier.wait()
        shelf.take("key", str, make, now=NOW)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    shelf.take("key", str, make, now=NOW + timedelta(minutes=2))
    assert made == [1, 1]


def test_the_shelf_is_bounded() -> None:
    """The oldest thing goes when there is no room."""
    shelf = Shelf(limit=2, life=timedelta(minutes=1))
    for key in ("a", "b", "c"):
        shelf.take(key, str, lambda: "old", now=NOW)
    assert shelf.take("a", str, lambda: "new", now=NOW) == "new"
    assert shelf.take("c", str, lambda: "new", now=NOW) == "old"
