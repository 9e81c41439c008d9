"""The bounce mailbox: what comes back finds its delivery, counts once, and no mail of anybody stops the reading."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update

from newsletter.base.keys import Keys
from newsletter.base.settings import BouncesSettings
from newsletter.base.tokens import TokenKeys
from newsletter.db.engine import reading, writing
from newsletter.feedback.dsn import read_report
from newsletter.feedback.mailbox import read_mailbox
from newsletter.feedback.tables import feedback_events
from newsletter.issues.issue import Issue
from newsletter.outbox.identity import BounceSetup, envelope_sender
from newsletter.outbox.tables import attempts
from subscribers.address import parse_address
from subscribers.doors import members
from subscribers.people.change_address import change_address
from subscribers.people.erase import erase
from subscribers.people.find import find_by_address
from subscribers.suppression import suppression_store
from tests.fakes.outbox_home import OutboxHome

KEYS = Keys(TokenKeys({1: b"k" * 16}), b"m" * 32, b"e" * 32)
ANNA = "anna@example.org"


@pytest.fixture
def home(sqlite_engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(sqlite_engine, tmp_path)
    (tmp_path / "bounces" / "new").mkdir(parents=True)
    yield home
    home.close()


@pytest.fixture
def issue(home: OutboxHome) -> Issue:
    home.join(ANNA)
    issue = home.approved([1])
    home.plan()
    home.send()
    return issue


def bounce(home: OutboxHome, issue: Issue, *, status: str = "5.1.1", action: str = "failed", number: int = 0) -> bytes:
    sender = envelope_sender(
        KEYS, number or home.delivery(issue, ANNA).id, BounceSetup("b@news.example.org", verp=True)
    )
    return f"""\
From: MAILER-DAEMON@mx.example.org\r
Delivered-To: bounces@mx.internal\r
X-Original-To: <{sender}>\r
Message-ID: <1@mx.example.org>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=x\r
\r
--x\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.org\r
\r
Final-Recipient: rfc822; {ANNA}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 {status} <{ANNA}>: no such user\r
\r
--x--\r
""".encode()


def read(home: OutboxHome, *mails: bytes) -> int:
    for number, mail in enumerate(mails):
        (home.folder / "bounces" / "new" / f"{number}.mail").write_bytes(mail)
    settings = BouncesSettings(address="b@news.example.org", mailbox="maildir:bounces")
    return read_mailbox(home.engine, KEYS, settings, home.folder, home.clock)


def events(home: OutboxHome) -> int:
    with reading(home.engine) as db:
        return int(db.execute(select(func.count()).select_from(feedback_events)).scalar_one())


def is_member(home: OutboxHome) -> bool:
    with reading(home.engine) as db:
        return bool(members(db, ["members"], opt_out="newsletter:weekly", after=0, limit=9))


def test_a_dead_address_is_never_mailed_again(home: OutboxHome, issue: Issue) -> None:
    """5.1.1 suppresses; the delivery stays accepted; the same report twice is one event."""
    mail = bounce(home, issue)
    assert (read(home, mail), read(home, mail), events(home)) == (1, 1, 1)
    assert not is_member(home)
    assert home.state(issue, ANNA) == ("accepted", "")
    assert sorted(path.name for path in (home.folder / "bounces" / "cur").iterdir()) == ["0.mail:2,S"]


@pytest.mark.parametrize(("status", "action"), [("5.2.2", "failed"), ("5.7.1", "failed"), ("4.4.1", "delayed")])
def test_a_full_or_busy_mailbox_suppresses_nobody(home: OutboxHome, issue: Issue, status: str, action: str) -> None:
    """Only what says that the address is dead ends a subscription."""
    read(home, bounce(home, issue, status=status, action=action))
    assert is_member(home)


def test_a_forged_sender_names_nobody(home: OutboxHome, issue: Issue) -> None:
    """A report to an address that we did not make changes nothing, and people find it unread."""
    mail = bounce(home, issue).replace(b"+b", b"+b9")
    assert read(home, mail) == 1
    assert (events(home), is_member(home)) == (0, True)
    assert [path.name for path in (home.folder / "bounces" / "cur").iterdir()] == ["0.mail:2,"]


def test_one_mail_that_nobody_can_read_stops_no_other(home: OutboxHome, issue: Issue) -> None:
    """Rubbish of every kind is put aside, and the report behind it is read."""
    rubbish = [
        b"",
        b"\xff\xfe\x00",
        b"To: =?utf-8?b?////?= <@>\r\n\r\n",
        b"X-Original-To: b+b1.\xc3\xa9@x.org\r\n\r\nhi",
    ]
    nested = (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 200
    )
    assert read(home, *rubbish, nested, bounce(home, issue)) == 6
    assert not is_member(home)
    assert read(home) == 0


NEW = "anna.meier@hospital.example"


def move(home: OutboxHome, frm: str, to: str) -> None:
    """A person takes another address, an hour after what happened last."""
    home.clock.advance(timedelta(hours=1))
    with writing(home.engine) as db:
        person = find_by_address(db, frm)
        now = home.clock.now()
        change_address(db, person.id, to, by="reader", evidence="a test", network_address="", now=now)


def stopped(home: OutboxHome, *addresses: str) -> list[bool]:
    with reading(home.engine) as db:
        return [bool(suppression_store.open_suppressions(db, parse_address(one).hash)) for one in addresses]


@pytest.mark.parametrize("new", [NEW, "axxxa@example.org"])
def test_a_late_bounce_falls_on_the_address_that_was_mailed(home: OutboxHome, issue: Issue, new: str) -> None:
    """Whoever moved since gets their mail at the new address, also where both look alike when they are masked."""
    mail = bounce(home, issue)
    move(home, ANNA, new)
    read(home, mail)
    assert stopped(home, ANNA, new) == [True, False]
    assert is_member(home)


def test_a_bounce_of_a_mail_to_the_new_address_counts(home: OutboxHome, issue: Issue) -> None:
    """Having moved protects nobody from what comes back from the address they have."""
    move(home, ANNA, NEW)
    home.clock.advance(timedelta(days=7))
    later = home.approved([2], days=7)
    home.plan()
    home.send()
    mail = bounce(home, later, number=home.delivery(later, ANNA).id)
    read(home, mail)
    assert stopped(home, ANNA, NEW) == [False, True]
    assert not is_member(home)


def test_there_and_back_again_each_mail_is_told_apart(home: OutboxHome, issue: Issue) -> None:
    """Who moved back to an address that was mailed before is stopped there: it is dead now as it was."""
    mail = bounce(home, issue)
    move(home, ANNA, NEW)
    move(home, NEW, ANNA)
    read(home, mail)
    assert stopped(home, ANNA, NEW) == [True, False]


def test_a_bounce_for_somebody_merged_since_falls_on_their_address_of_then(home: OutboxHome, issue: Issue) -> None:
    """The mail named a person who is part of another one now."""
    mail = bounce(home, issue)
    home.join("zoe@example.org")
    move(home, "zoe@example.org", ANNA)
    move(home, ANNA, NEW)
    read(home, mail)
    assert stopped(home, ANNA, "zoe@example.org", NEW) == [True, False, False]


def test_a_bounce_of_somebody_who_was_erased_stops_no_other_mail(home: OutboxHome, issue: Issue) -> None:
    """It is on record as an event, and the mailbox is read on."""
    mail = bounce(home, issue)
    with writing(home.engine) as db:
        erase(db, find_by_address(db, ANNA).id, by="test", now=home.clock.now())
    assert read(home, mail) == 1
    assert events(home) == 1
    assert read(home) == 0


def test_a_mail_to_an_address_that_was_never_theirs_stops_nobody(home: OutboxHome, issue: Issue) -> None:
    """A slip in the new address that was asked for, or the old one's answer to being told, is not the one they have."""
    with writing(home.engine) as db:
        db.execute(update(attempts).values(masked_address="s...p@example.net"))
    read(home, bounce(home, issue))
    assert stopped(home, ANNA) == [False]


@given(raw=st.binary(max_size=400))
def test_any_bytes_give_a_report(raw: bytes) -> None:
    """Whatever a mailbox holds, reading it says what it is, and mostly that it is nothing."""
    assert read_report(b"To: " + raw).notifications == ()
