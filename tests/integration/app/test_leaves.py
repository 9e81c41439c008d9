"""leaves.log: what it tells counts again in a restored database, for strangers too, unless it was undone since."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from newsletter.app.app import App
from newsletter.app.erasing import erase_person
from newsletter.app.leaves import (
    DOMAIN_CLOSED,
    ERASED,
    EVERYTHING,
    LIST,
    NO_MORE_ASKING,
    OPT_OUT,
    SUPPRESSED,
    UNDO,
    last_words,
    note_leave,
    note_move,
    note_of_address,
    replay_leaves,
)
from newsletter.app.leaves_meant import FILE_NAME, Entry, who_is_meant
from newsletter.app.suppressing import release_by_hand, suppress_by_hand
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.db.tables import audit_log
from newsletter.outbox.tables import attempts, deliveries
from subscribers.address import parse_address
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.join import Shown, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.doors import members
from subscribers.errors import SaidNo
from subscribers.people.add import add_subscriber
from subscribers.people.change_address import change_address
from subscribers.people.everything import everything_of
from subscribers.people.find import find_by_address, find_by_hash, find_by_id
from subscribers.people.show import show
from subscribers.subscriber import Subscriber
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, Home, copy_home, make_full_home

KEY, OTHER = "newsletter:weekly", "newsletter:monthly"
STRANGER = parse_address("stranger@hospital.example")
SHOWN = Shown(text="Yes", language="en", place="page", network_address="")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaves") / "home"
    make_full_home(folder).app.close()
    return folder


@pytest.fixture
def home(master: Path, tmp_path: Path) -> Iterator[Home]:
    home = copy_home(master, tmp_path / "home")
    yield home
    home.app.close()


def mailed(home: Home) -> set[int]:
    with reading(home.app.engine) as db:
        return {one.subscriber_id for one in members(db, ["members"], opt_out=KEY, after=0, limit=99)}


def open_kinds(app: App, address: str) -> set[str]:
    with reading(app.engine) as db:
        return {one.kind.value for one in show(db, address).suppressions if one.ended_at is None}


@pytest.mark.parametrize("act", [OPT_OUT, EVERYTHING, ERASED])
def test_a_stranger_who_left_is_kept_away(home: Home, act: str) -> None:
    """Who joined and left after the backup is unknown to it: no hand and no import brings them in, only they do."""
    note_of_address(home.app, act, STRANGER.hash, KEY if act == OPT_OUT else "")
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    assert open_kinds(home.app, STRANGER.address) == {"left"}
    with reading(home.app.engine) as db:
        (record,) = show(db, STRANGER.address).consents
        assert (record.act, record.by) == (Act.SUPPRESSED, "restore")
    with pytest.raises(SaidNo, match="themselves"):
        release_by_hand(home.app, STRANGER.address, reason="imported again", by="cli:eva")


def test_a_stranger_who_took_it_back_is_not_kept_away(home: Home) -> None:
    """An opt-out that was undone is no departure; one of two that were is."""
    note_of_address(home.app, OPT_OUT, STRANGER.hash, KEY)
    note_of_address(home.app, UNDO, STRANGER.hash, KEY)
    assert replay_leaves(home.app) == 0
    note_of_address(home.app, OPT_OUT, STRANGER.hash, OTHER)
    assert replay_leaves(home.app) == 1


def test_the_last_word_counts() -> None:
    """Of the entries of one person those count that were not taken back, newsletter by newsletter."""

    def at(minute: int, act: str, key: str = "", who: str = "a") -> Entry:
        return Entry(NOW + timedelta(minutes=minute), act, who, key)

    def last(*entries: Entry) -> list[Entry]:
        return [one.entry for one in last_words(who_is_meant(entries))]

    assert last(at(1, OPT_OUT, KEY), at(2, UNDO, KEY)) == []
    assert last(at(1, OPT_OUT, KEY), at(2, OPT_OUT, OTHER), at(3, UNDO, OTHER)) == [at(1, OPT_OUT, KEY)]
    assert last(at(1, EVERYTHING), at(2, UNDO, KEY)) == [at(1, EVERYTHING)]
    assert last(at(1, SUPPRESSED, "bounced"), at(2, DOMAIN_CLOSED, "forbidden")) == []


def test_an_erased_person_is_erased_again(home: Home) -> None:
    """Erasure is noted before it is done; a restored database that still has them forgets them too."""
    anna = home.person(ANNA)
    note_of_address(home.app, ERASED, anna.address_hash)
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    with reading(home.app.engine) as db:
        assert find_by_hash(db, anna.address_hash) is None
        assert [one.act for one in show(db, ANNA).consents][-1] is Act.ERASED
    assert open_kinds(home.app, ANNA) == {"left"}
    assert home.person(BRUNO).id in mailed(home)


def test_erasing_writes_the_log(home: Home) -> None:
    """Whoever erases, the entry stands in the log, without the address."""
    anna = home.person(ANNA)
    erase_person(home.app, anna.id, by="reader")
    text = (home.app.home / FILE_NAME).read_text()
    assert anna.address_hash in text
    assert ANNA not in text


def test_after_erasure_no_row_leads_from_the_address_to_what_was_mailed(home: Home) -> None:
    """Deliveries have neither number nor key of the person any more, and attempts no masked address."""
    anna = home.person(ANNA)
    with writing(home.app.engine) as db:
        made = {"subscriber_id": anna.id, "issue_id": home.issue.id, "key": f"issue:1:{anna.id}", "lane": "box"}
        times = {"due_at": NOW, "changed_at": NOW, "state": "accepted"}
        key = db.execute(insert(deliveries).values(**made, **times)).inserted_primary_key
        assert key is not None
        tried = {"delivery_id": key[0], "epoch": 1, "provider": "box", "masked_address": "a...r@klinik.example"}
        db.execute(insert(attempts).values(**tried, opened_at=NOW))
    erase_person(home.app, anna.id, by="reader")
    with reading(home.app.engine) as db:
        assert db.execute(select(attempts.c.masked_address)).scalars().all() == [""]
        rows = db.execute(select(deliveries.c.subscriber_id, deliveries.c.key, deliveries.c.issue_id)).all()
        assert [(None, f"erased:{key[0]}", home.issue.id)] == [tuple(row) for row in rows]
        assert (
            db.execute(select(audit_log.c.subject).where(audit_log.c.subject.contains(anna.address_hash))).all() == []
        )


@pytest.mark.parametrize("act", [OPT_OUT, EVERYTHING, ERASED])
def test_who_came_back_before_the_backup_stays(home: Home, act: str) -> None:
    """An entry from before their own later yes, which the database knows, ends nothing and erases nobody."""
    anna = home.person(ANNA)
    note_of_address(home.app, act, anna.address_hash, KEY if act == OPT_OUT else "")
    with writing(home.app.engine) as db:
        opt_out(db, anna.id, KEY, by="reader", evidence="", network_address="", now=later(1))
        confirm(db, anna.id, "members", shown=SHOWN, now=later(2), opt_out=KEY)
    assert replay_leaves(home.app) == 0
    assert anna.id in mailed(home)


def test_an_undo_from_before_a_later_departure_brings_nobody_back(home: Home) -> None:
    """Who left again by a way that the log does not tell is not brought back by the older undo in it."""
    anna = home.person(ANNA)
    note_of_address(home.app, OPT_OUT, anna.address_hash, KEY)
    note_of_address(home.app, UNDO, anna.address_hash, KEY)
    with writing(home.app.engine) as db:
        opt_out(db, anna.id, KEY, by="reader", evidence="by mail", network_address="", now=later(1))
    replay_leaves(home.app)
    assert anna.id not in mailed(home)


def test_suppressions_by_hand_hold_in_a_restored_home(home: Home, master: Path, tmp_path: Path) -> None:
    """Addresses and domains alike; what was lifted since, as the database knows, stays lifted."""
    suppress_by_hand(home.app, ANNA, SuppressionKind.FORBIDDEN, reason="law", by="cli:eva")
    suppress_by_hand(home.app, BRUNO, SuppressionKind.COMPLAINED, reason="wrote", by="cli:eva")
    suppress_by_hand(home.app, "@hospital.example", SuppressionKind.FORBIDDEN, reason="law", by="cli:eva")
    back = copy_home(master, tmp_path / "back")
    (back.app.home / FILE_NAME).write_bytes((home.app.home / FILE_NAME).read_bytes())
    assert (replay_leaves(back.app), replay_leaves(back.app)) == (3, 0)
    assert (open_kinds(back.app, ANNA), open_kinds(back.app, BRUNO)) == ({"forbidden"}, {"complained"})
    with reading(back.app.engine) as db:
        assert [one.kind.value for one in show(db, STRANGER.address).domain] == ["forbidden"]
    back.app.close()
    app = App(home.app.home, home.app.settings, FixedClock(later(1)), home.app.engine)
    for what in (ANNA, "@hospital.example"):
        release_by_hand(app, what, reason="a mistake", by="cli:eva")
    assert replay_leaves(app) == 0
    assert open_kinds(app, ANNA) == set()


def test_lines_that_tell_nothing_are_passed_over(home: Home) -> None:
    """Half a line, a list, a time that is none: no entry, and none of the others is lost."""
    (home.app.home / FILE_NAME).write_bytes(b'{"at": "2026-\n[]\n{"at": "x", "act": "erased", "who": "a", "key": ""}\n')
    note_of_address(home.app, OPT_OUT, home.person(ANNA).address_hash, KEY)
    assert replay_leaves(home.app) == 1


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_a_list_that_was_left_is_left_again(home: Home) -> None:
    """Leaving one list counts in a restored database, and the newsletter ends that came through it alone."""
    anna = home.person(ANNA)
    note_of_address(home.app, LIST, anna.address_hash, "members")
    note_of_address(home.app, LIST, anna.address_hash, "made-after-the-backup")
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    assert anna.id not in mailed(home)
    assert open_kinds(home.app, ANNA) == set()


def test_a_list_that_was_joined_again_stays_joined(home: Home) -> None:
    """An own yes to that list, later than the entry, is the last word; a yes to another list is not."""
    anna = home.person(ANNA)
    note_of_address(home.app, LIST, anna.address_hash, "members")
    with writing(home.app.engine) as db:
        leave_list(db, anna.id, "members", by="reader", evidence="", network_address="", now=later(1))
        confirm(db, anna.id, "members", shown=SHOWN, now=later(2))
    assert replay_leaves(home.app) == 0
    assert anna.id in mailed(home)


NEW = "anna@neu.example"


def move(home: Home, address: str, to: str) -> Subscriber:
    """Move somebody as their page does: noted first. Gives who they are then."""
    with reading(home.app.engine) as db:
        person, other = find_by_address(db, address), find_by_hash(db, parse_address(to).hash)
    note_move(home.app, person, parse_address(to).hash, other.id if other else None)
    with writing(home.app.engine) as db:
        change_address(db, person.id, to, by="reader", evidence="", network_address="", now=home.app.clock.now())
    return home.person(to)


def succeed(home: Home) -> Subscriber:
    """Let somebody else join with the address that Anna had."""
    with writing(home.app.engine) as db:
        add_subscriber(db, ANNA, "members", consent="signed", by="test", now=home.app.clock.now())
    return home.person(ANNA)


def brought_back(home: Home, folder: Path, saved: Path) -> Home:
    """Give the home as it was saved, with the log of today replayed, twice as if once."""
    back = copy_home(saved, folder)
    (back.app.home / FILE_NAME).write_bytes((home.app.home / FILE_NAME).read_bytes())
    replay_leaves(back.app)
    assert replay_leaves(back.app) == 0
    return back


@pytest.mark.parametrize("act", [OPT_OUT, EVERYTHING, ERASED])
def test_who_has_the_address_now_is_not_who_moved_away(home: Home, tmp_path: Path, act: str) -> None:
    """Anna moved, somebody joined with her old address, Anna left: a backup of between keeps the successor."""
    anna = move(home, ANNA, NEW)
    successor = succeed(home)
    saved = shutil.copytree(home.app.home, tmp_path / "saved")
    note_leave(home.app, act, anna, KEY if act == OPT_OUT else "")
    back = brought_back(home, tmp_path / "back", saved)
    assert anna.id not in mailed(back)
    assert successor.id in mailed(back)
    assert open_kinds(back.app, ANNA) == set()
    back.app.close()


def test_what_a_successor_said_is_not_told_of_who_had_the_address(home: Home, master: Path, tmp_path: Path) -> None:
    """A backup of before the move knows Anna by the address whose later reader left: she stays."""
    anna = move(home, ANNA, NEW)
    note_leave(home.app, EVERYTHING, succeed(home))
    back = brought_back(home, tmp_path / "back", master)
    assert anna.id in mailed(back)
    back.app.close()


def test_a_number_that_was_given_again_means_nobody_else(home: Home) -> None:
    """A home that was brought back gives the numbers again that the lost one gave: the address must fit too."""
    lost = replace(home.person(ANNA), address_hash=STRANGER.hash)
    note_leave(home.app, ERASED, lost)
    assert replay_leaves(home.app) == 1
    assert home.person(ANNA).id in mailed(home)
    assert open_kinds(home.app, STRANGER.address) == {"left"}


def test_one_who_was_merged_leaves_as_both(home: Home, master: Path, tmp_path: Path) -> None:
    """The backup has two people who became one and left: neither is mailed."""
    anna, bruno = home.person(ANNA), home.person(BRUNO)
    note_leave(home.app, OPT_OUT, move(home, ANNA, BRUNO), KEY)
    back = brought_back(home, tmp_path / "back", master)
    assert not {anna.id, bruno.id} & mailed(back)
    back.app.close()


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_there_and_back_is_one_person_in_each_backup(home: Home, tmp_path: Path, moves: int) -> None:
    """Left at the address between and moved back: heeded wherever the backup knows her; a way back stays open."""
    saved = tmp_path / "saved"
    for number, (old, new) in enumerate([(ANNA, NEW), (NEW, ANNA)]):
        if number == moves:
            shutil.copytree(home.app.home, saved)
        anna = move(home, old, new)
        note_leave(home.app, OPT_OUT, anna, OTHER)
    if moves == 2:
        shutil.copytree(home.app.home, saved)
    back = brought_back(home, tmp_path / "back", saved)
    assert anna.id in mailed(back)
    with reading(back.app.engine) as db:
        known = find_by_id(db, anna.id)
        assert [wish.key for wish in show(db, known.address).wishes if wish.kind == "opt_out"] == [OTHER]
    for to in (NEW, ANNA) if known.address == ANNA else (ANNA, NEW):
        move(back, back_address(back, anna.id), to)
        assert anna.id in mailed(back)
        assert open_kinds(back.app, to) == set()
    back.app.close()


def back_address(home: Home, subscriber_id: int) -> str:
    with reading(home.app.engine) as db:
        return find_by_id(db, subscriber_id).address


def test_a_yes_at_the_other_address_undoes_a_no_at_the_first(home: Home) -> None:
    """Left everything, moved, joined again there, moved back: the log's no is from before their yes."""
    anna = home.person(ANNA)
    note_leave(home.app, EVERYTHING, anna)
    with writing(home.app.engine) as db:
        leave_everything(db, anna.id, by="reader", evidence="", network_address="", now=NOW)
    home.app.clock = FixedClock(later(1))
    move(home, ANNA, NEW)
    with writing(home.app.engine) as db:
        confirm(db, anna.id, "members", shown=SHOWN, now=later(2))
    home.app.clock = FixedClock(later(3))
    move(home, NEW, ANNA)
    assert replay_leaves(home.app) == 0
    assert anna.id in mailed(home)


def test_who_is_not_to_be_asked_is_not_asked_after_a_restore(home: Home) -> None:
    """Said for a year from then on, of a mailbox; their own later yes ends it here too."""
    note_leave(home.app, NO_MORE_ASKING, home.person(ANNA), "members")
    note_leave(home.app, NO_MORE_ASKING, home.person(BRUNO), "members")
    said_at = home.app.clock.now()
    with writing(home.app.engine) as db:
        bruno = find_by_address(db, BRUNO).id
        leave_list(db, bruno, "members", by="reader", evidence="", network_address="", now=said_at)
        confirm(db, bruno, "members", shown=SHOWN, now=said_at + timedelta(hours=1))
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    with reading(home.app.engine) as db:
        assert everything_of(db, home.person(ANNA).id).asking_rests == {"members": said_at + timedelta(days=365)}
        assert everything_of(db, home.person(BRUNO).id).asking_rests == {}
    assert home.person(ANNA).id in mailed(home)
