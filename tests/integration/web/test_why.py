"""The page "Why these stories?": the points that chose them, for their reader alone."""

import re

from sqlalchemy import update

from newsletter.db.engine import writing
from newsletter.sources.tables import topics
from subscribers.wishes.wish import follow, mute
from tests.conftest import NOW
from tests.fakes.home import ANNA, SALMA, Home
from tests.integration.web.asking import Asking


def page(home: Home, ask: Asking, **wishes: object) -> str:
    with writing(home.app.engine) as db:
        anna = home.person(ANNA).id
        follow(db, anna, "topic:policy", now=NOW)
        mute(db, anna, "topic:genomics", now=NOW)
    home.approve()
    return ask.get(f"/w/{home.token(ANNA)}").text


def test_each_story_has_its_reason_and_points_that_add_up(home: Home, ask: Asking) -> None:
    """Each line of points ends with their sum; the mail's foot leads here."""
    told = page(home, ask)
    lines = re.findall(r"<p class=\"hint\">([^<]*: \d[^<]*)</p>", told)
    assert lines
    for line in lines:
        *terms, whole = [int(number) for number in re.findall(r": (\d+)", line)]
        assert sum(terms) == whole
    token = home.token(ANNA)
    assert f"/w/{token}" in ask.get(f"/v/{token}").text


def test_a_sensitive_topic_is_in_no_point(home: Home, ask: Asking) -> None:
    """A story that comes for a sensitive topic has neither its name nor points that tell of it."""
    with writing(home.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == "policy").values(sensitive=True))
    told = page(home, ask)
    assert "Health policy" not in told
    assert "Gesundheitspolitik" not in told
    of_policy = [one for one in told.split("<li>") if "Neuer Bericht" in one or "Annual conference" in one]
    assert of_policy
    assert not any(re.search(r": \d", one) for one in of_policy)


def test_it_is_its_readers_alone(home: Home, ask: Asking) -> None:
    """A preview's link leads to nobody, a damaged one nowhere, and before approval there is nothing."""
    assert ask.get(f"/w/{home.token(ANNA)}").status_code == 404
    home.approve()
    assert "preview" in ask.get(f"/w/{home.token(ANNA, inert=True)}").text
    assert ask.get("/w/nonsense").status_code == 404


def test_who_follows_nothing_is_told_of_the_editors_order(home: Home, ask: Asking) -> None:
    """Points did not decide there, so none are told: what comes next could have more of them."""
    home.approve()
    told = ask.get(f"/w/{home.token(SALMA)}?language=en").text
    assert "<li>" in told
    assert re.findall(r"<p class=\"hint\">[^<]*: \d", told) == []
    assert "ما يراه المحررون أهم، ثم الأحدث" in told
