"""Beside the leave button: less often, a pause; after it: what still comes, leaving everything, and the ways back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.app.leaves_meant import FILE_NAME
from newsletter.app.portions import plan_some
from newsletter.app.sending_now import send_issue
from newsletter.app.setup import apply_setup
from newsletter.db.engine import reading
from newsletter.feedback.tables import feedback_events
from newsletter.outbox.tables import deliveries
from subscribers.consent.consent import SuppressionKind
from subscribers.doors import still_mailable
from subscribers.people.show import show
from subscribers.subscriber import Recipient, Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes.prefer import wanted_in
from tests.fakes.home import ANNA, BRUNO, SALMA, Home
from tests.integration.web.asking import Asking
from tests.integration.web.two_newsletters import with_two

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MASKED = "a...r@klinik.example"


def wanted(home: Home, scope: str = "newsletter:weekly") -> Subscriber:
    with reading(home.app.engine) as db:
        return wanted_in(db, home.person(ANNA), scope)


def comes(home: Home, lists: str, newsletter: str, address: str = ANNA) -> bool:
    with reading(home.app.engine) as db:
        person = home.person(address).id
        return isinstance(still_mailable(db, [person], [lists], opt_out=f"newsletter:{newsletter}")[person], Recipient)


def buttons(page: str) -> list[str]:
    return re.findall(r'<form method="post" action="\.\./(?:\.\./)?u/[^/"]+(/\w+)?"', page)


def test_the_page_says_whom_it_concerns_and_what_ends(home: Home, ask: Asking) -> None:
    """The masked person, the newsletter, what goes on, and for a forwarded mail that it is somebody else's."""
    with_two(home, ANNA)
    page = ask.get(f"/u/{home.token(ANNA)}").text
    assert page.count(MASKED) == 3
    assert ANNA not in page
    assert "Funding Calls Daily" in page
    assert "Minutes of the board" not in page
    assert "jemand anderem" in page
    assert 'href="../join/weekly"' in page


def test_less_often_is_a_button_and_can_be_taken_back(home: Home, ask: Asking) -> None:
    """Less often counts for this newsletter only; the way back leads to what was before."""
    token = home.token(ANNA)
    page = ask.post(f"/u/{token}/less", data={"frequency": "monthly"})
    assert page.status_code == 200
    assert wanted(home).frequency == "monthly"
    assert wanted(home, "newsletter:calls").frequency == "every"
    assert 'name="frequency" value="every"' in page.text
    ask.post(f"/u/{token}/less", data={"frequency": "every"})
    assert wanted(home).frequency == "every"


def test_only_what_is_less_is_offered(home: Home, ask: Asking) -> None:
    """Once a week is no less of a newsletter that comes once a week; of a daily one it is."""
    token = home.token(ANNA)
    assert 'value="weekly"' not in ask.get(f"/u/{token}").text
    assert 'value="monthly"' in ask.get(f"/u/{token}").text
    (home.app.home / "daily.toml").write_text('[[newsletter]]\nslug = "weekly"\nschedule = "0 8 * * *"\n')
    apply_setup(home.app, home.app.home / "daily.toml")
    assert 'value="weekly"' in ask.get(f"/u/{token}").text
    ask.post(f"/u/{token}/less", data={"frequency": "monthly"})
    assert 'value="monthly"' not in ask.get(f"/u/{token}").text


def test_a_pause_is_a_button_and_can_be_ended(home: Home, ask: Asking) -> None:
    """Four or eight weeks from the reader's own day; the page tells until when, and ends it."""
    token = home.token(ANNA)
    for weeks in (4, 8):
        page = ask.post(f"/u/{token}/pause", data={"weeks": str(weeks)})
        until = home.app.clock.now().date() + timedelta(weeks=weeks)
        assert wanted(home).paused_until == until.isoformat()
        assert f"{until.day}. " in page.text
    assert home.person(ANNA).paused_until == ""
    ask.post(f"/u/{token}/pause", data={"weeks": "0"})
    assert wanted(home).paused_until == ""


@pytest.mark.parametrize(
    ("path", "form"), [("less", {}), ("less", {"frequency": "never"}), ("pause", {"weeks": "5"}), ("pause", {})]
)
def test_what_is_not_offered_is_refused(home: Home, ask: Asking, path: str, form: dict[str, str]) -> None:
    """Anything else is 400 and changes nothing."""
    before = wanted(home)
    assert ask.post(f"/u/{home.token(ANNA)}/{path}", data=form).status_code == 400
    assert wanted(home) == before


def test_after_leaving_the_page_says_what_still_comes(home: Home, ask: Asking) -> None:
    """One click leaves that newsletter and no other; the rest is named, and all of it can be left."""
    with_two(home, ANNA)
    page = ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK).text
    assert not comes(home, "members", "weekly")
    assert comes(home, "press", "calls")
    assert "Funding Calls Daily" in page
    assert buttons(page) == ["/undo", "/everything"]


def test_leaving_everything_ends_every_list(home: Home, ask: Asking) -> None:
    """Every list is left, the address is suppressed as `left`, leaves.log has it, and twice is as good as once."""
    with_two(home, ANNA)
    for _ in range(2):
        answer = ask.post(f"/u/{home.token(ANNA)}/everything")
        assert answer.status_code == 200
    assert not comes(home, "members", "weekly")
    assert not comes(home, "press", "calls")
    person = home.person(ANNA)
    with reading(home.app.engine) as db:
        assert suppression_store.open_suppressions(db, person.address_hash) == {SuppressionKind.LEFT}
        assert {one.state.value for one in show(db, ANNA).subscriptions} == {"left"}
        assert len(db.execute(select(feedback_events)).all()) == 1
    log = [line for line in (home.app.home / FILE_NAME).read_text(encoding="utf-8").splitlines() if line]
    assert len(log) == 1
    assert '"everything"' in log[0]
    assert buttons(answer.text) == ["/again"]


def test_leaving_and_then_everything_is_one_departure_of_the_issue(home: Home, ask: Asking) -> None:
    """An issue's figures count a person once."""
    ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK)
    ask.post(f"/u/{home.token(ANNA)}/everything")
    with reading(home.app.engine) as db:
        assert len(db.execute(select(feedback_events)).all()) == 1


def test_only_a_fresh_mail_leads_back_from_everything(home: Home, ask: Asking) -> None:
    """Whoever holds an old mail cannot bring its reader back: undo does not, and signing up again asks the mailbox."""
    token = home.token(ANNA)
    ask.post(f"/u/{token}/everything")
    assert buttons(ask.post(f"/u/{token}/undo").text) == ["/again"]
    page = ask.post(f"/u/{token}/again", client="192.0.2.7")
    assert page.status_code == 200
    assert MASKED in page.text
    assert buttons(page.text) == []
    assert not comes(home, "members", "weekly")
    with reading(home.app.engine) as db:
        notices = [row.notice for row in db.execute(select(deliveries.c.notice).where(deliveries.c.notice != ""))]
    assert len(notices) == 1


def test_who_has_not_left_everything_is_asked_nothing(home: Home, ask: Asking) -> None:
    """The button to sign up again sends nobody mail who gets the newsletter anyway."""
    ask.post(f"/u/{home.token(ANNA)}/again")
    with reading(home.app.engine) as db:
        assert db.execute(select(deliveries)).all() == []


def sending(home: Home) -> dict[int, str]:
    send_issue(home.app, "weekly/1", by="a test", wait=True)
    with reading(home.app.engine) as db:
        return {row.subscriber_id: row.reason or row.state for row in db.execute(select(deliveries))}


@pytest.mark.parametrize(
    ("path", "form", "reason"),
    [
        ("", ONE_CLICK, "unsubscribed"),
        ("/everything", {}, "suppressed:left"),
        ("/pause", {"weeks": "4"}, "paused"),
    ],
    ids=["one click", "everything", "pause"],
)
def test_it_counts_for_what_is_planned_already(
    home: Home, ask: Asking, path: str, form: dict[str, str], reason: str
) -> None:
    """A delivery that was planned before the button was pressed is not made; everybody else gets theirs."""
    home.approve()
    send_issue(home.app, "weekly/1", by="a test", wait=False)
    while plan_some(home.app):
        pass
    with reading(home.app.engine) as db:
        assert len(db.execute(select(deliveries)).all()) == 3
    ask.post(f"/u/{home.token(ANNA)}{path}", data=form)
    told = sending(home)
    assert told.pop(home.person(ANNA).id) == reason
    assert set(told.values()) == {"accepted"}
    assert set(told) == {home.person(BRUNO).id, home.person(SALMA).id}


ODD: dict[str, dict[str, Any]] = {
    "charset": {"headers": {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}},
    "line end": {"content": b"List-Unsubscribe=One-Click\r\n"},
    "json's name": {"headers": {"Content-Type": "application/json"}},
    "odd letters": {"headers": {"Content-Type": "APPLICATION/X-WWW-FORM-URLENCODED"}},
    "text with a line end": {"content": b"List-Unsubscribe=One-Click\r\n", "headers": {"Content-Type": "text/plain"}},
    "unknown type": {"headers": {"Content-Type": "???"}},
    "other fields too": {"content": b"a=b&List-Unsubscribe=One-Click&c"},
    "cookies": {"headers": {"Cookie": "a=b; session=x"}},
    "another origin": {"headers": {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}},
    "a query": {},
}


@pytest.mark.parametrize("odd", ODD, ids=ODD.keys())
def test_mail_clients_post_in_odd_ways(home: Home, ask: Asking, odd: str) -> None:
    """RFC 8058 asks clients for one body; how they name and send it is not the reader's fault."""
    path = f"/u/{home.token(ANNA)}{'?utm_source=x' if odd == 'a query' else ''}"
    answer = ask.post(path, **{"content": b"List-Unsubscribe=One-Click", **ODD[odd]})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert not comes(home, "members", "weekly")


def test_a_multipart_of_its_own_kind_counts(home: Home, ask: Asking) -> None:
    """The second form that RFC 8058, section 3.2, allows, as a client spells it: a quoted boundary, typed parts."""
    body = (
        b'--=_x\r\nContent-Type: text/plain; charset="utf-8"\r\n'
        b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--=_x--\r\n'
    )
    answer = ask.post(
        f"/u/{home.token(ANNA)}", content=body, headers={"Content-Type": 'Multipart/Form-Data; boundary="=_x"'}
    )
    assert answer.status_code == 200
    assert not comes(home, "members", "weekly")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH"])
def test_other_methods_end_nothing(home: Home, ask: Asking, method: str) -> None:
    """Only a POST leaves; whatever else is asked is refused, and says what is allowed."""
    answer = ask(method, f"/u/{home.token(ANNA)}", content=b"List-Unsubscribe=One-Click")
    assert answer.status_code == 405
    assert {one.strip() for one in answer.headers["allow"].split(",")} <= {"GET", "HEAD", "POST"}
    assert comes(home, "members", "weekly")


def test_pages_of_a_mail_stay_with_their_reader(home: Home, ask: Asking) -> None:
    """Not indexed, not cached, no referrer: the address of the page is the right to it."""
    token = home.token(ANNA)
    asked: list[Callable[[], Any]] = [
        lambda: ask.get(f"/u/{token}"),
        lambda: ask.get(f"/p/{token}"),
        lambda: ask.post(f"/p/{token}", data={"hour": "99"}),
        lambda: ask.post(f"/u/{token}", data=ONE_CLICK),
        lambda: ask.post(f"/u/{token}/everything"),
    ]
    for asking in asked:
        headers = asking().headers
        assert "noindex" in headers["x-robots-tag"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "no-store" in headers["cache-control"]


def test_an_inert_link_changes_nothing_by_any_button(home: Home, ask: Asking) -> None:
    """Each button of a preview's page answers, and changes nothing."""
    before, inert = wanted(home), home.token(ANNA, inert=True)
    for path, form in (
        ("less", {"frequency": "monthly"}),
        ("pause", {"weeks": "4"}),
        ("everything", {}),
        ("again", {}),
    ):
        answer = ask.post(f"/u/{inert}/{path}", data=form)
        assert answer.status_code == 200
        assert "klinik" not in answer.text
    assert wanted(home) == before
    assert comes(home, "members", "weekly")
