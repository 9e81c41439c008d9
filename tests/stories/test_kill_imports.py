"""The power goes between two portions: of an import, of taking one back, of forgetting. The end is as without it."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.stage import Home, wait_until

pytestmark = pytest.mark.story

PEOPLE = 6000
NO_PORT = 9  # nothing is sent
# What is there in the end, but for ids and times.
ENDS = (
    "SELECT address, name, language, country, attributes FROM subscribers ORDER BY address_key",
    "SELECT address_key, list_id, state, import_line FROM subscriptions, subscribers WHERE subscriber_id=id ORDER BY 1",
    "SELECT address_key, scope, key, kind FROM wishes, subscribers WHERE id = subscriber_id ORDER BY 1, 2, 3",
    "SELECT address_hash, act, list_slug, key, evidence FROM consents ORDER BY 1, 2, 3, 4, 5",
    "SELECT address_hash, kind, reason FROM suppressions ORDER BY address_hash, kind",
    "SELECT import_id, line, reason FROM import_refusals ORDER BY import_id, line",
    "SELECT address_key, made, before FROM import_changes, subscribers WHERE id = subscriber_id ORDER BY address_key",
    "SELECT id, position, counts, finished_at IS NULL, undone_at IS NULL FROM imports ORDER BY id",
)


def test_an_import_is_killed(tmp_path: Path) -> None:
    """`tick` goes on with the next row: nobody is lost, nobody is there twice, and each row is counted once."""
    words = ("subscriber", "import", people_file(tmp_path), "--list", "members", "--consent", "paper", "--yes")
    homes = two_homes(tmp_path)
    homes[0].run(*words)
    kill_between(homes[1], words, lambda: 0 < one(homes[1], "SELECT coalesce(max(position), 0) FROM imports") < PEOPLE)
    check_equal(homes, ("tick",))


def test_taking_an_import_back_is_killed(tmp_path: Path) -> None:
    """`tick` takes back the rest: in the end nobody of the file is there, and each is recorded as undone once."""
    homes = two_homes(tmp_path)
    for home in homes:
        home.run("subscriber", "import", people_file(tmp_path), "--list", "members", "--consent", "paper", "--yes")
    words = ("subscriber", "undo-import", "1", "--yes")
    homes[0].run(*words)
    made = one(homes[1], "SELECT count(*) FROM import_changes")
    kill_between(homes[1], words, lambda: 0 < one(homes[1], "SELECT count(*) FROM import_changes") < made)
    check_equal(homes, ("tick",))
    assert one(homes[1], "SELECT count(*) FROM subscribers") == 0


def test_forgetting_is_killed(tmp_path: Path) -> None:
    """The next run forgets the rest of those who never confirmed, and records each once."""
    homes = two_homes(tmp_path)
    for home in homes:
        home.run("subscriber", "import", people_file(tmp_path), "--list", "members", "--yes")
    waiting = one(homes[1], "SELECT count(*) FROM subscribers")
    later = (datetime.now(UTC) + timedelta(days=15)).replace(microsecond=0).isoformat()
    words = ("tick", "--at", later)
    homes[0].run(*words)
    kill_between(homes[1], words, lambda: 0 < one(homes[1], "SELECT count(*) FROM subscribers") < waiting)
    check_equal(homes, words)
    assert one(homes[1], "SELECT count(*) FROM subscribers") == 0
    assert one(homes[1], "SELECT count(*) FROM consents WHERE act = 'forgotten'") == waiting


def people_file(folder: Path) -> Path:
    """People with topics and attributes; now and then one who left, and a row that cannot be taken."""
    path = folder / "people.csv"
    if not path.exists():
        with path.open("w") as file:
            file.write("email,name,language,country,topics,status,City\n")
            for number in range(PEOPLE):
                status = "unsubscribed" if number % 97 == 5 else "nonsense" if number % 89 == 5 else ""
                file.write(f"reader{number}@host{number % 50}.example,Reader {number},de,PT,a;b,{status},Porto\n")
    return path


def two_homes(folder: Path) -> tuple[Home, Home]:
    """One where nothing happens, and one whose program is killed."""
    homes = (Home(folder / "calm").settle_in(NO_PORT), Home(folder / "killed").settle_in(NO_PORT))
    for home in homes:
        home.apply('[[list]]\nslug = "members"\n')
    return homes


def kill_between(home: Home, words: tuple[object, ...], is_under_way: Callable[[], bool]) -> None:
    """Start a command and kill it once a part of its work is done."""
    running = home.begin(*words)
    wait_until(lambda: is_under_way() or not running.is_alive, "a part is done")
    running.kill_9()
    assert running.wait().code == -9
    assert is_under_way(), "the command was over before it could be killed"


def check_equal(homes: tuple[Home, Home], words: tuple[object, ...]) -> None:
    """Go on where the killed one stood; then all that is stored must be the same."""
    calm, killed = homes
    killed.run(*words)
    for query in ENDS:
        assert rows(killed, query) == rows(calm, query), query
    assert one(killed, "SELECT count(*) FROM imports WHERE finished_at IS NULL") == 0


def one(home: Home, query: str) -> int:
    return int(str(rows(home, query)[0][0]))


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    """Read beside the program."""
    with sqlite3.connect(f"file:{home.folder}/newsletter.db?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()
