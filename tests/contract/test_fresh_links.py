"""Fresh links on both databases: one person, one purpose, one use, for a while."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, Engine

from subscribers.consent.fresh_link import LinkState, Purpose, find_link, last_link, make_link, use_link
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.people.change_address import change_address
from subscribers.people.erase import erase
from tests.unit.subscribers.people import BY_READER, NOW, make_member

DAY = timedelta(days=1)


def test_a_link_is_used_once(engine: Engine) -> None:
    """The first act uses it up; a second finds it used."""
    with engine.begin() as db:
        link = make_link(db, make_member(db), Purpose.ACCOUNT, {}, life=DAY, now=NOW)
        assert link.state(now=NOW) is LinkState.OPEN
        assert use_link(db, link, now=NOW)
        assert not use_link(db, link, now=NOW)
        found = find_link(db, link.id, Purpose.ACCOUNT)
    assert found is not None
    assert found.state(now=NOW) is LinkState.USED


def test_a_link_ends_by_itself(engine: Engine) -> None:
    """From its last moment on it cannot be used."""
    with engine.begin() as db:
        link = make_link(db, make_member(db), Purpose.ACCOUNT, {}, life=DAY, now=NOW)
        assert link.state(now=NOW + DAY) is LinkState.EXPIRED
        assert not use_link(db, link, now=NOW + DAY)
        assert use_link(db, link, now=NOW + DAY - timedelta(seconds=1))


def test_a_link_is_good_for_its_own_purpose_only(engine: Engine) -> None:
    """A link to confirm opens nobody's data; what it holds comes back as it was."""
    with engine.begin() as db:
        link = make_link(db, make_member(db), Purpose.CONFIRM, {"list": "members"}, life=DAY, now=NOW)
        assert find_link(db, link.id, Purpose.ACCOUNT) is None
        assert find_link(db, link.id, Purpose.CONFIRM) == link


def test_the_newest_of_a_purpose_is_found(engine: Engine) -> None:
    """So that nobody is mailed one after the other."""
    with engine.begin() as db:
        anna = make_member(db)
        assert last_link(db, anna, Purpose.CONFIRM) is None
        make_link(db, anna, Purpose.CONFIRM, {}, life=DAY, now=NOW - DAY)
        second = make_link(db, anna, Purpose.CONFIRM, {}, life=DAY, now=NOW)
        make_link(db, anna, Purpose.ACCOUNT, {}, life=DAY, now=NOW)
        assert last_link(db, anna, Purpose.CONFIRM) == second


def test_erasing_takes_the_links_along(engine: Engine) -> None:
    """A link's content may hold an address."""
    with engine.begin() as db:
        anna = make_member(db)
        link = make_link(db, anna, Purpose.ADDRESS, {"new": "a@new.example", "old": "a@x.example"}, life=DAY, now=NOW)
        erase(db, anna, by="test", now=NOW)
        assert find_link(db, link.id, Purpose.ADDRESS) is None


def test_leaving_ends_the_questions_about_what_was_left(engine: Engine) -> None:
    """A mail that asked before somebody left brings nobody back; questions about other things stay open."""
    acts: dict[str, Callable[[Connection, int], bool]] = {
        "newsletter": lambda db, person: opt_out(db, person, "newsletter:weekly", **BY_READER),
        "list": lambda db, person: leave_list(db, person, "members", **BY_READER),
        "everything": lambda db, person: leave_everything(db, person, **BY_READER),
    }
    ended = {"newsletter": [True, True, False], "list": [True, True, False], "everything": [True, True, True]}
    with engine.begin() as db:
        for what, leave in acts.items():
            person = make_member(db, f"{what}@example.org")
            abouts = [
                {"newsletter": "weekly", "list": "members"},
                {"newsletter": "weekly", "list": "members", "topics": "funding"},
                {"newsletter": "other", "list": "press"},
            ]
            links = [make_link(db, person, Purpose.CONFIRM, about, life=DAY, now=NOW) for about in abouts]
            account = make_link(db, person, Purpose.ACCOUNT, {}, life=DAY, now=NOW)
            assert leave(db, person)
            assert [not use_link(db, link, now=NOW) for link in links] == ended[what]
            assert use_link(db, account, now=NOW)


def test_no_link_of_the_old_mailbox_outlives_a_move(engine: Engine) -> None:
    """Whoever reads the old mailbox sees and erases nothing of whoever has the new address."""
    with engine.begin() as db:
        anna = make_member(db, "anna@example.org")
        links = [make_link(db, anna, purpose, {}, life=DAY, now=NOW) for purpose in Purpose]
        change_address(db, anna, "anna@hospital.example", **BY_READER)
        assert not any(use_link(db, link, now=NOW) for link in links)
        account = make_link(db, anna, Purpose.ACCOUNT, {}, life=DAY, now=NOW)
        change_address(db, anna, "Anna@Hospital.example", **BY_READER)  # the same mailbox
        assert use_link(db, account, now=NOW)
