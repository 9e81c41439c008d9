"""Imports taken back, on both databases: in portions, after a kill, and never over what people chose themselves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from subscribers.importing.run import import_report, import_some, start_import
from subscribers.importing.undo import start_undo, undo_report, undo_some
from subscribers.people.correspondents import correspondent_id
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.tables import consents, correspondents, import_changes, subscribers, subscriptions, wishes
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.wish import mute
from tests.unit.subscribers.people import NOW, WEEKLY, import_text, mailable, make_list, make_member

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
