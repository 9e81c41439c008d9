"""A story comes a second time only as an update or a reminder, through the whole path."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from newsletter.app.editing import edit_issue
from newsletter.app.preview import prepare
from newsletter.base.clock import FixedClock
from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.issues.digest import Chosen, Reason, pack_choice
from newsletter.issues.issue import IssueChanges
from newsletter.outbox.tables import deliveries
from newsletter.sources import post_store
from tests.conftest import NOW
from tests.fakes.home import BRUNO, Home, make_full_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = make_full_home(tmp_path / "home", FixedClock(NOW - timedelta(days=1)))
    yield home
    home.app.close()


def everything(home: Home) -> list[PostId]:
    return [post.id for post in prepare(home.app, home.issue, address=None).frozen.posts]


def test_an_update_is_for_those_who_got_the_story(home: Home) -> None:
    """Row 15: marked by an editor, frozen with the issue, and told on the card; all else that was shown stays away."""
    posts = everything(home)
    with writing(home.app.engine) as db:
        made = {"key": "issue:99:x", "issue_id": 99, "subscriber_id": home.person(BRUNO).id, "lane": "box"}
        choice = pack_choice([Chosen(one, Reason.TOPIC, 1) for one in posts], 0)
        at = NOW - timedelta(days=7)
        db.execute(insert(deliveries).values(**made, state="accepted", choice=choice, due_at=at, changed_at=at))
    assert prepare(home.app, home.issue, address=BRUNO).why_nothing == "nothing_new"
    english = next(one for one in posts if _language(home, one) == "en")
    edit_issue(home.app, "weekly", IssueChanges(update=(english,)), by="t")
    ready = prepare(home.app, home.issue, address=BRUNO)
    assert ready.digest.chosen == (Chosen(english, Reason.UPDATE),)
    edit_issue(home.app, "weekly", IssueChanges(no_update=(english,)), by="t")
    assert prepare(home.app, home.issue, address=BRUNO).why_nothing == "nothing_new"


def _language(home: Home, post: PostId) -> str:
    with reading(home.app.engine) as db:
        return post_store.post_by_id(db, post).language
