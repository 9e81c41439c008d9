"""What a reader may see and change with the link of a mail, and what not."""

import html
import re
from urllib.parse import parse_qsl

import pytest

from newsletter.db.engine import reading, writing
from subscribers.people.erase import erase
from subscribers.people.show import show
from subscribers.subscriber import Subscriber
from subscribers.wishes.prefer import wanted_in
from subscribers.wishes.wish import wishes_in
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, Home
from tests.integration.web.asking import Asking

SCOPE = "newsletter:weekly"
EVERYTHING = {"scope": "everything"}


def wishes(home: Home, address: str, scope: str = SCOPE) -> dict[str, str]:
    with reading(home.app.engine) as db:
        return wishes_in(show(db, address).wishes, scope)


def wanted(home: Home, address: str, scope: str = SCOPE) -> Subscriber:
    with reading(home.app.engine) as db:
        return wanted_in(db, home.person(address), scope)


def test_the_page_shows_what_one_gets(home: Home, ask: Asking) -> None:
    """Newsletter, lists, topics in the reader's language, and the address in masked form only."""
    text = ask.get(f"/p/{home.token(ANNA)}").text
    for words in ("Personalised Medicine Weekly", "Members and friends", "Genomik", "a...r@klinik.example", "Berlin"):
        assert words in text
    assert ANNA not in text
    assert 'id="topic-1-follow" value="follow" checked' in text
    assert 'id="topic-2-none" value="none" checked' in text


def test_wishes_are_kept(home: Home, ask: Asking) -> None:
    """Row 18: follow, mute and no wish are saved; a topic that is not sent stays as it is."""
    form = {"topic:funding": "none", "topic:genomics": "mute"}
    answer = ask.post(f"/p/{home.token(ANNA)}", data=form)
    assert answer.status_code == 200
    assert 'id="topic-2-mute" value="mute" checked' in answer.text
    assert wishes(home, ANNA) == {"topic:genomics": "mute"}
    ask.post(f"/p/{home.token(ANNA)}", data={"topic:policy": "follow"})
    assert wishes(home, ANNA) == {"topic:genomics": "mute", "topic:policy": "follow"}
    assert wishes(home, BRUNO) == {"topic:genomics": "follow", "topic:policy": "follow"}


def test_the_language_is_kept_and_spoken_at_once(home: Home, ask: Asking) -> None:
    """The answer to a new language is in it; the newsletter's own can be chosen again."""
    answer = ask.post(f"/p/{home.token(ANNA)}", data={"language": "fr"})
    assert '<html lang="fr"' in answer.text
    assert wanted(home, ANNA).language == "fr"
    assert '<html lang="fr"' in ask.get(f"/u/{home.token(ANNA)}").text
    ask.post(f"/p/{home.token(ANNA)}", data={"language": ""})
    assert wanted(home, ANNA).language == ""
    assert home.person(ANNA).language == "de"


def test_the_rest_of_a_person_cannot_be_changed(home: Home, ask: Asking) -> None:
    """A mail is forwarded easily: its link changes no address, name, role or country."""
    before = home.person(ANNA)
    ask.post(f"/p/{home.token(ANNA)}", data={"address": "x@y.example", "name": "X", "role": "x", "country": "FR"})
    assert home.person(ANNA) == before


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ({"topic:funding": "love"}, "topic-1"),
        ({"language": "tlh"}, "language"),
        ({"language": "../de"}, "language"),
    ],
)
def test_what_is_not_offered_is_refused(home: Home, ask: Asking, form: dict[str, str], row: str) -> None:
    """A value that the page does not offer comes back beside its field, and nothing of the form is saved."""
    answer = ask.post(f"/p/{home.token(ANNA)}", data={"topic:policy": "follow", **form})
    assert answer.status_code == 422
    assert f'href="#{row}"' in answer.text
    assert f'id="{row}-fault"' in answer.text
    assert wishes(home, ANNA) == {"topic:funding": "follow"}


def test_an_unknown_topic_makes_no_wish(home: Home, ask: Asking) -> None:
    """Only topics that there are can be wished for; keys of other kinds cannot be written through the form."""
    ask.post(f"/p/{home.token(ANNA)}", data={"topic:nonsense": "follow", "newsletter:weekly": "follow"})
    assert wishes(home, ANNA) == {"topic:funding": "follow"}


def test_an_inert_link_takes_no_wish(home: Home, ask: Asking) -> None:
    """A preview shows the choices, nobody's own, and saves nothing."""
    inert = home.token(ANNA, inert=True)
    page = ask.get(f"/p/{inert}")
    assert page.status_code == 200
    assert "klinik" not in page.text
    assert " checked" in page.text
    assert 'value="follow" checked' not in page.text
    assert ask.post(f"/p/{inert}", data={"topic:policy": "follow"}).status_code == 200
    assert wishes(home, ANNA) == {"topic:funding": "follow"}


def test_nobody_is_left_where_somebody_was_erased(home: Home, ask: Asking) -> None:
    """The link of a person who was erased shows and saves nothing."""
    token = home.token(ANNA)
    with writing(home.app.engine) as db:
        erase(db, home.person(ANNA).id, by="test", now=NOW)
    for answer in (ask.get(f"/p/{token}"), ask.post(f"/p/{token}", data={"topic:policy": "follow"})):
        assert answer.status_code == 200
        assert "<form" not in answer.text


def test_a_damaged_link_is_no_page(ask: Asking) -> None:
    """Without a token of ours there is nothing."""
    assert ask.get("/p/x").status_code == ask.post("/p/x").status_code == 404


def shown_in(page: str) -> str:
    """What a page says that it shows, as a browser sends it back."""
    found = re.search(r'name="shown" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_second_tab_takes_back_nothing_that_the_first_has_changed(home: Home, ask: Asking) -> None:
    """Both showed the same; what each changed is kept, boxes as one choice; the last's counts where both did."""
    path = f"/p/{home.token(ANNA)}"
    shown = shown_in(ask.get(path).text)
    sent = dict(parse_qsl(shown, keep_blank_values=True)) | {"shown": shown}
    first = {"frequency": "weekly", "day:mon": "yes", "topic:genomics": "mute", "hour": "7", "length": "short"}
    ask.post(path, data=sent | first)
    answer = ask.post(path, data=sent | {"length": "full", "topic:funding": "mute", "pause": "none"})
    person = wanted(home, ANNA)
    assert (person.frequency, person.days, person.hour, person.length) == ("weekly", "mon", 7, "full")
    assert wishes(home, ANNA) == {"topic:genomics": "mute", "topic:funding": "mute"}
    assert 'id="topic-2-mute" value="mute" checked' in answer.text


def test_a_second_tab_with_a_fault_still_knows_what_it_had_shown(home: Home, ask: Asking) -> None:
    """The form that comes back says what the first one showed: what was left alone in it is not taken for a change."""
    path = f"/p/{home.token(ANNA)}"
    shown = shown_in(ask.get(path).text)
    sent = dict(parse_qsl(shown, keep_blank_values=True)) | {"shown": shown}
    ask.post(path, data=sent | {"frequency": "weekly"})
    page = ask.post(path, data=sent | {"hour": "99"})
    assert page.status_code == 422
    assert shown_in(page.text) == shown
