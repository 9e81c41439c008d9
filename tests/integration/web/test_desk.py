"""The desk: what stands there, and what a reader's mail looks like before it leaves."""

import pytest

from newsletter.app.preview import preview
from newsletter.app.sending_now import send_issue
from newsletter.db.engine import writing
from newsletter.issues import store as issue_store
from newsletter.outbox import alert_store
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, SALMA, Home
from tests.integration.web.asking import Asking


def test_the_root_leads_to_the_desk(ask: Asking) -> None:
    """Who opens the bare address on this machine finds the desk."""
    answer = ask.get("/")
    assert answer.status_code == 302
    assert answer.headers["location"] == "desk"


def test_the_desk_tells_dates_in_words(ask: Asking) -> None:
    """A newsletter is listed with its next three dates, in its own zone, in words."""
    text = ask.get("/desk").text
    assert "Monday 23 November 2026, 08:00" in text
    assert "Monday 30 November 2026, 08:00" in text
    assert "Europe/Berlin" in text


def test_issues_are_listed_in_screen_words(home: Home, ask: Asking) -> None:
    """People read: for review, going out, sent; and counts that are handed over, left out."""
    assert "for review" in ask.get("/desk").text
    home.approve()
    assert "going out" in ask.get("/desk").text
    send_issue(home.app, "weekly", by="a test", wait=True)
    text = ask.get("/desk").text
    assert "handed over" in text
    assert "in_review" not in text


def test_what_waits_is_told_with_its_end(home: Home, ask: Asking) -> None:
    """An open alert stands on the desk with the command that ends it, until it is closed."""
    assert "Nothing waits for somebody" in ask.get("/desk").text
    with writing(home.app.engine) as db:
        alert_store.raise_alert(db, "k", "the relay <refuses> us", remedy="newsletter issue resume weekly/1", now=NOW)
    text = ask.get("/desk").text
    assert "the relay &lt;refuses&gt; us" in text
    assert "newsletter issue resume weekly/1" in text
    with writing(home.app.engine) as db:
        alert_store.close_alert(db, "k", now=NOW)
    assert "Nothing waits for somebody" in ask.get("/desk").text


def test_a_paused_issue_says_why(home: Home, ask: Asking) -> None:
    """Beside the state stands why an issue is paused, and the command that lets it go on."""
    with writing(home.app.engine) as db:
        issue_store.pause_issue(db, home.issue.id, now=NOW, reason="the login was refused")
    assert "the login was refused" in ask.get("/desk").text
    assert "newsletter issue resume weekly/1" in ask.get("/desk/issues/1").text


@pytest.mark.parametrize("address", [ANNA, BRUNO, SALMA])
def test_the_frame_is_the_preview(home: Home, ask: Asking, address: str) -> None:
    """What the frame shows is the preview of that reader, but for the desk's own dressing."""
    html = ask.get("/desk/issues/1/mail", params={"as": address, "look": "dark"}).text
    expected = preview(home.app, home.issue, address=address).html
    undressed = (
        html.replace('<base target="_blank">', "")
        .replace("@media all", "@media (prefers-color-scheme: dark)")
        .replace("scheme: dark", "scheme: light dark")
        .replace("prefers-color-scheme: light dark", "prefers-color-scheme: dark")
    )
    assert undressed == expected


def test_the_frame_is_sandboxed(ask: Asking) -> None:
    """A post's markup can do nothing in the frame: no script, no form, no cookie, no other server."""
    policy = ask.get("/desk/issues/1/mail").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy


def test_an_issue_shows_why(ask: Asking) -> None:
    """The page says why each story is there and why others are not, in words."""
    text = ask.get("/desk/issues/1", params={"as": ANNA}).text
    assert "Sie folgen Förderung" in text
    assert "under no topic that this reader follows" in text
    assert "not_followed" not in text


def test_the_text_part_is_shown(home: Home, ask: Asking) -> None:
    """The look `text` shows the very text part."""
    text = ask.get("/desk/issues/1", params={"as": ANNA, "look": "text"}).text
    assert "<iframe" not in text
    assert "Guten Tag Anna Meier," in text


def test_readers_are_offered(ask: Asking) -> None:
    """Readers of different languages stand there to be chosen, with what makes them different."""
    text = ask.get("/desk/issues/1").text
    for address in (ANNA, BRUNO, SALMA):
        assert address in text
    assert "French, follows 2 topics" in text


@pytest.mark.parametrize("address", ["nobody@example.org", "no address", "<b>@example.org", "a@b@c"])
def test_an_unknown_reader_is_told(ask: Asking, address: str) -> None:
    """An address of nobody, or none at all, is said in words, escaped; the frame has nothing to show."""
    answer = ask.get("/desk/issues/1", params={"as": address})
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<b>@" not in answer.text
    assert ask.get("/desk/issues/1/mail", params={"as": address}).status_code == 404


def test_who_has_left_gets_no_mail(home: Home, ask: Asking) -> None:
    """Through the eyes of somebody who left there is no mail, and the desk says why."""
    ask.post(f"/u/{home.token(ANNA)}", data={"List-Unsubscribe": "One-Click"})
    answer = ask.get("/desk/issues/1", params={"as": ANNA})
    assert answer.status_code == 200
    assert "left the newsletter or its lists" in answer.text
    assert "<iframe" not in answer.text


@pytest.mark.parametrize("number", ["2", "99999999999999999999", "0"])
def test_an_unknown_issue_is_not_found(ask: Asking, number: str) -> None:
    """Issues that are not there are 404, absurd numbers too."""
    assert ask.get(f"/desk/issues/{number}").status_code == 404
    assert ask.get(f"/desk/issues/{number}/mail").status_code == 404
