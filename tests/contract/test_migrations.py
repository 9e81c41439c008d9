"""Migrations: a migrated database is the one that the tables describe, on both kinds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from newsletter.db.engine import open_engine, reading
from newsletter.db.migrate import make_config, upgrade
from newsletter.db.revision_store import is_known, newest_revision, present_revision
from tests.fakes.database import ALL_METADATA
from tests.new_migration import all_tables

BOOKKEEPING = "alembic_version"  # alembic's own table


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a table."""
    if request.param == "sqlite":
        url = "sqlite:///migrated.db"
    else:
        url = request.getfixturevalue("postgres_server").make_database()
    engine = open_engine(url, tmp_path)
    yield engine
    engine.dispose()


def _shape(engine: Engine) -> dict[str, Any]:
    """Give what the database itself tells of its tables: columns, keys, checks and indexes with their conditions."""
    inspector = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            },
            "primary": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (key["constrained_columns"], key["referred_table"]) for key in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(sorted(key["column_names"]) for key in inspector.get_unique_constraints(table)),
            "checks": sorted((str(key["name"]), key["sqltext"]) for key in inspector.get_check_constraints(table)),
            "indexes": sorted(
                (str(index["name"]), index["column_names"], bool(index["unique"]), _condition(index))
                for index in inspector.get_indexes(table)
            ),
        }
        for table in inspector.get_table_names()
        if table != BOOKKEEPING
    }


def _condition(index: Any) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def _never_reusing(engine: Engine) -> set[str]:
    """Give the SQLite tables whose ids are never used twice."""
    with reading(engine) as db:
        rows = db.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        return set(rows.scalars())


def test_a_migrated_database_needs_nothing_more(empty: Engine) -> None:
    """After `upgrade` alembic finds no difference to the tables of any room."""
    upgrade(empty)
    with reading(empty) as db:
        assert compare_metadata(MigrationContext.configure(db), all_tables()) == []


def test_migrated_and_fresh_are_the_same(empty: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Checks, defaults and conditions of indexes, which alembic does not compare, are those of a fresh database."""
    upgrade(empty)
    if empty.dialect.name == "sqlite":
        fresh = open_engine("sqlite:///fresh.db", tmp_path)
    else:
        fresh = open_engine(request.getfixturevalue("postgres_server").make_database(), tmp_path)
    try:
        for metadata in ALL_METADATA:
            metadata.create_all(fresh)
        assert _shape(empty) == _shape(fresh)
        if fresh.dialect.name == "sqlite":
            assert _never_reusing(empty) == _never_reusing(fresh)
    finally:
        fresh.dispose()


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    """The second `upgrade` finds the newest revision and leaves every table as it is."""
    assert present_revision(empty) is None
    upgrade(empty)
    before = _shape(empty)
    upgrade(empty)
    assert present_revision(empty) == newest_revision()
    assert before
    assert _shape(empty) == before


def test_a_database_is_as_old_as_alembic_says(empty: Engine) -> None:
    """What every command asks without loading alembic is what alembic itself would answer."""
    scripts = ScriptDirectory.from_config(make_config())
    assert newest_revision() == scripts.get_current_head()
    assert all(is_known(step.revision) for step in scripts.walk_revisions())
    assert not is_known("9999")
    upgrade(empty)
    with reading(empty) as db:
        assert present_revision(empty) == MigrationContext.configure(db).get_current_revision()


def test_foreign_keys_hold_after_an_upgrade(empty: Engine) -> None:
    """The connection that migrated goes back with foreign keys on."""
    upgrade(empty)
    if empty.dialect.name == "sqlite":
        with reading(empty) as db:
            assert db.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
