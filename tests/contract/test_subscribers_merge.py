"""Two people become one, and an address becomes another, on both databases: every no holds, no record is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from subscribers.address import parse_address
from subscribers.consent.consent import Act, SuppressionKind, Wish
from subscribers.consent.join import Shown, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.errors import SaidNo, UnknownSubscriber
from subscribers.people.change_address import change_address, former_hashes
from subscribers.people.erase import erase
from subscribers.people.find import find_by_id, find_by_old_id
from subscribers.people.merge import combined_wishes
from subscribers.people.show import show
from subscribers.subscriber import Recipient
from subscribers.suppression import suppression_store
from subscribers.suppression.suppress import note_left, suppress_address
from subscribers.wishes.prefer import change_profile, prefer, preferences_of
from subscribers.wishes.wish import follow, mute, wishes_in
from tests.unit.subscribers.people import BY_READER, NOW, WEEKLY, answer, mailable, make_member

OLD, NEW = "anna@example.org", "anna@hospital.example"


def two(db: Connection) -> tuple[int, int]:
    return make_member(db, OLD), make_member(db, NEW, "press")


def test_an_address_becomes_another(engine: Engine) -> None:
    """Id, lists and wishes stay; mail goes to the new address; both addresses tell of it on record."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        moved = change_address(db, person, NEW, **BY_READER)
        found = answer(db, person)
        assert isinstance(found, Recipient)
        assert (found.address, moved.old, moved.merged, moved.is_left) == (NEW, OLD, None, False)
        assert [one.act for one in show(db, OLD).consents] == [Act.ADDED, Act.MOVED]
        assert [one.act for one in show(db, NEW).consents] == [Act.MOVED]
        assert show(db, OLD).suppressions == ()


@pytest.mark.parametrize("has_left_something", [False, True])
def test_who_moves_there_and_back_goes_on_as_before(engine: Engine, has_left_something: bool) -> None:
    """Mail goes to the first address again, what was left stays left, and it can be done once more."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        if has_left_something:
            opt_out(db, person, "newsletter:other", **BY_READER)
        for to in (NEW, OLD, NEW, OLD):
            assert not change_address(db, person, to, **BY_READER).is_left
            found = answer(db, person)
            assert isinstance(found, Recipient)
            assert found.address == to
        left_there = {SuppressionKind.LEFT} if has_left_something else set()
        assert suppression_store.open_suppressions(db, parse_address(NEW).hash) == left_there
        assert [one.kind for one in show(db, OLD).wishes] == ["opt_out"] * has_left_something


def test_moving_back_ends_nobody_elses_no_and_none_of_their_own(engine: Engine) -> None:
    """Who left everything stays gone there and back; a no that was told after they had gone holds."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        change_address(db, person, NEW, **BY_READER)
        note_left(db, OLD, reason="by telephone", by="test", now=NOW + timedelta(days=1))
        assert change_address(db, person, OLD, **BY_READER | {"now": NOW + timedelta(days=2)}).is_left


def test_a_yes_at_the_address_between_holds_at_the_first(engine: Engine) -> None:
    """Left everything, moved, joined again, moved back: the yes is the last word."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        leave_everything(db, person, **BY_READER)
        assert change_address(db, person, NEW, **BY_READER | {"now": NOW + timedelta(days=1)}).is_left
        shown = Shown(text="Yes", language="en", place="page", network_address="")
        confirm(db, person, "members", shown=shown, now=NOW + timedelta(days=2))
        assert not change_address(db, person, OLD, **BY_READER | {"now": NOW + timedelta(days=3)}).is_left
        assert isinstance(answer(db, person), Recipient)


def test_the_same_address_in_other_letters_is_only_written_anew(engine: Engine) -> None:
    """Nothing is recorded, and nobody is merged."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        assert not change_address(db, person, "Anna@Example.org", **BY_READER).is_new
        assert find_by_id(db, person).address == "Anna@Example.org"
        assert [one.act for one in show(db, OLD).consents] == [Act.ADDED]


def test_two_people_become_one(engine: Engine) -> None:
    """The kept person is on both lists, has both records, and is whom old mails of the other mean."""
    with engine.begin() as db:
        keep, gone = two(db)
        change_profile(db, gone, {"name": "Anna", "role": "nurse"}, now=NOW)
        change_profile(db, keep, {"role": "doctor"}, now=NOW)
        assert change_address(db, keep, NEW, **BY_READER).merged == gone
        assert mailable(db, ("members", "press")) == [keep]
        person = find_by_old_id(db, gone)
        assert (person.id, person.address, person.name, person.role) == (keep, NEW, "Anna", "doctor")
        assert [one.act for one in show(db, NEW).consents] == [Act.ADDED, Act.MERGED, Act.MOVED]
        assert [one.act for one in show(db, OLD).consents] == [Act.ADDED, Act.MERGED, Act.MOVED]
        assert suppression_store.open_suppressions(db, person.address_hash) == set()


def test_the_longer_pause_holds(engine: Engine) -> None:
    """Who wants to be left alone until a day is left alone until then, whichever of the two said so."""
    with engine.begin() as db:
        keep, gone = two(db)
        change_profile(db, keep, {"paused_until": "2026-12-01"}, now=NOW)
        change_profile(db, gone, {"paused_until": "2026-12-24"}, now=NOW)
        change_address(db, keep, NEW, **BY_READER)
        assert find_by_id(db, keep).paused_until == "2026-12-24"


@pytest.mark.parametrize("said_by", ["keep", "gone"])
def test_a_no_of_either_wins(engine: Engine, said_by: str) -> None:
    """A list left, a newsletter left and a topic muted by one of them stay so for both."""
    with engine.begin() as db:
        keep, gone = two(db)
        make_member(db, NEW)
        no, yes = (keep, gone) if said_by == "keep" else (gone, keep)
        leave_list(db, no, "members", **BY_READER)
        mute(db, no, "topic:funding", now=NOW)
        follow(db, yes, "topic:funding", now=NOW)
        opt_out(db, no, WEEKLY, **BY_READER)
        change_address(db, keep, NEW, **BY_READER)
        assert wishes_in(show(db, NEW).wishes, "") == {WEEKLY: "opt_out", "topic:funding": "mute"}
        assert {one.list_slug: one.state for one in show(db, NEW).subscriptions} == {
            "members": "left",
            "press": "active",
        }
        assert mailable(db, ("members", "press")) == []


def test_who_left_everything_stays_gone_wherever_they_move(engine: Engine) -> None:
    """Moving ends no departure: only joining does."""
    with engine.begin() as db:
        keep, _ = two(db)
        suppress_address(db, NEW, SuppressionKind.LEFT, reason="x", by="test", now=NOW)
        assert change_address(db, keep, NEW, **BY_READER).is_left
        assert mailable(db, ("members", "press")) == []
        third = change_address(db, keep, "anna@third.example", **BY_READER)
        assert third.is_left
        assert mailable(db, ("members", "press")) == []


@pytest.mark.parametrize("kind", [SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN])
@pytest.mark.parametrize("address", [OLD, NEW])
def test_a_complaint_cannot_be_moved_away_from_or_into(engine: Engine, kind: SuppressionKind, address: str) -> None:
    """Only a person with the right lifts it; nothing is changed."""
    with engine.begin() as db:
        keep, gone = two(db)
        suppress_address(db, address, kind, reason="x", by="test", now=NOW)
        with pytest.raises(SaidNo):
            change_address(db, keep, NEW, **BY_READER)
        assert [find_by_id(db, one).address for one in (keep, gone)] == [OLD, NEW]


def test_the_old_address_is_closed_where_something_was_left(engine: Engine) -> None:
    """Else a later import of that address would bring back what was left there."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        opt_out(db, person, WEEKLY, **BY_READER)
        change_address(db, person, NEW, **BY_READER)
        with pytest.raises(SaidNo):
            make_member(db, OLD)


def test_preferences_of_the_kept_person_count(engine: Engine) -> None:
    """What only the other one wanted is taken over."""
    with engine.begin() as db:
        keep, gone = two(db)
        prefer(db, keep, WEEKLY, {"hour": 7}, now=NOW)
        prefer(db, gone, WEEKLY, {"hour": 9}, now=NOW)
        prefer(db, gone, "newsletter:calls", {"hour": 10}, now=NOW)
        change_address(db, keep, NEW, **BY_READER)
        assert preferences_of(db, keep) == {WEEKLY: {"hour": 7}, "newsletter:calls": {"hour": 10}}


def test_erasure_reaches_the_addresses_before(engine: Engine) -> None:
    """No import brings somebody back at an address they had; no network address stays; old links mean nobody."""
    with engine.begin() as db:
        keep, gone = two(db)
        change_address(db, keep, NEW, **BY_READER)
        change_address(db, keep, "anna@third.example", **BY_READER)
        assert len(former_hashes(db, find_by_id(db, keep).address_hash)) == 2
        erase(db, keep, by="reader", now=NOW)
        for address in (OLD, NEW, "anna@third.example"):
            known = show(db, address)
            assert known.subscriber is None
            assert [one.kind for one in known.suppressions] == [SuppressionKind.LEFT]
            assert {one.network_address for one in known.consents} == {""}
        with pytest.raises(UnknownSubscriber):
            find_by_old_id(db, gone)


def test_erasure_leaves_alone_who_has_the_old_address_now(engine: Engine) -> None:
    """A role's mailbox is passed on: its new reader is another person."""
    with engine.begin() as db:
        person = make_member(db, OLD)
        change_address(db, person, NEW, **BY_READER)
        after = make_member(db, OLD)
        erase(db, person, by="reader", now=NOW)
        assert mailable(db) == [after]


def wish(kind: str, scope: str = "", key: str = "topic:a") -> Wish:
    return Wish(scope=scope, key=key, kind=kind, since=NOW)


@pytest.mark.parametrize(
    ("keep", "gone", "general", "weekly"),
    [
        ([wish("follow")], [wish("mute")], "mute", "mute"),
        ([wish("mute")], [wish("follow", WEEKLY)], "mute", "mute"),
        ([wish("follow", WEEKLY)], [wish("mute")], "mute", "mute"),
        ([wish("mute"), wish("follow", WEEKLY)], [], "mute", "follow"),
        ([wish("follow"), wish("none", WEEKLY)], [wish("follow")], "follow", None),
        ([], [wish("mute", WEEKLY)], None, "mute"),
    ],
)
def test_the_stronger_no_holds_in_each_scope(
    keep: list[Wish], gone: list[Wish], general: str | None, weekly: str | None
) -> None:
    """What held for either in a newsletter is weighed there, also where it was said for everything."""
    combined = combined_wishes(keep, gone)
    assert wishes_in(combined, "").get("topic:a") == general
    assert wishes_in(combined, WEEKLY).get("topic:a") == weekly
