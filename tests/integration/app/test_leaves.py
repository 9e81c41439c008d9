"""leaves.log: what it tells counts again in a restored database, for strangers too, unless it was undone since."""

from collections.abc import Iterator
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
    FILE_NAME,
    LIST,
    OPT_OUT,
    SUPPRESSED,
    UNDO,
    Entry,
    last_words,
    note_leave,
    replay_leaves,
)
from newsletter.app.suppressing import release_by_hand, suppress_by_hand
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.db.tables import audit_log
from newsletter.outbox.tables import attempts, deliveries
from subscribers.address import parse_address
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.join import Shown, confirm
from subscribers.consent.leave import leave_list, opt_out
from subscribers.doors import members
from subscribers.errors import SaidNo
from subscribers.people.find import find_by_hash
from subscribers.people.show import show
from subscribers.tables import consents
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
    note_leave(home.app, act, STRANGER.hash, KEY if act == OPT_OUT else "")
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    assert open_kinds(home.app, STRANGER.address) == {"left"}
    with reading(home.app.engine) as db:
        (record,) = show(db, STRANGER.address).consents
        assert (record.act, record.by) == (Act.SUPPRESSED, "restore")
    with pytest.raises(SaidNo, match="themselves"):
        release_by_hand(home.app, STRANGER.address, reason="imported again", by="cli:eva")


def test_a_stranger_who_took_it_back_is_not_kept_away(home: Home) -> None:
    """An opt-out that was undone is no departure; one of two that were is."""
    note_leave(home.app, OPT_OUT, STRANGER.hash, KEY)
    note_leave(home.app, UNDO, STRANGER.hash, KEY)
    assert replay_leaves(home.app) == 0
    note_leave(home.app, OPT_OUT, STRANGER.hash, OTHER)
    assert replay_leaves(home.app) == 1


def test_the_last_word_counts() -> None:
    """Of the entries of one person those count that were not taken back, newsletter by newsletter."""

    def at(minute: int, act: str, key: str = "", who: str = "a") -> Entry:
        return Entry(NOW + timedelta(minutes=minute), act, who, key)

    assert last_words([at(1, OPT_OUT, KEY), at(2, UNDO, KEY)]) == []
    assert last_words([at(1, OPT_OUT, KEY), at(2, OPT_OUT, OTHER), at(3, UNDO, OTHER)]) == [at(1, OPT_OUT, KEY)]
    assert last_words([at(1, EVERYTHING), at(2, UNDO, KEY)]) == [at(1, EVERYTHING)]
    assert last_words([at(1, SUPPRESSED, "bounced"), at(2, DOMAIN_CLOSED, "forbidden")]) == []


def test_an_erased_person_is_erased_again(home: Home) -> None:
    """Erasure is noted before it is done; a restored database that still has them forgets them too."""
    anna = home.person(ANNA)
    note_leave(home.app, ERASED, anna.address_hash)
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
    """The attempts hold no masked address, and no record has both the hash and the number of the deliveries."""
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
        assert db.execute(select(consents.c.id).where(consents.c.subscriber_id == anna.id)).all() == []
        assert (
            db.execute(select(audit_log.c.subject).where(audit_log.c.subject.contains(anna.address_hash))).all() == []
        )


@pytest.mark.parametrize("act", [OPT_OUT, EVERYTHING, ERASED])
def test_who_came_back_before_the_backup_stays(home: Home, act: str) -> None:
    """An entry from before their own later yes, which the database knows, ends nothing and erases nobody."""
    anna = home.person(ANNA)
    note_leave(home.app, act, anna.address_hash, KEY if act == OPT_OUT else "")
    with writing(home.app.engine) as db:
        opt_out(db, anna.id, KEY, by="reader", evidence="", network_address="", now=later(1))
        confirm(db, anna.id, "members", shown=SHOWN, now=later(2), opt_out=KEY)
    assert replay_leaves(home.app) == 0
    assert anna.id in mailed(home)


def test_an_undo_from_before_a_later_departure_brings_nobody_back(home: Home) -> None:
    """Who left again by a way that the log does not tell is not brought back by the older undo in it."""
    anna = home.person(ANNA)
    note_leave(home.app, OPT_OUT, anna.address_hash, KEY)
    note_leave(home.app, UNDO, anna.address_hash, KEY)
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
    note_leave(home.app, OPT_OUT, home.person(ANNA).address_hash, KEY)
    assert replay_leaves(home.app) == 1


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_a_list_that_was_left_is_left_again(home: Home) -> None:
    """Leaving one list counts in a restored database, and the newsletter ends that came through it alone."""
    anna = home.person(ANNA)
    note_leave(home.app, LIST, anna.address_hash, "members")
    note_leave(home.app, LIST, anna.address_hash, "made-after-the-backup")
    assert (replay_leaves(home.app), replay_leaves(home.app)) == (1, 0)
    assert anna.id not in mailed(home)
    assert open_kinds(home.app, ANNA) == set()


def test_a_list_that_was_joined_again_stays_joined(home: Home) -> None:
    """An own yes to that list, later than the entry, is the last word; a yes to another list is not."""
    anna = home.person(ANNA)
    note_leave(home.app, LIST, anna.address_hash, "members")
    with writing(home.app.engine) as db:
        leave_list(db, anna.id, "members", by="reader", evidence="", network_address="", now=later(1))
        confirm(db, anna.id, "members", shown=SHOWN, now=later(2))
    assert replay_leaves(home.app) == 0
    assert anna.id in mailed(home)
