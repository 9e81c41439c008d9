"""A reader whose topics give nothing for long gets the editors' choice once, and is told why and how to change that."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from newsletter.app.preview import prepare, preview
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.base.ids import IssueId
from newsletter.db.engine import reading, writing
from newsletter.issues.choose import DROUGHT
from newsletter.issues.digest import Reason, is_widened, unpack_choice
from newsletter.issues.tables import issues
from newsletter.outbox.history import in_drought
from newsletter.outbox.tables import deliveries
from subscribers.tables import wishes
from subscribers.wishes.wish import follow, mute
from tests.conftest import NOW
from tests.fakes.home import BRUNO, Home, make_full_home

WORDS, LINK = "rien de nouveau depuis un moment", "Élargir vos thèmes"  # the reader is French


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = make_full_home(tmp_path / "home", FixedClock(NOW - timedelta(days=1)))
    with writing(home.app.engine) as db:
        reader = home.person(BRUNO).id
        db.execute(delete(wishes).where(wishes.c.subscriber_id == reader))
        follow(db, reader, "topic:nobody-writes-of-it", now=NOW)
        mute(db, reader, "topic:policy", now=NOW)
    yield home
    home.app.close()


def issues_without_anything(home: Home, count: int, *, reason: str = "nothing_new") -> list[IssueId]:
    """Put issues before this one, of which the reader got nothing."""
    made = []
    with writing(home.app.engine) as db:
        row = dict(db.execute(select(issues).where(issues.c.id == home.issue.id)).mappings().one())
        for number in range(count):
            at = home.issue.slot_at - timedelta(weeks=number + 1)
            times = {"slot_at": at, "slot": f"{at:%Y-%m-%dT%H:%M}", "finished_at": at, "approved_at": at}
            other = row | times | {"id": 100 + number, "number": 100 + number, "state": "sent"}
            db.execute(insert(issues).values(**other))
            key = {"key": f"issue:{100 + number}:x", "issue_id": 100 + number, "lane": "box", "reason": reason}
            mine = {"subscriber_id": home.person(BRUNO).id, "state": "suppressed", "due_at": at, "changed_at": at}
            db.execute(insert(deliveries).values(**key, **mine))
            made.append(IssueId(100 + number))
    return made


def test_after_six_issues_of_nothing_the_editors_choice_comes(home: Home) -> None:
    """With words on top in both parts and a link to the wishes; what the reader mutes stays away."""
    issues_without_anything(home, DROUGHT)
    ready = prepare(home.app, home.issue, address=BRUNO)
    assert is_widened(ready.digest.chosen)
    muted = {post.id for post in ready.frozen.posts if "policy" in post.topics}
    assert not muted & {one.post_id for one in ready.digest.chosen}
    made = preview(home.app, home.issue, address=BRUNO)
    for part in (made.html, " ".join(made.text.split())):
        assert WORDS in part
        assert LINK in part


@pytest.mark.parametrize(("count", "reason"), [(DROUGHT - 1, "nothing_new"), (DROUGHT, "paused"), (DROUGHT, "not_due")])
def test_a_shorter_drought_or_another_reason_is_none(home: Home, count: int, reason: str) -> None:
    """Five issues are not six, and who paused was not left without news."""
    issues_without_anything(home, count, reason=reason)
    assert prepare(home.app, home.issue, address=BRUNO).why_nothing == "nothing_new"


def test_who_follows_what_there_is_gets_that(home: Home) -> None:
    """As soon as a followed topic has something, it comes as ever."""
    issues_without_anything(home, DROUGHT)
    with writing(home.app.engine) as db:
        follow(db, home.person(BRUNO).id, "topic:funding", now=NOW)
    chosen = prepare(home.app, home.issue, address=BRUNO).digest.chosen
    assert {one.reason for one in chosen} == {Reason.TOPIC}


def test_it_is_sent_once(home: Home) -> None:
    """The claim decides as the preview does, the choice says so, and a later drought is not helped again."""
    issues_without_anything(home, DROUGHT)
    home.approve()
    home.app.clock = FixedClock(NOW + timedelta(hours=2))
    with sending(home.app) as outbox:
        drain(home.app, outbox, stop=threading.Event())
    with reading(home.app.engine) as db:
        mine = (deliveries.c.subscriber_id == home.person(BRUNO).id, deliveries.c.issue_id == home.issue.id)
        row = db.execute(select(deliveries.c.state, deliveries.c.choice).where(*mine)).one()
    assert row.state == "accepted"
    assert is_widened(unpack_choice(row.choice)[0])
    (mail,) = [one for one in (home.app.home / "sent" / "new").iterdir() if b"To: bruno@" in one.read_bytes()]
    assert b"largir vos th" in mail.read_bytes()
    with writing(home.app.engine) as db:
        # The same six issues before another one: they were helped.
        assert in_drought(db, [home.person(BRUNO).id], home.issue.id) == set()
