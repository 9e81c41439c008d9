"""Whole exports as other systems write them: files of ours in tests/golden/imports, with their columns.

Each has the same people as far as that system can tell of them: anna and jose read, left has left, bounced bounces, and
waiting has never said yes.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.importing import PreparedImport, carry_out_import, prepare_import
from newsletter.app.setup import apply_setup
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from subscribers.importing.csv_reading import read_header
from subscribers.importing.layout import export_of
from subscribers.importing.run import ImportReport
from subscribers.people.show import show
from tests.conftest import NOW
from tests.fakes.home import SETUP, make_empty_home

FIXTURES = Path(__file__).parents[2] / "golden" / "imports"
READERS = {"anna": "active", "jose": "active", "left": "left"}
MORE = {"bounced": "bounced", "waiting": "pending"}
# What each system can tell; nobody else comes in.
STANDING = {
    "mailchimp": READERS | MORE,
    "substack": READERS,
    "substack-all-columns.csv": READERS | {"left": "pending"},  # it may have been paying that ended: no yes, no no
    "ghost.csv": READERS,
    "listmonk.csv": READERS | {"waiting": "pending"},
    "beehiiv.csv": READERS | {"waiting": "pending"},
    "buttondown.csv": READERS | MORE,
}
PRIVATE = re.compile(r"stripe|plan|paid|pay|tier|revenue|expir|open|click|views|seen|activ|^id$|_id$|ip_address|type")
NAMES = {"substack": "", "buttondown.csv": ""}  # tell none
SYSTEMS = {
    "mailchimp/subscribed_members_export_0123456789.csv": "Mailchimp",
    "mailchimp/unsubscribed_members_export_0123456789.csv": "Mailchimp",
    "mailchimp/cleaned_members_export_0123456789.csv": "Mailchimp",
    "mailchimp/nonsubscribed_members_export_0123456789.csv": "Mailchimp",
    "substack/email_list.example.csv": "Substack",
    "substack-all-columns.csv": "Substack, all columns",
    "ghost.csv": "Ghost",
    "listmonk.csv": "listmonk",
    "beehiiv.csv": "beehiiv",
    "buttondown.csv": "Buttondown",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_empty_home(tmp_path / "home", FixedClock(NOW))
    (app.home / "setup.toml").write_text(SETUP, encoding="utf-8")
    (app.home / "posts").mkdir()
    apply_setup(app, app.home / "setup.toml")
    yield app
    app.close()


def as_exported(source: Path, folder: Path) -> Path:
    """A file as it is; of a folder the ZIP that the system would give."""
    if source.is_file():
        return source
    path = folder / f"{source.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(source.rglob("*")):
            archive.write(file, file.relative_to(source))
    return path


def standing(app: App, name: str) -> str:
    with reading(app.engine) as db:
        known = show(db, f"{name}@example.org")
    noes = [one.kind.value for one in known.suppressions]
    return "".join(noes or [one.state.value for one in known.subscriptions])


def prepared(app: App, folder: Path, fixture: str, columns: dict[str, str] | None = None) -> PreparedImport:
    return prepare_import(
        app,
        as_exported(FIXTURES / fixture, folder),
        "members",
        consent="their own sign-up there",
        columns=columns or {},
        without_suppressions=False,
    )


def carry_out(app: App, files: PreparedImport) -> list[tuple[int, ImportReport]]:
    return carry_out_import(app, files, by="test", on_progress=lambda _done, _total: None)


@pytest.mark.parametrize("fixture", STANDING)
def test_everybody_stands_as_in_the_system_before(app: App, tmp_path: Path, fixture: str) -> None:
    """Who reads may be mailed, who left or bounced never is, who said nothing waits; no row is refused."""
    done = carry_out(app, prepared(app, tmp_path, fixture))
    assert [report.refused for _, report in done] == [[]] * len(done)
    found = {name: standing(app, name) for name in (*READERS, *MORE)}
    assert found == dict.fromkeys(found, "") | STANDING[fixture]
    with reading(app.engine) as db:
        jose = show(db, "jose@example.org").subscriber
    assert jose is not None
    assert jose.name == NAMES.get(fixture, "José Ñandú")


@pytest.mark.parametrize(("fixture", "system"), SYSTEMS.items())
def test_each_export_is_known_for_what_it_is(fixture: str, system: str) -> None:
    """By its columns alone: no two systems are taken for each other."""
    export = export_of(read_header(FIXTURES / fixture))
    assert export is not None
    assert export.name == system


@pytest.mark.parametrize("fixture", STANDING)
def test_what_people_paid_and_opened_is_not_taken_over(app: App, tmp_path: Path, fixture: str) -> None:
    """No number of a payment, no plan and no count of opened mails becomes an attribute unasked."""
    carry_out(app, prepared(app, tmp_path, fixture))
    with reading(app.engine) as db:
        known = [show(db, f"{name}@example.org").subscriber for name in READERS]
    kept = {name.lower() for person in known if person is not None for name in person.attributes}
    assert [name for name in kept if PRIVATE.search(name)] == []


@pytest.mark.parametrize("fixture", STANDING)
def test_no_column_disappears_unsaid(app: App, tmp_path: Path, fixture: str) -> None:
    """Before anything is written each column of each file is told: it means something, is kept, or is not."""
    before = prepared(app, tmp_path, fixture)
    told = {name for names in before.columns.values() for name in names} | set(before.columns_aside)
    assert {name for file in before.files for name in read_header(file.path).columns} <= told


def test_a_private_column_is_kept_where_the_operator_names_it(app: App, tmp_path: Path) -> None:
    """Their explicit word counts: it becomes an attribute, and is no longer told as left aside."""
    before = prepared(app, tmp_path, "substack-all-columns.csv", {"Type": ""})
    carry_out(app, before)
    with reading(app.engine) as db:
        jose = show(db, "jose@example.org").subscriber
    assert jose is not None
    assert (jose.attributes["Type"], "Type" in before.columns_aside) == ("Paid", False)


# When left said no and bounced was found out, where the system tells.
TIMES = {
    "mailchimp": {"left": "2025-06-06", "bounced": "2020-03-23"},
    "beehiiv.csv": {"left": "2024-03-13"},
    "buttondown.csv": {"left": "2024-03-01", "bounced": "2023-02-01"},
}


@pytest.mark.parametrize("fixture", TIMES)
def test_the_times_of_noes_are_kept(app: App, tmp_path: Path, fixture: str) -> None:
    """As each system writes them, with its name."""
    carry_out(app, prepared(app, tmp_path, fixture))
    with reading(app.engine) as db:
        known = {name: show(db, f"{name}@example.org").consents for name in TIMES[fixture]}
    assert {name: str(records[-1].given_at)[:10] for name, records in known.items()} == TIMES[fixture]
    system = fixture.removesuffix(".csv")
    assert all(f"from {system}" in records[-1].evidence.lower() for records in known.values())


def test_every_fixture_is_read() -> None:
    """No file lies here that no test opens."""
    tables = {str(one.relative_to(FIXTURES)) for one in FIXTURES.rglob("*.csv")}
    assert tables == {*SYSTEMS, "substack/posts.csv"}
