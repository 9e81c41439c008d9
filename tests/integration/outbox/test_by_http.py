"""An issue that goes out by an HTTP API: real mails, real accounting, the API played on this machine."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.base.settings import read_settings
from newsletter.db.engine import open_engine, reading
from newsletter.outbox import report_store
from newsletter.outbox.delivery import Counts
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, SALMA, make_full_home
from tests.fakes.http.apis import APIS, Api
from tests.fakes.http.server import SECRET, USER, MailApi


@pytest.fixture(params=APIS, ids=lambda one: one.scheme)
def api(request: pytest.FixtureRequest) -> Api:
    found = request.param
    assert isinstance(found, Api)
    return found


@pytest.fixture
def fake(api: Api) -> Iterator[MailApi]:
    with api.fake() as server:
        yield server


def send(api: Api, fake: MailApi, folder: Path) -> Counts:
    """Send the issue of a home to its three readers by this API, and count."""
    home = make_full_home(folder)
    home.approve()
    home.app.close()
    options = "&".join(f"{name}={value}" for name, value in api.options.items())
    url = f"{api.scheme}://127.0.0.1:{fake.port}?{options}"
    written = (folder / "newsletter.toml").read_text(encoding="utf-8")
    told = f'url = "{url}"\nusername = "{USER}"\nsecret_file = "key"'
    (folder / "newsletter.toml").write_text(written.replace('url = "maildir:sent"', told), encoding="utf-8")
    (folder / "key").write_text(SECRET, encoding="utf-8")
    settings = read_settings(folder, {})
    app = App(folder, settings, FixedClock(NOW + timedelta(days=1)), open_engine(settings.database.url, folder))
    try:
        with sending(app) as outbox:
            drain(app, outbox, stop=threading.Event())
        with reading(app.engine) as db:
            return report_store.counts_of(db, home.issue.id)
    finally:
        app.close()


def test_an_issue_arrives_and_adds_up(api: Api, fake: MailApi, tmp_path: Path) -> None:
    """Each reader's own mail is taken once, in the form that the API takes, with the way out in its header."""
    counts = send(api, fake, tmp_path / "home")
    assert sorted(one.recipient for one in fake.arrived) == sorted([ANNA, BRUNO, SALMA])
    assert (counts.accepted, counts.in_doubt, counts.failed) == (3, 0, 0)
    if api.dialect.form == "mime":
        assert all(isinstance(one.body, bytes) and b"\r\nList-Unsubscribe: <" in one.body for one in fake.arrived)
    else:
        posted = b"".join(request.content for request in fake.requests)
        assert posted.lower().count(b'"list-unsubscribe"') == 3


def test_a_refused_reader_is_failed_and_no_other(api: Api, fake: MailApi, tmp_path: Path) -> None:
    """What the API says of one recipient is that delivery's end, and nobody else's."""
    fake.refuse_recipient(BRUNO)
    counts = send(api, fake, tmp_path / "home")
    assert (counts.accepted, counts.failed, counts.in_doubt) == (2, 1, 0)
    assert sorted(one.recipient for one in fake.arrived) == sorted([ANNA, SALMA])


def test_an_answer_that_is_lost_doubles_nobody(api: Api, fake: MailApi, tmp_path: Path) -> None:
    """What was taken without an answer is in doubt, or settled by the key; it is not sent again."""
    fake.cut_next_after_acceptance()
    counts = send(api, fake, tmp_path / "home")
    assert len({one.recipient for one in fake.arrived}) == len(fake.arrived) == counts.accepted + counts.in_doubt
    assert (counts.in_doubt == 0) == api.dialect.repeats
    if api.dialect.repeats:
        assert counts.accepted == 3
