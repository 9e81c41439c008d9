"""Leaving by a mail's link: what mailboxes post, what scanners open, what people press."""

from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter.app.leaves_meant import FILE_NAME
from newsletter.db.engine import reading, writing
from newsletter.feedback.tables import feedback_events
from subscribers.consent.consent import Act, Consent
from subscribers.doors import still_mailable
from subscribers.people.erase import erase
from subscribers.people.show import show
from subscribers.subscriber import NotMailable
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, SALMA, Home
from tests.integration.web.asking import Asking

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
# As mailboxes send it: RFC 8058, section 3.2, wants multipart or urlencoded; some forget to say which.
BODIES: dict[str, dict[str, Any]] = {
    "urlencoded": {"data": ONE_CLICK},
    "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
    "no type": {"content": b"List-Unsubscribe=One-Click"},
    "text": {"content": b"List-Unsubscribe=One-Click", "headers": {"Content-Type": "text/plain"}},
    "small letters": {"data": {"list-unsubscribe": "one-click"}},
}


def written(home: Home) -> list[str]:
    """Give the lines of leaves.log; a blank one sets the next apart from half a line."""
    return [line for line in (home.app.home / FILE_NAME).read_text(encoding="utf-8").splitlines() if line]


def has_left(home: Home, address: str) -> bool:
    with reading(home.app.engine) as db:
        person = home.person(address).id
        answer = still_mailable(db, [person], ["members"], opt_out="newsletter:weekly")[person]
    return answer == NotMailable("unsubscribed")


def leaves(home: Home, address: str) -> list[Consent]:
    with reading(home.app.engine) as db:
        return [one for one in show(db, address).consents if one.act in {Act.LEFT, Act.UNDONE}]


def events(home: Home) -> int:
    with reading(home.app.engine) as db:
        return int(db.execute(select(func.count()).select_from(feedback_events)).scalar_one())


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_one_click_leaves_at_once(home: Home, ask: Asking, body: dict[str, Any]) -> None:
    """What a mailbox posts for its reader counts at once: 200, no cookie, no redirect, nobody else concerned."""
    answer = ask.post(f"/u/{home.token(ANNA)}", **body)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "location" not in answer.headers
    assert has_left(home, ANNA)
    assert not has_left(home, BRUNO)


def test_leaving_leaves_a_proof(home: Home, ask: Asking) -> None:
    """A departure is provable: act, newsletter, evidence, network address, and one event of the issue."""
    ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK, client="192.0.2.7")
    (consent,) = leaves(home, ANNA)
    assert (consent.act, consent.key, consent.by) == (Act.LEFT, "newsletter:weekly", "reader")
    assert consent.network_address == "192.0.2.7"
    assert "weekly/1" in consent.evidence
    assert "8058" in consent.evidence
    with reading(home.app.engine) as db:
        event = db.execute(select(feedback_events)).one()
    assert (event.kind, event.issue_id, event.subscriber_id) == ("unsubscribe", home.issue.id, home.person(ANNA).id)
    assert "192.0.2.7" not in event.details


def test_departures_stand_outside_the_database_too(home: Home, ask: Asking) -> None:
    """A restored backup must not mail who has left: leaves.log knows, by hash and without the address."""
    ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK)
    ask.post(f"/u/{home.token(ANNA)}/undo")
    log = written(home)
    assert [line.count("newsletter:weekly") for line in log] == [1, 1]
    assert all(home.person(ANNA).address_hash in line for line in log)
    assert not any("anna" in line for line in log)


def test_posting_again_is_as_good_as_once(home: Home, ask: Asking) -> None:
    """Mailboxes repeat their POST: 200 each time, one consent record, one event, one line."""
    for _ in range(3):
        assert ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK).status_code == 200
    assert len(leaves(home, ANNA)) == 1
    assert events(home) == 1
    assert len(written(home)) == 1


def test_the_page_asks_and_its_button_leaves(home: Home, ask: Asking) -> None:
    """The page names the newsletter and a masked address, and posts to itself; then it offers the way back."""
    page = ask.get(f"/u/{home.token(BRUNO)}")
    assert page.status_code == 200
    assert "Personalised Medicine Weekly" in page.text
    assert "@recherche.example" in page.text
    assert BRUNO not in page.text
    assert 'method="post"' in page.text
    assert not has_left(home, BRUNO)
    after = ask.post(f"/u/{home.token(BRUNO)}", data={**ONE_CLICK, "from": "page"})
    assert f"u/{home.token(BRUNO)}/undo" in after.text
    assert "button" in leaves(home, BRUNO)[0].evidence


def test_leaving_can_be_taken_back(home: Home, ask: Asking) -> None:
    """Undo ends the opt-out, is on record, and may be pressed twice."""
    ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK)
    for _ in range(2):
        assert ask.post(f"/u/{home.token(ANNA)}/undo").status_code == 200
    assert not has_left(home, ANNA)
    assert [one.act for one in leaves(home, ANNA)] == [Act.LEFT, Act.UNDONE]


def test_leaving_after_coming_back_counts_again(home: Home, ask: Asking) -> None:
    """The old link of somebody who came back still works."""
    for path in ("", "/undo", ""):
        ask.post(f"/u/{home.token(ANNA)}{path}", data=ONE_CLICK)
    assert has_left(home, ANNA)


def test_a_post_without_one_click_changes_nothing(home: Home, ask: Asking) -> None:
    """Only the agreed body leaves (RFC 8058, section 3.1): anything else is 400."""
    for body in ({}, {"data": {"List-Unsubscribe": "maybe"}}, {"content": b"\xff\x00"}):
        assert ask.post(f"/u/{home.token(ANNA)}", **body).status_code == 400
    assert not has_left(home, ANNA)


@pytest.mark.parametrize(
    ("body", "type_", "status"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a%d=1" % n for n in range(600)), "application/x-www-form-urlencoded", 400),
        (b"not multipart at all", "multipart/form-data", 400),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b", 400),
    ],
    ids=["too large", "too many fields", "no boundary", "broken"],
)
def test_a_broken_form_is_refused(home: Home, ask: Asking, body: bytes, type_: str, status: int) -> None:
    """A body that is too large or broken is refused in words and changes nothing."""
    answer = ask.post(f"/u/{home.token(ANNA)}", content=body, headers={"Content-Type": type_})
    assert answer.status_code == status
    assert not has_left(home, ANNA)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_damaged_link_tells_nothing(home: Home, ask: Asking, method: str) -> None:
    """Damaged, unknown and foreign tokens all get the same page, 404, without a hint at anybody."""
    live = home.token(ANNA)
    nowhere = home.app.keys.tokens.encode([(999_999, home.person(ANNA).id)])[0]
    damaged = [live[:-1], live[:-1] + ("A" if live[-1] != "A" else "B"), "x", "0" * 24, nowhere, live + "0"]
    answers = [ask(method, f"/u/{token}", data=ONE_CLICK if method == "POST" else None) for token in damaged]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert not has_left(home, ANNA)


def test_an_inert_link_changes_nothing(home: Home, ask: Asking) -> None:
    """Previews and test mails carry a token that changes nothing and names nobody: anybody can make one."""
    inert = home.token(ANNA, inert=True)
    for answer in (ask.get(f"/u/{inert}"), ask.post(f"/u/{inert}", data=ONE_CLICK), ask.post(f"/u/{inert}/undo")):
        assert answer.status_code == 200
        assert "preview" in answer.text
        assert "klinik" not in answer.text
    assert not has_left(home, ANNA)
    assert events(home) == 0


def test_somebody_erased_is_answered_kindly(home: Home, ask: Asking) -> None:
    """An old mail's button still answers 200 for people who were erased."""
    token = home.token(ANNA)
    with writing(home.app.engine) as db:
        erase(db, home.person(ANNA).id, by="test", now=NOW)
    assert ask.get(f"/u/{token}").status_code == 200
    assert ask.post(f"/u/{token}", data=ONE_CLICK).status_code == 200
    assert events(home) == 0


def test_no_slash_redirects_a_one_click(home: Home, ask: Asking) -> None:
    """RFC 8058, section 3.1: the answer to the POST is never a redirect, not even for a slash too many."""
    assert ask.post(f"/u/{home.token(ANNA)}/", data=ONE_CLICK).status_code == 404


def test_the_page_speaks_the_readers_language(home: Home, ask: Asking) -> None:
    """Words, language and direction are the reader's; a link that leads nowhere follows the browser."""
    german, arabic = ask.get(f"/u/{home.token(ANNA)}").text, ask.get(f"/u/{home.token(SALMA)}").text
    assert '<html lang="de" dir="ltr">' in german
    assert "abbestellen" in german
    assert '<html lang="ar" dir="rtl">' in arabic
    lost = ask.get("/u/x", headers={"Accept-Language": "xx, fr-CA;q=0.9, de;q=0.5"})
    assert '<html lang="fr"' in lost.text
    assert lost.headers["vary"] == "Accept-Language"
    assert '<html lang="en"' in ask.get("/u/x").text


def test_a_proxy_tells_the_network_address_only_if_trusted(home: Home, ask: Asking) -> None:
    """X-Forwarded-For counts from the right and from trusted proxies alone; else anybody could write the evidence."""
    forwarded = {"X-Forwarded-For": "203.0.113.99, 198.51.100.4, 10.1.2.3"}
    ask.post(f"/u/{home.token(ANNA)}", data=ONE_CLICK, headers=forwarded, client="10.1.0.9")
    ask.post(f"/u/{home.token(BRUNO)}", data=ONE_CLICK, headers=forwarded, client="192.0.2.8")
    assert leaves(home, ANNA)[0].network_address == "198.51.100.4"
    assert leaves(home, BRUNO)[0].network_address == "192.0.2.8"
