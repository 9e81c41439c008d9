"""Imports taken back, on both databases: in portions, after a kill, and never over what people chose themselves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from subscribers.consent.join import ask, confirm
from subscribers.consent.leave import leave_list
from subscribers.importing import import_undo_store
from subscribers.importing.import_undo_store import Undoing
from subscribers.importing.run import import_report, import_some, start_import
from subscribers.importing.undo import start_undo, undo_report, undo_some
from subscribers.people.correspondents import correspondent_id
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.tables import consents, correspondents, import_changes, subscribers, subscriptions, wishes
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.wish import mute
from tests.unit.subscribers.people import (
    BY_READER,
    NOW,
    SHOWN,
    WEEKLY,
    import_text,
    mailable,
    make_list,
    make_member,
)

LATER = NOW + timedelta(hours=1)


def take_back(engine: Engine, number: int) -> int:
    with engine.begin() as db:
        start_undo(db, number, now=LATER)
    while undo_some(engine.begin, now=LATER):
        pass
    with engine.begin() as db:
        return undo_report(db, number).kept


def count(engine: Engine, table: object) -> int:
    with engine.begin() as db:
        return int(db.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a table


def test_whoever_chose_something_stays(engine: Engine, tmp_path: Path) -> None:
    """A mute, a preference or a changed profile is the person's own act, though no record of consent tells it."""
    names = ("muted", "prefers", "changed", "silent")
    import_text(engine, tmp_path, "email\n" + "".join(f"{name}@example.org\n" for name in names), consent="yes")
    with engine.begin() as db:
        ids = {name: find_by_address(db, f"{name}@example.org").id for name in names}
        mute(db, ids["muted"], "topic:events", now=LATER)
        prefer(db, ids["prefers"], WEEKLY, {"hour": 7}, now=LATER)
        change_profile(db, ids["changed"], {"hour": 9}, now=LATER)
    assert take_back(engine, 1) == 3
    with engine.begin() as db:
        assert mailable(db) == sorted(ids[name] for name in names[:3])


def test_undoing_goes_on_after_a_kill(engine: Engine, tmp_path: Path) -> None:
    """A portion whose transaction dies leaves nothing; the next does it again, and each person goes once."""
    import_text(engine, tmp_path, "email,topics\n" + "".join(f"p{n}@example.org,a;b\n" for n in range(10)), consent="x")
    with engine.begin() as db:
        start_undo(db, 1, now=LATER)
    assert undo_some(engine.begin, now=LATER, people=4) == 4

    class Killed(Exception):
        pass

    class Dying:
        """A transaction that dies before its commit."""

        def __enter__(self) -> object:
            self.context = engine.begin()
            return self.context.__enter__()

        def __exit__(self, *_: object) -> None:
            self.context.__exit__(Killed, Killed(), None)
            raise Killed

    with pytest.raises(Killed):
        undo_some(Dying, now=LATER, people=4)  # type: ignore[arg-type]  # a context manager as good
    assert count(engine, subscribers) == 6
    assert take_back(engine, 1) == 0
    assert [count(engine, one) for one in (subscribers, subscriptions, wishes, import_changes)] == [0, 0, 0, 0]
    assert count(engine, consents) == 20  # imported, and undone


def test_two_imports_are_taken_back_newest_first(engine: Engine, tmp_path: Path) -> None:
    """What the second replaced comes back, and the first then finds its people as it made them."""
    import_text(engine, tmp_path, "email,country,City\na@example.org,PT,Porto\n", consent="x")
    import_text(engine, tmp_path, "email,country,topics,City\na@example.org,DE,events,Bonn\n", consent="x")
    assert take_back(engine, 2) == 0
    with engine.begin() as db:
        person = find_by_address(db, "a@example.org")
        assert (person.country, person.attributes, show(db, "a@example.org").wishes) == ("PT", {"City": "Porto"}, ())
    assert take_back(engine, 1) == 0
    assert count(engine, subscribers) == 0


def test_a_value_that_was_changed_since_is_not_put_back(engine: Engine, tmp_path: Path) -> None:
    """The reader's own word is younger than the file's, and than what stood there before the file."""
    with engine.begin() as db:
        anna = make_member(db)
    import_text(engine, tmp_path, "email,country,role\nanna@example.org,DE,nurse\n")
    with engine.begin() as db:
        change_profile(db, anna, {"country": "FR"}, now=LATER)
    take_back(engine, 1)
    with engine.begin() as db:
        person = find_by_address(db, "anna@example.org")
    assert (person.country, person.role) == ("FR", "")


def test_an_import_that_is_under_way_ends_when_it_is_taken_back(engine: Engine, tmp_path: Path) -> None:
    """Nothing of it goes on, and what it had done goes."""
    text = "email\n" + "".join(f"p{number}@example.org\n" for number in range(6))
    path = tmp_path / "people.csv"
    path.write_text(text)
    with engine.begin() as db:
        make_list(db)
        start_import(db, path, "people.csv", "members", consent="x", by="test", now=NOW)
    assert import_some(engine.begin, now=NOW, rows=2) == 2
    assert take_back(engine, 1) == 0
    with engine.begin() as db:
        assert import_report(db, 1).finished_at == LATER
    assert count(engine, subscribers) == 0


def test_a_tester_stays_a_tester(engine: Engine, tmp_path: Path) -> None:
    """Somebody whom test mails go to was no reader before the import, and is none after: their address stays."""
    with engine.begin() as db:
        correspondent_id(db, "desk@example.org")
    import_text(engine, tmp_path, "email\ndesk@example.org\n", consent="x")
    take_back(engine, 1)
    assert (count(engine, subscribers), count(engine, correspondents)) == (0, 1)


def test_notes_are_of_what_was_there_before(engine: Engine, tmp_path: Path) -> None:
    """Whoever is not changed has no note; whoever is has the old value beside the new one."""
    with engine.begin() as db:
        make_member(db)
    import_text(engine, tmp_path, "email\nanna@example.org\n")
    assert count(engine, import_changes) == 0
    import_text(engine, tmp_path, "email,role\nanna@example.org,nurse\n")
    with engine.begin() as db:
        before = json.loads(db.execute(select(import_changes.c.before)).scalar_one())
    assert before["role"] == ["", "nurse"]


ONE = "email\na@example.org\n"


def people(engine: Engine) -> int:
    return count(engine, subscribers)


def states(engine: Engine) -> dict[str, str]:
    """How the one person stands on each list."""
    with engine.begin() as db:
        return {one.list_slug: one.state.value for one in show(db, "a@example.org").subscriptions}


@pytest.mark.parametrize("slug", ["members", "press"])
def test_that_another_import_merely_named_somebody_keeps_nobody(engine: Engine, tmp_path: Path, slug: str) -> None:
    """Unconfirmed by a second file, on the same list or another, with other values: nobody said yes, so they go."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    text = "email,country,topics\na@example.org,PT,events\n"
    import_text(engine, tmp_path, text, slug=slug, now=NOW + timedelta(minutes=10))
    import_text(engine, tmp_path, text.replace("PT,events", "DE,funding"), slug=slug, now=NOW + timedelta(minutes=20))
    assert take_back(engine, 1) == 0
    assert (people(engine), count(engine, subscriptions), count(engine, import_changes)) == (0, 0, 0)


def test_a_list_on_which_another_import_has_them_active_keeps_people_there(engine: Engine, tmp_path: Path) -> None:
    """They go from the wrong list and stay on the right one; when that import is taken back too, they go."""
    import_text(engine, tmp_path, ONE, consent="the wrong list")
    import_text(engine, tmp_path, ONE, consent="the right one", slug="press", now=NOW + timedelta(minutes=10))
    assert take_back(engine, 1) == 1
    assert states(engine) == {"press": "active"}
    assert take_back(engine, 2) == 0
    assert people(engine) == 0


def test_the_same_list_from_the_right_file_keeps_people_there(engine: Engine, tmp_path: Path) -> None:
    """A second file with consent for the same list vouches for them; a second that is taken back vouches for nobody."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    import_text(engine, tmp_path, ONE, consent="the right file", now=NOW + timedelta(minutes=10))
    assert take_back(engine, 1) == 1
    assert states(engine) == {"members": "active"}
    assert take_back(engine, 2) == 0
    assert people(engine) == 0


@pytest.mark.parametrize(("consent", "after"), [("", "pending"), ("the right file", "active")])
def test_a_yes_is_taken_back_unless_another_import_says_it_too(
    engine: Engine, tmp_path: Path, consent: str, after: str
) -> None:
    """Somebody who waited before the import waits again; where a later file brought consent, they stay active."""
    import_text(engine, tmp_path, ONE)
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    import_text(engine, tmp_path, ONE, consent=consent)
    take_back(engine, 2)
    assert states(engine) == {"members": after}


def test_whoever_asked_to_join_stays_and_waits(engine: Engine, tmp_path: Path) -> None:
    """Their link must lead somewhere; yet that a form was filled in is no yes, and the wrong file is none either."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    with engine.begin() as db:
        make_list(db, "press")
        asked = ask(db, "a@example.org", "members", shown=SHOWN, now=LATER)
    assert take_back(engine, 1) == 1
    assert states(engine) == {"members": "pending"}
    with engine.begin() as db:
        assert confirm(db, asked.subscriber_id, "members", shown=SHOWN, now=LATER)
        assert mailable(db) == [asked.subscriber_id]


def test_whoever_asked_for_another_list_leaves_this_one(engine: Engine, tmp_path: Path) -> None:
    """What was asked for stays, unconfirmed; what the wrong file said goes."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    with engine.begin() as db:
        make_list(db, "press")
        ask(db, "a@example.org", "press", shown=SHOWN, now=LATER)
    assert take_back(engine, 1) == 1
    assert states(engine) == {"press": "pending"}


def test_a_no_of_another_import_stays(engine: Engine, tmp_path: Path) -> None:
    """A second file tells that the person left its list: the row keeps that, and only the wrong list goes."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    import_text(engine, tmp_path, "email,status\na@example.org,left\n", slug="press")
    assert take_back(engine, 1) == 1
    assert states(engine) == {"press": "left"}


def test_what_was_chosen_before_another_import_changed_more_counts(engine: Engine, tmp_path: Path) -> None:
    """A file that changed a person after they had changed something themselves does not hide that they did."""
    import_text(engine, tmp_path, ONE, consent="the wrong file")
    with engine.begin() as db:
        change_profile(db, find_by_address(db, "a@example.org").id, {"hour": 9}, now=NOW + timedelta(minutes=5))
    import_text(engine, tmp_path, "email,country\na@example.org,PT\n", now=NOW + timedelta(minutes=10))
    assert take_back(engine, 1) == 1
    assert states(engine) == {"members": "active"}


def test_a_subscription_that_was_left_is_not_removed(engine: Engine) -> None:
    """Whoever has left a list stays left, whatever takes them off it; the row is what keeps later files away."""
    with engine.begin() as db:
        anna = make_member(db)
        leave_list(db, anna, "members", **BY_READER)
        undoing = Undoing(id=7, list_id=1, list_slug="members", file_name="x", started_at=NOW)
        assert import_undo_store.remove_subscriptions(db, undoing, [anna]) == []
        assert import_undo_store.make_pending(db, undoing, [anna], NOW) == []
    with engine.begin() as db:
        assert [one.state.value for one in show(db, "anna@example.org").subscriptions] == ["left"]
