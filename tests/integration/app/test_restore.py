"""Backup, restore and leaves.log: nobody twice, and nobody who has left."""

import io
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import text

from newsletter.app.app import App
from newsletter.app.backup import backup_home
from newsletter.app.erasing import erase_address
from newsletter.app.holds import resume_sending
from newsletter.app.importing import prepare_import
from newsletter.app.leaves import OPT_OUT, SUPPRESSED, note_move, note_of_address
from newsletter.app.leaves_meant import FILE_NAME, MOVED
from newsletter.app.portions import import_some, plan_some
from newsletter.app.restore import restore_home
from newsletter.app.tick import tick
from newsletter.base.clock import FixedClock
from newsletter.base.errors import UsageError
from newsletter.base.settings import read_settings
from newsletter.db import revision_store
from newsletter.db.engine import open_engine, reading, writing
from newsletter.issues import store as issue_store
from newsletter.outbox import alert_store
from subscribers.address import parse_address
from subscribers.consent.consent import SuppressionKind
from subscribers.doors import members
from subscribers.importing.run import start_import
from subscribers.people.correspondents import correspondent_id
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.suppression import suppression_store
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, Home, copy_home, make_full_home


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made once and closed; tests get copies."""
    folder = tmp_path_factory.mktemp("restore") / "home"
    home = make_full_home(folder)
    with home.app.engine.begin() as db:  # its tables come from the metadata: say that they are of this schema
        db.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        db.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": revision_store.newest_revision()})
    home.app.close()
    return folder


@pytest.fixture
def home(master: Path, tmp_path: Path) -> Iterator[Home]:
    home = copy_home(master, tmp_path / "home")
    yield home
    home.app.close()


def open_at(folder: Path, days: int) -> App:
    settings = read_settings(folder, {})
    return App(folder, settings, FixedClock(NOW + timedelta(days=days)), open_engine(settings.database.url, folder))


def restored(home: Home, folder: Path) -> Path:
    file = folder / "home.backup"
    backup_home(home.app, file)
    assert file.stat().st_mode & 0o077 == 0
    return file


def test_a_restored_home_sends_nothing_before_a_person_says_so(home: Home, tmp_path: Path) -> None:
    """Held, with an open alert; and afterwards no issue that may be out already goes by itself."""
    home.approve()
    file = restored(home, tmp_path)
    report = restore_home(file, tmp_path / "new")
    assert report.paused == 1
    app = open_at(tmp_path / "new", days=0)
    first = tick(app)
    assert "home" in [alert.key for alert in first.alerts]
    assert not list((app.home / "sent").glob("new/*"))
    with writing(app.engine) as db:
        alert_store.close_alert(db, "home", now=NOW)
    assert "home" in [alert.key for alert in tick(app).alerts]  # still held, so it is told anew
    assert resume_sending(app)
    assert plan_some(app) == 0
    with reading(app.engine) as db:
        assert issue_store.issue_by_id(db, home.issue.id).paused_at is not None
    app.close()


def test_whoever_left_since_the_backup_stays_away(home: Home, tmp_path: Path) -> None:
    """leaves.log of the lost home is replayed, whatever half lines a crash has left in it; twice is harmless."""
    file = restored(home, tmp_path)
    (home.app.home / FILE_NAME).write_bytes(b'{"at": "2026-11-23", "act": "opt_')
    note_of_address(home.app, OPT_OUT, home.person(ANNA).address_hash, "newsletter:weekly")
    note_of_address(home.app, OPT_OUT, "of somebody else", "newsletter:weekly")
    new = tmp_path / "new"
    new.mkdir()
    (new / FILE_NAME).write_bytes((home.app.home / FILE_NAME).read_bytes())
    assert restore_home(file, new).leaves == 2  # somebody else is kept away too, should they be brought in again
    assert (new / FILE_NAME).exists()
    app = open_at(new, days=0)
    with reading(app.engine) as db:
        left = {one.subscriber_id for one in members(db, ["members"], opt_out="newsletter:weekly", after=0, limit=9)}
    assert home.person(ANNA).id not in left
    assert home.person(BRUNO).id in left
    app.close()


def test_there_is_no_home_before_it_is_held(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore that dies on its way leaves nothing that could send; called again, it goes through."""
    from newsletter.app import restore

    file, new = restored(home, tmp_path), tmp_path / "new"
    with monkeypatch.context() as patch:
        patch.setattr(restore, "hold_sending", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restore_home(file, new)
    assert not (new / "newsletter.toml").exists()
    restore_home(file, new)
    assert (new / "keys.json").stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="holds a home already"):
        restore_home(file, new)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    """A file of something else says so and makes nothing."""
    other = tmp_path / "other"
    other.write_bytes(b"\x1f\x8b something else")
    with pytest.raises(UsageError, match="cannot be read"):
        restore_home(other, tmp_path / "new")
    assert not (tmp_path / "new" / "newsletter.toml").exists()


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "media/../../outside"])
def test_nothing_is_written_outside_the_home(tmp_path: Path, name: str) -> None:
    """An archive with a path that leads out of the home is refused, and nothing is written there."""
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        for one in ("backup.json", "newsletter.db", "newsletter.toml", "keys.json", name):
            entry = tarfile.TarInfo(one)
            entry.size = 2
            file.addfile(entry, io.BytesIO(b"{}"))
    with pytest.raises(UsageError, match="no file of a home"):
        restore_home(archive, tmp_path / "home")
    assert not (tmp_path / "outside").exists()


def test_what_is_said_after_a_move_counts_where_the_backup_knows_them(home: Home, tmp_path: Path) -> None:
    """The backup has Anna at her old address; she moved and then left: after a restore she is not mailed there."""
    file = restored(home, tmp_path)
    with writing(home.app.engine) as db:
        anna = find_by_address(db, ANNA)
        new = parse_address("anna@neu.example").hash
    note_of_address(home.app, MOVED, anna.address_hash, new)
    note_of_address(home.app, OPT_OUT, new, "newsletter:weekly")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes((home.app.home / FILE_NAME).read_bytes())
    restore_home(file, folder)
    app = open_at(folder, days=0)
    with reading(app.engine) as db:
        stay = {one.subscriber_id for one in members(db, ["members"], opt_out="newsletter:weekly", after=0, limit=9)}
    app.close()
    assert anna.id not in stay
    assert home.person(BRUNO).id in stay


def test_a_bounce_is_of_one_mailbox(home: Home, tmp_path: Path) -> None:
    """What was said of a mailbox is not told of the one before; a complaint is a person's."""
    file = restored(home, tmp_path)
    anna, bruno = home.person(ANNA), home.person(BRUNO)
    for one, new, kind in ((anna, "anna@neu.example", "bounced"), (bruno, "bruno@neu.example", "complained")):
        note_move(home.app, one, parse_address(new).hash, None)
        note_of_address(home.app, SUPPRESSED, parse_address(new).hash, kind)
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes((home.app.home / FILE_NAME).read_bytes())
    restore_home(file, folder)
    app = open_at(folder, days=0)
    with reading(app.engine) as db:
        kinds = {one.id: suppression_store.open_suppressions(db, one.address_hash) for one in (anna, bruno)}
    app.close()
    assert kinds == {anna.id: set(), bruno.id: {"complained"}}


def test_a_backup_made_during_an_import_comes_back(home: Home, tmp_path: Path) -> None:
    """The copy that an import reads lies in a folder: the backup has it, and the import goes on where it stood."""
    file = tmp_path / "people.csv"
    yeses = "".join(f"p{number}@example.org,\n" for number in range(5))
    file.write_text(f"email,status\n{yeses}no@example.org,unsubscribed\n")
    app = home.app
    prepared = prepare_import(app, file, "members", consent="x", columns={}, without_suppressions=False)
    with writing(app.engine) as db:
        start_import(db, prepared.files[0].path, "p", "members", consent="x", by="t", now=NOW, folder=app.home)
    backup_home(app, tmp_path / "b.tgz")
    restore_home(tmp_path / "b.tgz", tmp_path / "lost" / "home")
    back = open_at(tmp_path / "lost" / "home", 0)
    while import_some(back):
        pass
    with reading(back.engine) as db:
        assert show(db, "p4@example.org").subscriber is not None
        assert [one.kind for one in show(db, "no@example.org").suppressions] == [SuppressionKind.LEFT]
    back.close()


def test_an_erased_tester_is_erased_again(home: Home, tmp_path: Path) -> None:
    """Who was only written to is no reader, but their erasure holds after a restore too."""
    with writing(home.app.engine) as db:
        correspondent_id(db, "tester@lab.example.org")
    backup_home(home.app, tmp_path / "b.tgz")
    erase_address(home.app, "tester@lab.example.org", by="t")
    (tmp_path / "again").mkdir()
    copyfile(home.app.home / FILE_NAME, tmp_path / "again" / FILE_NAME)
    restore_home(tmp_path / "b.tgz", tmp_path / "again")
    back = open_at(tmp_path / "again", 0)
    with reading(back.engine) as db:
        assert not show(db, "tester@lab.example.org").is_correspondent
        assert show(db, "tester@lab.example.org").suppressions == ()
    back.close()
