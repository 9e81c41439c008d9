"""Imports as other systems export them: who may be mailed, who never, and how one is taken back."""

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.asking_again import ask_again
from newsletter.app.importing import (
    PreparedImport,
    carry_out_import,
    discard_import,
    prepare_import,
    remove_spooled,
    undo_import,
)
from newsletter.app.leaves import replay_leaves
from newsletter.app.portions import import_some
from newsletter.app.setup import apply_setup
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.outbox.alert_store import Alert, open_alerts
from subscribers.consent.asking_rest import rest_from_asking
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.join import Shown, confirm
from subscribers.consent.leave import leave_list, opt_out
from subscribers.doors import members
from subscribers.errors import InvalidImport
from subscribers.importing.archive import unpack
from subscribers.importing.run import ImportReport, start_import
from subscribers.people.find import find_by_address
from subscribers.people.show import Known, show
from subscribers.suppression.suppress import suppress, suppress_domain
from tests.conftest import NOW
from tests.fakes.home import SETUP, make_empty_home

HEAD = "Email Address,First Name,Last Name,Interests,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES"
# As Mailchimp writes everybody: one file for each way that somebody can stand.
EXPORT = {
    "subscribed_members_export_a1.csv": f"""{HEAD}
anna@example.org,Anna,Meier,"Funding calls, Genomics",2024-05-31 10:00:00,192.0.2.1,1,e1,
bruno@example.org,Bruno,,"Sports, Health policy",2024-05-31 10:00:00,192.0.2.2,2,e2,met in Lisbon
gone@example.org,Gone,,,2024-05-31 10:00:00,192.0.2.3,3,e3,
""",
    "unsubscribed_members_export_a1.csv": f"{HEAD},UNSUB_TIME\ngone@example.org,,,,,,3,e3,,2025-01-01 09:00:00\n",
    "cleaned_members_export_a1.csv": f"{HEAD},CLEAN_TIME\nfull@example.org,,,,,,4,e4,,2025-01-01 09:00:00\n",
    "nonsubscribed_members_export_a1.csv": f"{HEAD}\nshop@example.org,,,,,,5,e5,\n",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_empty_home(tmp_path / "home", FixedClock(NOW))
    (app.home / "setup.toml").write_text(SETUP, encoding="utf-8")
    (app.home / "posts").mkdir()
    apply_setup(app, app.home / "setup.toml")
    yield app
    app.close()


def archive(app: App, files: dict[str, str]) -> Path:
    path = app.home / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(name, text)
    return path


def table(app: App, text: str) -> Path:
    path = app.home / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def prepare(
    app: App, file: Path, *, consent: str = "", columns: dict[str, str] | None = None, trusting: bool = False
) -> PreparedImport:
    return prepare_import(app, file, "members", consent=consent, columns=columns or {}, without_suppressions=trusting)


def carry_out(app: App, prepared: PreparedImport) -> list[tuple[int, ImportReport]]:
    return carry_out_import(app, prepared, by="test", on_progress=lambda _done, _total: None)


def mailable(app: App) -> list[str]:
    with reading(app.engine) as db:
        ids = members(db, ["members"], opt_out="newsletter:weekly", after=0, limit=99)
        everybody = ("anna", "bruno", "gone", "full", "shop", "nina")
        known = {one: show(db, f"{one}@example.org") for one in everybody}
    found = {one.subscriber_id for one in ids}
    return [name for name, one in known.items() if one.subscriber and one.subscriber.id in found]


def known(app: App, name: str) -> Known:
    with reading(app.engine) as db:
        return show(db, f"{name}@example.org")


def test_everybody_comes_in_as_it_was_exported(app: App) -> None:
    """Only the subscribed may be mailed; who is also among those who left is not, whatever file names them first."""
    prepared = prepare(app, archive(app, EXPORT), columns={"Interests": "topics"})
    carry_out(app, prepared)
    assert mailable(app) == ["anna", "bruno"]
    assert [wish.key for wish in known(app, "anna").wishes] == ["topic:funding", "topic:genomics"]
    assert [one.kind.value for one in known(app, "full").suppressions] == ["bounced"]
    assert [one.state.value for one in known(app, "shop").subscriptions] == ["pending"]
    (imported,) = known(app, "anna").consents
    assert (imported.given_at is not None, imported.network_address) == (True, "192.0.2.1")


def test_what_it_says_before_is_what_it_does(app: App) -> None:
    """The count is the import's own, to the row, and counting writes nothing."""
    prepared = prepare(app, archive(app, EXPORT), columns={"Interests": "topics"})
    count = prepared.count
    assert mailable(app) == []
    assert known(app, "full").is_empty
    reports = [report for _, report in carry_out(app, prepared)]
    assert count.rows == sum(one.rows for one in reports) == 6
    assert count.may_be_mailed == sum(one.added + one.updated + one.unchanged for one in reports) == 2
    assert count.suppressed == sum(one.suppressed for one in reports) == 3
    assert count.left_out == sum(one.unconfirmed + one.refused_count for one in reports) == 1


def test_a_topic_that_is_not_there_is_told_and_not_followed(app: App) -> None:
    """Its name and how often it stands; the person comes in without it."""
    prepared = prepare(app, archive(app, EXPORT), columns={"Interests": "topics"})
    reports = [report for _, report in carry_out(app, prepared)]
    assert dict(prepared.count.unknown_topics) == {"Sports": 1}
    assert [one.unknown_topics for one in reports if one.unknown_topics] == [{"Sports": 1}]
    assert [wish.key for wish in known(app, "bruno").wishes] == ["topic:policy"]


def test_importing_it_again_changes_nothing(app: App) -> None:
    """The same ZIP a second time adds nobody and brings nobody back."""
    file = archive(app, EXPORT)
    carry_out(app, prepare(app, file))
    before = mailable(app)
    reports = [report for _, report in carry_out(app, prepare(app, file))]
    assert sum(one.added + one.updated for one in reports) == 0
    assert mailable(app) == before


@pytest.mark.parametrize("missing", ["unsubscribed", "cleaned"])
def test_a_zip_that_does_not_tell_who_left_is_refused(app: App, missing: str) -> None:
    """Nothing is left behind, the words say what to do, and the operator's word overrides it."""
    file = archive(app, {name: text for name, text in EXPORT.items() if not name.startswith(missing)})
    with pytest.raises(InvalidImport, match="--without-suppressions"):
        prepare(app, file)
    assert list((app.home / "imports").iterdir()) == []
    assert prepare(app, file, trusting=True).count.may_be_mailed >= 2


def test_substacks_zip_has_posts_beside_the_people(app: App) -> None:
    """Tables without addresses are left aside and named; the people's own column says who left."""
    files = {
        "posts.csv": "post_id,post_date,title\n1,2025-01-01,Hello\n",
        "posts/1.html": "<p>Hello</p>",
        "email_list.weekly.csv": "email,active_subscription,email_disabled\n"
        "anna@example.org,false,false\ngone@example.org,false,true\n",
    }
    prepared = prepare(app, archive(app, files), consent="their Substack")
    assert prepared.left_aside == ("posts.csv",)
    carry_out(app, prepared)
    assert mailable(app) == ["anna"]
    assert [one.kind.value for one in known(app, "gone").suppressions] == ["left"]


def test_an_archive_is_not_trusted(app: App, tmp_path: Path) -> None:
    """A spreadsheet, a damaged file, one without tables: each is refused in words; paths in it lead nowhere."""
    for files, words in (
        ({"[Content_Types].xml": "<x/>"}, "spreadsheet"),
        ({"readme.txt": "hello"}, "no CSV"),
        ({"a.csv": "post,date\n1,2\n"}, "column of addresses"),
    ):
        with pytest.raises(InvalidImport, match=words):
            prepare(app, archive(app, files))
    evil = archive(app, {"../../evil.csv": "email,status\nanna@example.org,subscribed\n"})
    prepared = prepare(app, evil, consent="x")
    assert [one.name for one in prepared.files] == ["evil.csv"]
    assert not (tmp_path / "evil.csv").exists()
    file = app.home / "broken.zip"
    file.write_bytes(archive(app, EXPORT).read_bytes()[:-40] + b"PK\x05\x06" + b"\x00" * 18)
    with pytest.raises(InvalidImport):
        prepare(app, file)


def test_columns_mean_what_they_are_told_to(app: App) -> None:
    """Another name for ours, several parts of a name, and an attribute in place of a column that we would read."""
    text = "E-mail;Vorname;Nachname;Land;language\nanna@example.org;Anna;Meier;PT;Deutsch\n"
    columns = {"E-mail": "address", "Vorname": "name", "Nachname": "name", "Land": "country", "language": ""}
    carry_out(app, prepare(app, table(app, text), consent="x", columns=columns))
    person = known(app, "anna").subscriber
    assert person is not None
    assert (person.name, person.country, person.language) == ("Anna Meier", "PT", "")
    assert person.attributes == {"language": "Deutsch"}


@pytest.mark.parametrize("columns", [{"Nothing": "topics"}, {"email": "adress"}])
def test_a_column_that_is_not_there_is_told(app: App, columns: dict[str, str]) -> None:
    """A slip in --map changes nothing."""
    with pytest.raises(InvalidImport, match=r"there is no column|no column of ours"):
        prepare(app, table(app, "email\nanna@example.org\n"), columns=columns)


def test_nobody_is_asked_unless_the_operator_says_so(app: App) -> None:
    """An import plans no mail; asking again asks each unconfirmed person once, and nobody else."""
    text = "email,status\nanna@example.org,subscribed\nnina@example.org,pending\ngone@example.org,unsubscribed\n"
    ((number, _),) = carry_out(app, prepare(app, table(app, text)))
    assert planned(app) == 0
    assert (ask_again(app, number), ask_again(app, number)) == (2, 0)
    assert planned(app) == 2


def planned(app: App) -> int:
    with reading(app.engine) as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM deliveries WHERE state = 'planned'").scalar_one())


def test_an_import_is_taken_back(app: App) -> None:
    """Whom it made goes with their wishes, the record of it stays; what it replaced comes back."""
    carry_out(app, prepare(app, table(app, "email,country\nbruno@example.org,FR\n"), consent="x"))
    before = known(app, "bruno")
    app.clock = FixedClock(NOW + timedelta(minutes=1))
    text = "email,country,topics\nanna@example.org,PT,funding\nbruno@example.org,DE,genomics\n"
    ((number, _),) = carry_out(app, prepare(app, table(app, text), consent="x"))
    undone = undo_import(app, number, by="test", on_progress=lambda _done, _total: None)
    assert (undone.kept, undone.people) == (0, 2)
    assert mailable(app) == ["bruno"]
    after = known(app, "bruno")
    assert (after.wishes, after.subscriptions[0].state) == (before.wishes, before.subscriptions[0].state)
    assert after.subscriber is not None
    assert after.subscriber.country == "FR"
    assert known(app, "anna").subscriber is None
    assert [one.act.value for one in known(app, "anna").consents] == ["imported", "undone"]


def test_what_people_said_since_stays(app: App) -> None:
    """Whoever confirmed or left after the import is not touched; a value that was changed since is not put back."""
    text = "email\nanna@example.org\nbruno@example.org\nnina@example.org\n"
    ((number, _),) = carry_out(app, prepare(app, table(app, text), consent="x"))
    app.clock = FixedClock(NOW + timedelta(hours=1))
    now = app.clock.now()
    with writing(app.engine) as db:
        ids = {name: show(db, f"{name}@example.org").subscriber for name in ("anna", "bruno")}
        assert ids["anna"] is not None
        assert ids["bruno"] is not None
        leave_list(db, ids["anna"].id, "members", by="reader", evidence="page", network_address="", now=now)
        leave_list(db, ids["bruno"].id, "members", by="reader", evidence="page", network_address="", now=now)
        shown = Shown(text="Yes", language="en", place="page", network_address="")
        confirm(db, ids["bruno"].id, "members", shown=shown, now=now)
    assert undo_import(app, number, by="test", on_progress=lambda _done, _total: None).kept == 2
    assert mailable(app) == ["bruno"]
    assert known(app, "anna").subscriptions[0].state.value == "left"
    assert known(app, "nina").subscriber is None


def test_the_noes_of_an_import_that_is_taken_back_stay(app: App) -> None:
    """Taking a file back never lets somebody be mailed who said no."""
    carry_out(app, prepare(app, table(app, "email\nanna@example.org\n"), consent="x"))
    text = "email,status\nanna@example.org,unsubscribed\n"
    ((number, _),) = carry_out(app, prepare(app, table(app, text)))
    undo_import(app, number, by="test", on_progress=lambda _done, _total: None)
    assert mailable(app) == []


def test_copies_go_when_nobody_needs_them(app: App) -> None:
    """After the import, after `tick` has finished one, and when the operator says no; not while one is under way."""
    file = table(app, "email\nanna@example.org\n")
    folder = app.home / "imports"
    carry_out(app, prepare(app, file, consent="x"))
    assert list(folder.iterdir()) == []
    discard_import(prepare(app, file, consent="x"))
    assert list(folder.iterdir()) == []
    prepare(app, file, consent="x")
    remove_spooled(app)
    assert len(list(folder.iterdir())) == 1
    assert import_some(app) == 0
    app.clock = FixedClock(NOW + timedelta(days=4000))
    remove_spooled(app)
    assert list(folder.iterdir()) == []


@dataclass(frozen=True)
class Racing:
    """A clock by which somebody else acts: while its time is read, another process removes a file."""

    file: Path

    def now(self) -> datetime:
        self.file.unlink(missing_ok=True)
        return NOW + timedelta(days=4000)


def test_two_processes_may_remove_the_same_copy(app: App) -> None:
    """What another one took between the look and the act is no fault, and what is behind it is removed as ever."""
    folder = app.home / "imports"
    folder.mkdir(exist_ok=True)
    left = [folder / f"left-{number}" for number in range(3)]
    for one in left:
        one.touch()
    first = next(folder.iterdir())
    app.clock = Racing(first)
    remove_spooled(app)
    assert list(folder.iterdir()) == []


def test_nobody_of_a_closed_domain_comes_in(app: App) -> None:
    """They count as suppressed, before and after."""
    with writing(app.engine) as db:
        suppress_domain(db, "example.org", SuppressionKind.FORBIDDEN, reason="asked us", now=NOW)
    prepared = prepare(app, table(app, "email\nanna@example.org\n"), consent="x")
    ((_, report),) = carry_out(app, prepared)
    assert (prepared.count.suppressed, report.suppressed) == (1, 1)
    assert known(app, "anna").subscriber is None


def test_an_archive_that_is_locked_is_refused(app: App) -> None:
    """A password is told, with what to do; nothing is left behind."""
    file = archive(app, {"people.csv": "email\nanna@example.org\n"})
    content = bytearray(file.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1  # APPNOTE 4.4.4, bit 0: encrypted
    file.write_bytes(bytes(content))
    with pytest.raises(InvalidImport, match="password"):
        prepare(app, file, trusting=True)
    assert list((app.home / "imports").iterdir()) == []


def test_an_archive_that_would_fill_the_disk_is_refused(app: App) -> None:
    """By the size that it tells, before anything is unpacked; one that tells less than it holds, where it lies."""
    folder = app.home / "out"
    folder.mkdir()
    file = archive(app, {"people.csv": "email\n" + "a@example.org\n" * 1000})
    with pytest.raises(InvalidImport, match="unpacks to more than"):
        unpack(file, folder, largest=10_000)
    assert list(folder.iterdir()) == []
    content = bytearray(file.read_bytes())
    size = content.index(b"PK\x01\x02") + 24  # APPNOTE 4.3.12: the uncompressed size
    content[size : size + 4] = (100).to_bytes(4, "little")
    file.write_bytes(bytes(content))
    with pytest.raises(InvalidImport):
        unpack(file, folder, largest=10_000)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 10_000


def test_files_of_one_archive_stop_together(app: App) -> None:
    """When the file of those who left cannot be read any more, nobody of the others comes in."""
    prepared = prepare(app, archive(app, EXPORT))
    noes = next(one for one in prepared.files if one.name.startswith("unsubscribed"))
    noes.path.unlink()
    with pytest.raises(FileNotFoundError):
        carry_out(app, prepared)
    prepared = prepare(app, archive(app, EXPORT))
    now = app.clock.now()
    with writing(app.engine) as db:
        for one in prepared.files:
            start_import(db, one.path, one.name, "members", consent="", by="test", now=now, options=one.options)
    next(one for one in prepared.files if one.name.startswith("unsubscribed")).path.unlink()
    while import_some(app):
        pass
    assert mailable(app) == []


def test_a_damaged_archive_is_told_in_words(app: App) -> None:
    """Bytes that do not unpack are the file's fault."""
    file = archive(app, {"people.csv": "email\n" + "".join(f"p{number}@example.org\n" for number in range(2000))})
    content = bytearray(file.read_bytes())
    content[200:260] = bytes(60)
    file.write_bytes(bytes(content))
    with pytest.raises(InvalidImport, match="cannot be unpacked"):
        prepare(app, file, trusting=True)


def test_only_those_who_said_nothing_are_asked_again(app: App) -> None:
    """Who opted out, left, bounced or said not to be asked again is not asked: only they themselves may ask."""
    text = "email\nanna@example.org\nbruno@example.org\nnina@example.org\nquiet@example.org\n"
    ((number, _),) = carry_out(app, prepare(app, table(app, text)))
    now = app.clock.now()
    with writing(app.engine) as db:
        anna, bruno = (show(db, f"{name}@example.org").subscriber for name in ("anna", "bruno"))
        assert anna is not None
        assert bruno is not None
        opt_out(db, anna.id, "newsletter:weekly", by="reader", evidence="page", network_address="", now=now)
        suppress(db, bruno.id, SuppressionKind.BOUNCED, reason="full", by="test", now=now)
        rest_from_asking(db, find_by_address(db, "quiet@example.org").id, "members", now=now)
    assert ask_again(app, number) == 1


def test_the_noes_of_an_import_outlive_a_restore(app: App) -> None:
    """They stand in leaves.log too: a database of before the import mails nobody whom the file reports as gone."""
    before = app.home / "before.db"
    with closing(sqlite3.connect(app.home / "newsletter.db")) as present, closing(sqlite3.connect(before)) as copy:
        present.backup(copy)
    carry_out(app, prepare(app, table(app, "email,status\nanna@example.org,unsubscribed\n")))
    app.engine.dispose()
    for file in app.home.glob("newsletter.db*"):
        file.unlink()
    before.rename(app.home / "newsletter.db")
    carry_out(app, prepare(app, table(app, "email\nnina@example.org\n"), consent="x"))
    replay_leaves(app)
    carry_out(app, prepare(app, table(app, "email\nanna@example.org\n"), consent="x"))
    assert mailable(app) == ["nina"]


def test_an_import_that_stops_is_told(app: App) -> None:
    """Its noes were not read: people hear of it until the file is imported again, or taken back."""
    file = table(app, "email,status\nanna@example.org,\nbruno@example.org,unsubscribed\n")
    prepared = prepare(app, file, consent="x")
    with writing(app.engine) as db:
        number = start_import(
            db, prepared.files[0].path, "people.csv", "members", consent="x", by="t", now=NOW, folder=app.home
        )
    prepared.files[0].path.unlink()
    assert import_some(app) == 0
    assert [one.key for one in alerts(app)] == [f"import:{number}"]
    assert "was not finished" in alerts(app)[0].words
    file.rename(app.home / "people.csv")
    carry_out(app, prepare(app, app.home / "people.csv", consent="x"))
    assert alerts(app) == []
    assert mailable(app) == ["anna"]


def alerts(app: App) -> list[Alert]:
    with reading(app.engine) as db:
        return open_alerts(db)
