"""An issue that is open for welcomes: closed when none is left, and never over the head of a newer one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues.tables import issues
from tests.conftest import NOW
from tests.fakes.home import Home, make_full_home

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = make_full_home(tmp_path / "home")
    yield home
    home.app.close()


def test_a_welcome_that_was_planned_meanwhile_keeps_the_issue_open(home: Home) -> None:
    """Whoever closes it saw that none was left; one planned since then would wait for ever if that closed it."""
    with writing(home.app.engine) as db:
        db.execute(update(issues).where(issues.c.id == home.issue.id).values(state="sent"))
        sending_store.open_for_welcome(db, home.issue.id, now=NOW)
    with reading(home.app.engine) as db:
        ((issue_id, opened),) = sending_store.welcoming(db)
    with writing(home.app.engine) as db:
        sending_store.open_for_welcome(db, issue_id, now=LATER)
        sending_store.close_welcome(db, issue_id, opened=opened)
        assert sending_store.welcoming(db) == [(issue_id, LATER)]
        assert issue_id in sending_store.sendable_issues(db)
        sending_store.close_welcome(db, issue_id, opened=LATER)
        assert sending_store.welcoming(db) == []
