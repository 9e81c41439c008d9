"""Empty databases with all tables, made once a process: a copy costs a hundredth of creating the tables anew."""

import sqlite3
from collections import UserDict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.pool import ConnectionPoolEntry

import newsletter.db.tables
import newsletter.feedback.tables
import newsletter.issues.tables
import newsletter.outbox.tables
import newsletter.sources.tables
import subscribers.tables
from newsletter.db.engine import open_engine

ALL_METADATA: tuple[MetaData, ...] = (
    subscribers.tables.metadata,
    newsletter.db.tables.metadata,
    newsletter.sources.tables.metadata,
    newsletter.issues.tables.metadata,
    newsletter.outbox.tables.metadata,
    newsletter.feedback.tables.metadata,
)


def create_tables(url: str, home: Path) -> None:
    """Create all tables in the database, and leave it closed."""
    engine = open_engine(url, home)
    for metadata in ALL_METADATA:
        metadata.create_all(engine)
    engine.dispose()


@cache
def empty_sqlite() -> bytes:
    """Give the file of an SQLite database with all tables; the last to close it has left nothing in its journal."""
    with TemporaryDirectory() as folder:
        create_tables("sqlite:///newsletter.db", Path(folder))
        assert not (Path(folder) / "newsletter.db-wal").exists()
        return (Path(folder) / "newsletter.db").read_bytes()


class _Compiled(UserDict[tuple[Any, ...], Any]):
    """Compiled statements by the name of their dialect: SQLAlchemy keeps them by engine; each test opens its own."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and super().__contains__((key[0].name, *key[1:]))

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return super().__getitem__((key[0].name, *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


def share_compiled_statements() -> None:
    """Let all engines of this process compile each statement once."""
    compiled = _Compiled()

    def share(db: Connection) -> None:
        db.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share)


def spare_the_disk(raw: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Let no commit of a test wait for the disk (a listener of Pool, "checkout"): nobody pulls its plug."""
    if isinstance(raw, sqlite3.Connection) and "spares the disk" not in record.info:
        record.info["spares the disk"] = raw.execute("PRAGMA synchronous=OFF")
