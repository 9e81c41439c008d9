"""Empty databases with all tables, made once a process: a copy costs a hundredth of creating the tables anew."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import MetaData

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
