"""Notices to readers, composed and handed over for real: to whom, with which words and which link."""

import email
import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.notices.reader_mail import Kind, link_address, plan_reader_mail
from newsletter.app.sending_now import send_notice
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.outbox import report_store
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.fresh_link import FreshLink, Purpose, make_link
from subscribers.people.find import find_by_address
from subscribers.suppression.suppress import suppress
from tests.conftest import NOW
from tests.fakes.home import ANNA, SALMA, make_full_home

DAY = timedelta(days=1)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_full_home(tmp_path / "home", FixedClock(NOW)).app
    yield app
    app.close()


def plan(app: App, kind: Kind, purpose: Purpose, *, to: str = ANNA, **content: str) -> tuple[str | None, FreshLink]:
    with writing(app.engine) as db:
        person = find_by_address(db, to)
        link = make_link(db, person.id, purpose, content, life=DAY, now=NOW)
        return plan_reader_mail(app, db, kind, link, "weekly"), link


def mail_of(app: App, key: str | None) -> EmailMessage:
    assert key is not None
    assert send_notice(app, key).state.value == "accepted"
    (file,) = (app.home / "sent" / "new").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_confirmation_goes_to_the_person_with_its_link(app: App) -> None:
    """In the reader's language, as HTML and as text, with the newsletter's sender; both bodies hold the link."""
    key, link = plan(app, Kind.CONFIRM, Purpose.CONFIRM, list="members")
    message = mail_of(app, key)
    assert message["To"] == ANNA
    assert message["Subject"] == "Bitte bestätigen: Personalised Medicine Weekly"
    assert not message.defects
    for kind in ("html", "plain"):
        assert link_address(app, link) in body(message, kind)
    assert '<html lang="de" dir="ltr">' in body(message, "html")


def test_an_arabic_notice_runs_from_right_to_left(app: App) -> None:
    """Direction and words are the reader's."""
    key, _ = plan(app, Kind.ACCOUNT, Purpose.ACCOUNT, to=SALMA)
    assert '<html lang="ar" dir="rtl">' in body(mail_of(app, key), "html")


def test_a_new_address_is_asked_itself_and_the_old_one_is_told(app: App) -> None:
    """The request goes to the new address and names the old one masked; the note goes to the old one."""
    key, link = plan(app, Kind.ADDRESS, Purpose.ADDRESS, old=ANNA, new="anna@neu.example")
    message = mail_of(app, key)
    assert message["To"] == "anna@neu.example"
    assert "a...r@klinik.example" in body(message, "plain")
    assert ANNA not in message.as_string()
    with writing(app.engine) as db:
        told = plan_reader_mail(app, db, Kind.ADDRESS_CHANGED, link, "weekly")
    (app.home / "sent" / "new" / next(iter((app.home / "sent" / "new").iterdir())).name).unlink()
    message = mail_of(app, told)
    assert message["To"] == ANNA
    assert "a...a@neu.example" in body(message, "plain")
    assert "/n/" not in body(message, "plain")


def test_no_address_and_no_token_stands_in_the_outbox(app: App) -> None:
    """The row names the link by its number only."""
    key, link = plan(app, Kind.ADDRESS, Purpose.ADDRESS, old=ANNA, new="anna@neu.example")
    assert key is not None
    with reading(app.engine) as db:
        row = report_store.delivery_by_key(db, key)
    assert json.loads(row.notice) == {"kind": "address", "link": link.id, "newsletter": "weekly"}


@pytest.mark.parametrize(
    ("kind", "purpose", "suppression", "goes"),
    [
        (Kind.CONFIRM, Purpose.CONFIRM, SuppressionKind.LEFT, True),
        (Kind.CONFIRM, Purpose.CONFIRM, SuppressionKind.BOUNCED, True),
        (Kind.CONFIRM, Purpose.CONFIRM, SuppressionKind.COMPLAINED, False),
        (Kind.ACCOUNT, Purpose.ACCOUNT, SuppressionKind.LEFT, True),
        (Kind.ACCOUNT, Purpose.ACCOUNT, SuppressionKind.BOUNCED, False),
        (Kind.ACCOUNT, Purpose.ACCOUNT, SuppressionKind.FORBIDDEN, False),
    ],
)
def test_a_suppression_forbids_notices_too(
    app: App, kind: Kind, purpose: Purpose, suppression: SuppressionKind, *, goes: bool
) -> None:
    """Who complained or is forbidden gets none; a bounced mailbox may only confirm; who left may ask."""
    with writing(app.engine) as db:
        suppress(db, find_by_address(db, ANNA).id, suppression, reason="test", by="test", now=NOW)
    key, _ = plan(app, kind, purpose)
    assert (key is not None) is goes


def test_a_no_said_after_planning_counts(app: App) -> None:
    """The suppression is asked once more when the mail is composed."""
    key, _ = plan(app, Kind.ACCOUNT, Purpose.ACCOUNT)
    assert key is not None
    with writing(app.engine) as db:
        suppress(db, find_by_address(db, ANNA).id, SuppressionKind.COMPLAINED, reason="test", by="test", now=NOW)
    assert send_notice(app, key).state.value == "failed"
