"""Keeping what a person wants, on both databases: of one newsletter, of everything, and only what differs."""

import pytest
from sqlalchemy import Connection, Engine, func, select

from newsletter.app.preferring import Choices, keep_for_everything, keep_for_newsletter
from subscribers.doors import members, still_mailable
from subscribers.people.find import find_by_id
from subscribers.subscriber import Recipient
from subscribers.tables import wishes
from subscribers.wishes.prefer import change_profile, prefer, preferences_of, wanted_in
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR, Profile
from subscribers.wishes.wish import follow, mute, wishes_in
from subscribers.wishes.wish_store import wishes_of
from tests.unit.subscribers.people import NOW, WEEKLY, make_member

OTHER = "newsletter:monthly"
FUNDING, EVENTS = "topic:funding", "topic:events"
TO_FUNDING, TO_EVENTS = frozenset({FUNDING}), frozenset({EVENTS})
ALL: Profile = {
    "language": "fr",
    "reading_languages": "fr;de",
    "zone": "Europe/Lisbon",
    "hour": 7,
    "days": "mon;thu",
    "frequency": "weekly",
    "paused_until": "2026-12-24",
    "length": "short",
    "plain_text": True,
}


def keep(db: Connection, person: int, values: Profile, **wished: str) -> None:
    choices = Choices(values=values, wishes={f"topic:{slug}": kind for slug, kind in wished.items()})
    keep_for_newsletter(db, find_by_id(db, person), "weekly", choices, now=NOW)


def keep_everywhere(db: Connection, person: int, values: Profile, **wished: str) -> None:
    choices = Choices(values=values, wishes={f"topic:{slug}": kind for slug, kind in wished.items()})
    keep_for_everything(db, find_by_id(db, person), "weekly", choices, now=NOW)


def as_mailed(db: Connection, person: int, scope: str = WEEKLY) -> Recipient:
    answer = still_mailable(db, [person], ["members"], opt_out=scope)[person]
    assert isinstance(answer, Recipient)
    return answer


def hour(db: Connection, scope: str = WEEKLY) -> int | None:
    return members(db, ["members"], opt_out=scope, after=0, limit=9)[0].hour


def test_what_is_wanted_of_one_newsletter_stays_there(engine: Engine) -> None:
    """Both doors give what was chosen for the newsletter; every other scope has the person's own."""
    with engine.begin() as db:
        anna = make_member(db)
        before = find_by_id(db, anna)
        keep(db, anna, ALL, funding="follow")
        found = as_mailed(db, anna)
        assert (found.language, found.reading_languages, found.zone) == ("fr", ("fr", "de"), "Europe/Lisbon")
        assert (found.frequency, found.paused_until, found.length) == ("weekly", "2026-12-24", "short")
        assert found.plain_text
        assert (hour(db), hour(db, OTHER)) == (7, None)
        assert (found.follows, as_mailed(db, anna, OTHER).follows) == (TO_FUNDING, frozenset())
        assert find_by_id(db, anna) == before == wanted_in(db, before, OTHER)


def test_only_what_differs_is_kept(engine: Engine) -> None:
    """A value as the person's own is not kept twice, and one that becomes so again is forgotten."""
    with engine.begin() as db:
        anna = make_member(db)
        keep(db, anna, {"language": "", "length": "normal", "hour": None, "plain_text": False}, funding="none")
        assert preferences_of(db, anna) == {}
        keep(db, anna, {"length": "full"}, funding="mute")
        keep(db, anna, {"length": "normal"}, funding="none")
        assert preferences_of(db, anna).get(WEEKLY, {}) == {}
        assert db.execute(select(func.count()).select_from(wishes)).scalar_one() == 0


def test_the_person_can_be_outvoted_by_nothing(engine: Engine) -> None:
    """No wish, no pause, no language and the newsletter's hour can be chosen against one's own of everywhere."""
    with engine.begin() as db:
        anna = make_member(db)
        change_profile(db, anna, ALL, now=NOW)
        follow(db, anna, FUNDING, now=NOW)
        keep(db, anna, {"language": "", "reading_languages": "", "paused_until": "", "hour": None}, funding="none")
        found = as_mailed(db, anna)
        assert (found.language, found.reading_languages, found.paused_until) == ("", (), "")
        assert (hour(db), hour(db, OTHER)) == (None, 7)
        assert wanted_in(db, find_by_id(db, anna), WEEKLY).hour is None
        assert (found.follows, as_mailed(db, anna, OTHER).follows) == (frozenset(), TO_FUNDING)


def test_for_everything_means_everything(engine: Engine) -> None:
    """What single newsletters had apart gives way where it was said again, and stays where it was not."""
    with engine.begin() as db:
        anna = make_member(db)
        for scope in (WEEKLY, OTHER):
            prefer(db, anna, scope, {"hour": THE_NEWSLETTERS_HOUR, "length": "full", "zone": "Africa/Cairo"}, now=NOW)
            mute(db, anna, FUNDING, now=NOW, scope=scope)
            mute(db, anna, EVENTS, now=NOW, scope=scope)
        keep_everywhere(db, anna, {"hour": 7, "length": "normal"}, funding="follow")
        for scope in (WEEKLY, OTHER):
            found = as_mailed(db, anna, scope)
            assert (hour(db, scope), found.length, found.zone) == (7, "normal", "Africa/Cairo")
            assert (found.follows, found.mutes) == (TO_FUNDING, TO_EVENTS)


@pytest.mark.parametrize("wish", ["follow", "mute", "none"])
def test_saying_it_twice_is_as_good_as_once(engine: Engine, wish: str) -> None:
    """The same choices again change nothing."""
    with engine.begin() as db:
        anna = make_member(db)
        follow(db, anna, FUNDING, now=NOW)
        seen = []
        for _ in range(2):
            keep(db, anna, ALL, funding=wish)
            seen.append((as_mailed(db, anna), hour(db), preferences_of(db, anna)))
        assert seen[0] == seen[1]


def test_what_was_merely_sent_along_takes_no_no_away(engine: Engine) -> None:
    """The page sends all its fields: changing one for everything ends no pause and no mute of another newsletter."""
    with engine.begin() as db:
        anna = make_member(db)
        follow(db, anna, EVENTS, now=NOW)
        prefer(db, anna, OTHER, {"paused_until": "2026-12-24", "length": "short"}, now=NOW)
        mute(db, anna, FUNDING, scope=OTHER, now=NOW)
        as_it_was: Profile = {"paused_until": "", "length": "normal", "frequency": "every"}
        keep_everywhere(db, anna, {**as_it_was, "language": "fr"}, funding="none", events="follow")
        other = as_mailed(db, anna, OTHER)
        assert (other.language, other.paused_until, other.length) == ("fr", "2026-12-24", "short")
        assert wished_in(db, anna, OTHER)[FUNDING] == "mute"
        keep_everywhere(db, anna, {"length": "full"}, funding="follow")
        assert as_mailed(db, anna, OTHER).length == "full"
        assert wished_in(db, anna, OTHER)[FUNDING] == "follow"


def wished_in(db: Connection, person: int, scope: str) -> dict[str, str]:
    return wishes_in(wishes_of(db, person), scope)
