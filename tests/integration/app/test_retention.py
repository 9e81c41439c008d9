"""Retention is carried out by the settings, once a day."""

from datetime import timedelta
from pathlib import Path

from newsletter.app.joining import SignUp, sign_up
from newsletter.app.retention import forget_some
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from subscribers.consent.join import Shown
from subscribers.lists.keep import put_list
from subscribers.people.show import show
from tests.conftest import NOW
from tests.fakes.home import make_full_home

ADDRESS = "nina@hospital.example"


def test_the_settings_say_for_how_long(tmp_path: Path) -> None:
    """Somebody who never confirmed is there on the seventh day and gone on the eighth; then nothing is left to do."""
    home = make_full_home(tmp_path / "home", FixedClock(NOW), "[privacy]\nunconfirmed_days = 7\n")
    app = home.app
    with app.engine.begin() as db:
        put_list(db, "members", name="Members", opt_in="double", now=NOW)
        recipe = issue_store.newsletter_by_slug(db, "weekly").recipe
    shown = Shown(text="Yes", language="en", place="page", network_address="192.0.2.1")
    sign_up(app, recipe, SignUp(address=ADDRESS, shown=shown))
    found = []
    for days in (7, 8, 8):
        app.clock = FixedClock(NOW + timedelta(days=days, seconds=1 if days == 8 else -1))
        found.append(sum(iter(lambda: forget_some(app), 0)))
    assert found == [0, 1, 0]
    with reading(app.engine) as db:
        assert show(db, ADDRESS).subscriber is None
    app.close()
