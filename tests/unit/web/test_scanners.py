"""Programs open every link of a mail before its reader does. Opening one changes nothing, by GET or HEAD."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import newsletter.feedback.tables
import newsletter.issues.tables
import newsletter.outbox.tables
import subscribers.tables
from newsletter.app.leaves import FILE_NAME
from newsletter.db.engine import reading, writing
from subscribers.fresh_link import Purpose, make_link
from tests.fakes.home import ANNA, Home
from tests.unit.web.asking import Asking

WATCHED = [
    subscribers.tables.metadata,
    newsletter.feedback.tables.metadata,
    newsletter.issues.tables.metadata,
    newsletter.outbox.tables.metadata,
]


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
        for path in (f"/u/{token}", f"/u/{token}/undo", f"/p/{token}", f"/v/{token}"):
            ask(method, path)
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
