"""Following a source, end to end: what comes, what the card, the page and `explain` say of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.app.preview import prepare, preview
from newsletter.app.why_these import why_these
from newsletter.base.clock import FixedClock
from newsletter.db.engine import writing
from newsletter.issues.digest import Reason
from newsletter.sources.tables import sources, topics
from subscribers.tables import subscribers
from subscribers.wishes.wish import follow, mute
from tests.conftest import NOW
from tests.fakes.home import SALMA, Home, make_full_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = make_full_home(tmp_path / "home", FixedClock(NOW - timedelta(days=1)))
    yield home
    home.app.close()


def wish(home: Home, *, mutes: str = "") -> None:
    """Salma follows the secretariat, and no topic; she may mute something."""
    with writing(home.app.engine) as db:
        salma = home.person(SALMA).id
        follow(db, salma, "source:secretariat", now=NOW)
        if mutes:
            mute(db, salma, mutes, now=NOW)


def test_a_followed_source_comes_and_is_named(home: Home) -> None:
    """Its stories come to who follows no topic, and both parts of the mail say whose they are."""
    wish(home, mutes="topic:genomics")
    made = preview(home.app, home.issue, address=SALMA)
    assert {one.reason for one in made.chosen} == {"source"}
    assert all("Consortium secretariat" in one.words for one in made.chosen)
    assert made.chosen[0].words in made.html
    told = why_these(home.app, home.issue, SALMA)
    assert {one.points.source for one in told.stories if one.points} == {15}


def test_a_source_that_writes_of_a_sensitive_topic_is_named_nowhere(home: Home) -> None:
    """Neither on a card nor by points."""
    with writing(home.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == "policy").values(sensitive=True))
    wish(home)
    made = preview(home.app, home.issue, address=SALMA)
    assert {one.reason for one in made.chosen} == {"discreet"}
    assert not any("secretariat" in one.words for one in made.chosen)
    assert {one.points for one in why_these(home.app, home.issue, SALMA).stories} == {None}


def test_a_muted_source_leaves_nothing(home: Home) -> None:
    """All posts are of one source: who mutes it gets no mail."""
    wish(home, mutes="source:secretariat")
    assert prepare(home.app, home.issue, address=SALMA).why_nothing == "nothing_new"


def test_a_role_counts_and_is_told_to_operators_alone(home: Home) -> None:
    """A source that writes for the reader's role gives points, to be seen in `explain`, and is no reason."""
    with writing(home.app.engine) as db:
        db.execute(update(sources).values(roles='["Clinician"]', country="EG"))
        db.execute(update(subscribers).values(role="clinician", country="EG"))
    wish(home)
    told = why_these(home.app, home.issue, SALMA)
    assert {one.points.role for one in told.stories if one.points} == {15}
    assert 10 in {one.points.country for one in told.stories if one.points}
    assert {one.reason for one in told.stories} == {Reason.SOURCE}
