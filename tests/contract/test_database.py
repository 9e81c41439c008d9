"""The database loses no update and gives times back as it got them."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from newsletter.base.errors import UsageError
from newsletter.db.engine import open_engine, reading, writing
from newsletter.db.tables import audit_log, home_facts, metadata

CHECKOUT = Path(__file__).parents[2]
# What each process does: read, think, write; a hundred times. It waits for the word to start.
COUNT_UP = """
import sys
from pathlib import Path
from sqlalchemy import select, update
from newsletter.db.engine import open_engine, writing
from newsletter.db.tables import home_facts

engine = open_engine("sqlite:///newsletter.db", Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    with writing(engine) as db:
        value = int(db.execute(select(home_facts.c.value)).scalar_one())
        db.execute(update(home_facts).values(value=str(value + 1)))
"""


def test_no_update_is_lost(sqlite_engine: Engine) -> None:
    """Read-then-write by several threads at once counts every one: the driver's default loses half of them silently."""
    with writing(sqlite_engine) as db:
        db.execute(insert(home_facts).values(name="count", value="0"))

    def count_up(_: int) -> None:
        with writing(sqlite_engine) as db:
            value = int(db.execute(select(home_facts.c.value).where(home_facts.c.name == "count")).scalar_one())
            db.execute(update(home_facts).where(home_facts.c.name == "count").values(value=str(value + 1)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(200)))
    with reading(sqlite_engine) as db:
        assert db.execute(select(home_facts.c.value)).scalar_one() == "200"


def test_times_come_back_aware_and_equal(engine: Engine) -> None:
    """An instant stored in any zone comes back as the same instant, in UTC."""
    at = datetime(2026, 10, 25, 2, 30, 1, 5, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as db:
        db.execute(insert(audit_log).values(at=at, who="x", act="x", subject="x"))
    with reading(engine) as db:
        found = db.execute(select(audit_log.c.at)).scalar_one()
    assert found == at
    assert found.tzinfo == UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    """A naive time is an error at once, never a guess."""
    with pytest.raises(StatementError, match="without a zone"), writing(engine) as db:
        db.execute(insert(audit_log).values(at=datetime(2026, 1, 1), who="x", act="x", subject="x"))  # noqa: DTZ001


def test_no_update_of_two_processes_is_lost(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Two processes that read, then write, at the same time: each of their 200 updates counts."""
    with writing(sqlite_engine) as db:
        db.execute(insert(home_facts).values(name="count", value="0"))
    command = [sys.executable, "-c", COUNT_UP, str(tmp_path)]
    processes = [
        subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with reading(sqlite_engine) as db:
        assert db.execute(select(home_facts.c.value)).scalar_one() == "200"


def test_a_reader_does_not_wait_for_a_writer(sqlite_engine: Engine) -> None:
    """While one transaction writes, another reads what was committed before."""
    with writing(sqlite_engine) as writer:
        writer.execute(insert(home_facts).values(name="x", value="1"))
        with reading(sqlite_engine) as reader:
            assert reader.execute(select(home_facts.c.name)).all() == []


def test_a_reader_sees_one_moment(sqlite_engine: Engine) -> None:
    """What is committed during a reading transaction does not appear in it: counts of one page add up."""
    with reading(sqlite_engine) as reader:
        assert reader.execute(select(home_facts.c.name)).all() == []
        with writing(sqlite_engine) as writer:
            writer.execute(insert(home_facts).values(name="x", value="1"))
        assert reader.execute(select(home_facts.c.name)).all() == []


def test_writing_in_a_reading_transaction_is_an_error(engine: Engine) -> None:
    """`reading` cannot write, on either database, and the connection writes again afterwards."""
    with pytest.raises(DBAPIError, match=r"(?i)read.?only"), reading(engine) as db:
        db.execute(insert(home_facts).values(name="x", value="1"))
    with writing(engine) as db:
        db.execute(insert(home_facts).values(name="y", value="1"))
    with reading(engine) as db:
        assert db.execute(select(home_facts.c.name)).scalars().all() == ["y"]


def test_an_error_leaves_nothing_behind(engine: Engine) -> None:
    """An error in a writing transaction rolls all of it back."""
    with pytest.raises(IntegrityError):
        _write_twice(engine)
    with reading(engine) as db:
        assert db.execute(select(home_facts.c.name)).all() == []


def _write_twice(engine: Engine) -> None:
    with writing(engine) as db:
        for value in ("first", "the same name again"):
            db.execute(insert(home_facts).values(name="x", value=value))


def test_an_id_is_never_used_twice(engine: Engine) -> None:
    """The id of a removed row does not come back: tokens and audit lines name ids for years."""
    values = {"at": datetime(2026, 1, 1, tzinfo=UTC), "who": "x", "act": "x", "subject": "x"}
    with writing(engine) as db:
        first = db.execute(insert(audit_log).values(values).returning(audit_log.c.id)).scalar_one()
        db.execute(audit_log.delete())
        second = db.execute(insert(audit_log).values(values).returning(audit_log.c.id)).scalar_one()
    assert second > first


def test_sqlite_is_set_up_to_survive_a_power_cut(patient: None, sqlite_engine: Engine) -> None:
    """WAL, a sync at each commit, foreign keys, and twenty seconds of patience for a lock."""
    with reading(sqlite_engine) as db:
        found = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


@pytest.mark.parametrize("name", ["plain", "with blank", "a?b#c%41", "\u00fcber"])
def test_any_name_of_a_home_will_do(tmp_path: Path, name: str) -> None:
    """A relative database stands in its home, whatever characters the folder's name has."""
    home = tmp_path / name
    home.mkdir()
    engine = open_engine("sqlite:///newsletter.db", home)
    metadata.create_all(engine)
    engine.dispose()
    assert (home / "newsletter.db").is_file()


def test_an_absolute_database_stands_where_it_says(tmp_path: Path) -> None:
    """A path from the root is not put into the home."""
    engine = open_engine(f"sqlite:///{tmp_path}/elsewhere.db", tmp_path / "home")
    metadata.create_all(engine)
    engine.dispose()
    assert (tmp_path / "elsewhere.db").is_file()


def test_a_missing_driver_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL without its driver: the words say what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"personal-newsletter\[postgres\]"):
        open_engine("postgresql://nobody@nowhere/x", tmp_path)
