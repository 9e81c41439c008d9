"""Opens the database so that no update is ever lost.

SQLite's driver by itself sends no BEGIN before a SELECT: of 1,200 read-then-write updates by four processes 612 were
lost without an error. So every transaction begins IMMEDIATE (a writer from its first statement) unless it only reads.
WAL lets readers go on beside the writer; synchronous=FULL makes a commit survive a power cut.
PostgreSQL: REPEATABLE READ is not needed, because every change of a state is one guarded UPDATE.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from newsletter.base.errors import UsageError

_BETWEEN_LOOKS = 0.002  # seconds
# An import touches pages all over its indexes. At the usual 4 MB of log each of them is written twice, at 64 MB many
# are written once for several portions; and at the usual 2 MB of cache each is read again for each row.
_CHECKPOINT_PAGES = 16_000
_CACHE_KIB = 16_000  # of one connection, and only what it has touched
_PRIMARY = 0xFF  # of an extended error code of SQLite
BUSY_TIMEOUT_MS = 20_000  # no write of ours holds the lock longer than 50 ms; a backup or a disk may


def open_engine(url: str, home: Path) -> Engine:
    """Open the database of a home; a relative SQLite path is relative to it. Nothing is created but the file."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return _open_postgres(target)
    path = home / (target.database or "newsletter.db")
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # not as text: a folder may be called "a?b"
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: on SQLite it never waits for a writer. Writing in it is an error."""
    with engine.connect().execution_options(readonly=True, postgresql_readonly=True) as db, db.begin():
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; committed at the end, rolled back on any error. Keep it under 50 ms on SQLite."""
    with engine.begin() as db:
        yield db


def _open_postgres(target: URL) -> Engine:
    try:
        return create_engine(target.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
    except ModuleNotFoundError as error:
        raise UsageError(
            "[database] url names PostgreSQL, and its driver is not installed: "
            "pip install 'personal-newsletter[postgres]'"
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
        f"cache_size=-{_CACHE_KIB}",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    readonly = bool(connection.get_execution_options().get("readonly"))
    connection.exec_driver_sql(f"PRAGMA query_only={int(readonly)}")
    if readonly:
        connection.exec_driver_sql("BEGIN")
    elif not _got_the_lock(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # which says what is wrong


def _got_the_lock(connection: Connection) -> bool:
    """Begin to write as soon as nobody else does; False when nobody let us for the whole time.

    SQLite by itself sleeps up to 100 ms between two looks: beside somebody who writes portion after portion, a reader
    who leaves would wait for seconds.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < end:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY:
                    return False
                time.sleep(_BETWEEN_LOOKS)
            else:
                return True
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return False
