"""Bringing a home's database to this program's schema, with a way back."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.app import open_engine_of
from newsletter.base.settings import read_settings
from newsletter.db.migrate import upgrade
from newsletter.db.revision_store import newest_revision, present_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """From which schema to which, and the copy to go back with (SQLite; on PostgreSQL make a dump first)."""

    before: str | None
    after: str
    backup: Path | None


def upgrade_home(home: Path) -> Upgrade:
    """Migrate; a SQLite database is copied beside itself first. Nothing happens when it is up to date."""
    settings = read_settings(home)
    engine = open_engine_of(home, settings)
    try:
        before = present_revision(engine)
        if before == newest_revision():
            return Upgrade(before=before, after=newest_revision(), backup=None)
        backup = None
        if engine.dialect.name == "sqlite" and before is not None:
            path = Path(str(engine.url.database))
            backup = path.with_name(f"{path.name}.before-{newest_revision()}")
            copy_sqlite(path, backup)
        upgrade(engine)
    finally:
        engine.dispose()
    return Upgrade(before=before, after=newest_revision(), backup=backup)


def copy_sqlite(path: Path, copy: Path) -> None:
    """Copy a SQLite database as of one moment while others write to it (SQLite's online backup)."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
