"""Programs open every link of a mail before its reader does. Opening one changes nothing, by GET or HEAD."""

import mailbox
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from urllib.parse import urljoin

import pytest
from sqlalchemy import select

import newsletter.feedback.tables
import newsletter.issues.tables
import newsletter.outbox.tables
import newsletter.sources.tables
import subscribers.tables
from newsletter.app.leaves_meant import FILE_NAME
from newsletter.app.sending_now import send_issue
from newsletter.db.engine import reading, writing
from subscribers.consent.fresh_link import Purpose, make_link
from tests.fakes.home import ANNA, BRUNO, SALMA, Home
from tests.integration.web.asking import Asking
from tests.integration.web.two_newsletters import with_two

WATCHED = [
    subscribers.tables.metadata,
    newsletter.feedback.tables.metadata,
    newsletter.issues.tables.metadata,
    newsletter.outbox.tables.metadata,
    newsletter.sources.tables.metadata,
]
ROOT = "http://127.0.0.1:8000"


def contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    with reading(home.app.engine) as db:
        return {
            table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr)
            for metadata in WATCHED
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_changes_nothing(home: Home, ask: Asking, method: str) -> None:
    """GET and HEAD on every page that a mail links, live, inert or damaged, leave every row as it is."""
    home.approve()
    before = contents(home)
    for token in (home.token(ANNA), home.token(ANNA, inert=True), "damaged"):
        for path in (f"/u/{token}", f"/p/{token}", f"/p/{token}/account", f"/v/{token}"):
            ask(method, path)
        for button in ("undo", "everything", "again", "less?frequency=monthly", "pause?weeks=4"):
            ask(method, f"/u/{token}/{button}")
    for path in ("/issues/weekly/1", "/events/1.ics", "/desk", "/desk/issues/1", "/desk/issues/1/mail", "/healthz"):
        ask(method, path)
    assert contents(home) == before
    assert not (home.app.home / FILE_NAME).exists()


def test_undo_is_no_link(home: Home, ask: Asking) -> None:
    """Taking back needs the button: the address of undo cannot be opened."""
    assert ask.get(f"/u/{home.token(ANNA)}/undo").status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_fresh_link_changes_nothing(home: Home, ask: Asking, method: str) -> None:
    """Neither the page of one's data with all that it links, nor that of a new address, is used up by looking."""
    anna = home.person(ANNA)
    content = {"newsletter": "weekly", "old": ANNA, "new": "anna@neu.example"}
    now, day = home.app.clock.now(), timedelta(days=1)
    with writing(home.app.engine) as db:
        account, address = (
            home.app.keys.links.encode(make_link(db, anna.id, one, content, life=day, now=now).id)
            for one in (Purpose.ACCOUNT, Purpose.ADDRESS)
        )
    before = contents(home)
    paths = (f"/a/{account}", f"/a/{account}/data.json", f"/a/{account}/erase", f"/n/{address}", "/account")
    assert [ask(method, path).status_code for path in paths] == [200] * len(paths)
    for path in (f"/a/{account}/again", f"/a/{account}/address", f"/p/{home.token(ANNA)}/account"):
        assert ask(method, path).status_code == 405
    assert contents(home) == before
    assert not (home.app.home / FILE_NAME).exists()


def links_of_mails(home: Home) -> set[str]:
    """Give every address that stands in the mails that were sent: in headers, in the text, and in the HTML."""
    found: set[str] = set()
    for kept in mailbox.Maildir(str(home.app.home / "sent"), create=False):
        mail = message_from_bytes(kept.as_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found |= set(re.findall(r"https?://[^\s>]+", str(mail["List-Unsubscribe"])))
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                found |= set(re.findall(r"https?://[^\s\"'<>)]+", unescape(part.get_content())))
    return found


def links_of_page(url: str, html: str) -> set[str]:
    """Give what a page links, loads and posts to: some scanners open the actions of forms too."""
    return {urljoin(url, unescape(one)) for one in re.findall(r'(?:href|src|action)="([^"#]+)', html)}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_scanners_of_real_mails_change_nothing(home: Home, ask: Asking, method: str) -> None:
    """Row 40: every link of the mails that were sent, and every link of each page behind them, changes no row.

    One reader has left, one is paused: their pages have other buttons than those of the third.
    """
    with_two(home, ANNA, BRUNO)
    home.approve()
    send_issue(home.app, "weekly", by="a test", wait=True)
    ask.post(f"/u/{home.token(BRUNO)}", data={"List-Unsubscribe": "One-Click"})
    ask.post(f"/u/{home.token(SALMA)}/pause", data={"weeks": "4"})
    before, log = contents(home), (home.app.home / FILE_NAME).read_bytes()
    queue, seen = links_of_mails(home), set[str]()
    assert {f"{ROOT}/{way}/{home.token(one)}" for way in "upv" for one in (ANNA, BRUNO, SALMA)} <= queue
    while queue:
        url = queue.pop()
        seen.add(url)
        if url.startswith(f"{ROOT}/"):
            answer = ask.get(url.removeprefix(ROOT))
            ask(method, url.removeprefix(ROOT))
            assert answer.status_code < 500, url
            if answer.headers.get("content-type", "").startswith("text/html"):
                queue |= links_of_page(url, answer.text) - seen
    assert {f"{ROOT}/u/{home.token(ANNA)}/less", f"{ROOT}/u/{home.token(BRUNO)}/undo"} <= seen
    assert f"{ROOT}/join/weekly" in seen
    assert contents(home) == before
    assert (home.app.home / FILE_NAME).read_bytes() == log


def test_the_dump_sees_a_change(home: Home) -> None:
    """What compares the tables does notice one changed value of one person."""
    before = contents(home)
    with writing(home.app.engine) as db:
        db.execute(subscribers.tables.subscribers.update().values(length="short"))
    assert contents(home) != before
