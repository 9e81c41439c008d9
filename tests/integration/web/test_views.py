"""Digests in the browser: one's own, and the one for everybody."""

import email
import email.policy
from pathlib import Path

import pytest

from newsletter.app.posts import move_post
from newsletter.app.preview import preview
from newsletter.app.sending_now import send_issue
from tests.fakes.home import ANNA, BRUNO, Home
from tests.integration.web.asking import Asking


def mails(folder: Path) -> dict[str, str]:
    """Give the HTML of each mail in a Maildir by its recipient, with the line ends of a page."""
    found = {}
    for path in sorted((folder / "new").iterdir()):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        html = mail.get_body(("html",))
        assert html is not None
        found[str(mail["To"])] = str(html.get_content()).replace("\r\n", "\n")
    return found


def test_the_own_view_is_the_mail(home: Home, ask: Asking) -> None:
    """After sending, the page of a reader's link is the HTML of the mail that they got."""
    home.approve()
    send_issue(home.app, "weekly", by="a test", wait=True)
    sent = mails(home.app.home / "sent")
    assert set(sent) >= {ANNA, BRUNO}
    for address in (ANNA, BRUNO):
        page = ask.get(f"/v/{home.token(address)}")
        assert page.status_code == 200
        assert page.text.strip() == sent[address].strip()


def test_the_own_view_keeps_the_stories_that_were_sent(home: Home, ask: Asking) -> None:
    """Wishes that change after sending do not change what the page shows; a withdrawal does."""
    home.approve()
    send_issue(home.app, "weekly", by="a test", wait=True)
    ask.post(f"/p/{home.token(BRUNO)}", data={"topic:genomics": "mute"})
    assert "Registre des maladies rares" in ask.get(f"/v/{home.token(BRUNO)}").text
    (withdrawn,) = [one.post_id for one in preview(home.app, home.issue, address=ANNA).chosen][:1]
    move_post(home.app, withdrawn, "withdrawn", why="wrong", by="a test")
    assert "Joint call 2027" not in ask.get(f"/v/{home.token(ANNA)}").text


def test_before_a_delivery_the_view_is_what_one_would_get(home: Home, ask: Asking) -> None:
    """An approved issue that is not sent yet shows the present choice, with the reader's own links."""
    home.approve()
    page = ask.get(f"/v/{home.token(BRUNO)}").text
    assert "Registre des maladies rares" in page
    assert f"/u/{home.token(BRUNO)}" in page


def test_an_inert_view_shows_nobodys_digest(home: Home, ask: Asking) -> None:
    """Anybody can make an inert token: it shows what everybody may see, and before approval nothing but words."""
    inert = home.token(BRUNO, inert=True)
    assert "One million genomes" not in ask.get(f"/v/{inert}").text
    home.approve()
    page = ask.get(f"/v/{inert}").text
    assert "One million genomes" in page
    assert "Bruno" not in page
    assert inert not in page


def test_an_unapproved_issue_is_not_public(home: Home, ask: Asking) -> None:
    """Before approval nobody sees an issue, by its address or by a live token."""
    assert ask.get("/issues/weekly/1").status_code == 404
    assert "One million genomes" not in ask.get(f"/v/{home.token(BRUNO)}").text


@pytest.mark.parametrize(
    "path", ["/issues/weekly/2", "/issues/other/1", "/issues/weekly/99999999999999999999", "/issues/1/1"]
)
def test_what_is_not_there_is_not_found(home: Home, ask: Asking, path: str) -> None:
    """Unknown newsletters and numbers, also absurd ones, are 404."""
    home.approve()
    assert ask.get(path).status_code == 404
