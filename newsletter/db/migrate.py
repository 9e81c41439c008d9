"""Brings a database to this program's schema: alembic, run from code.

All steps that are missing go in one transaction, so that a broken upgrade leaves the database as it was; one process
does it at a time, the others wait and find nothing left to do.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

_SCRIPTS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 5_718_203_441  # any number that nobody else uses for an advisory lock


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Calling it again changes nothing."""
    if engine.dialect.name == "sqlite":
        _upgrade_sqlite(engine)
    else:
        with engine.begin() as db:
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            _run(db)


def _upgrade_sqlite(engine: Engine) -> None:
    """A change of a table copies and drops it: with foreign keys on, dropping would take along what points to it."""
    with engine.connect() as db:
        driver = db.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")  # works outside a transaction only
        try:
            with db.begin():
                _run(db)
                broken = db.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the upgrade would leave rows that point to nothing: {broken[:3]}")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _run(db: Connection) -> None:
    command.upgrade(make_config(db), "head")


def make_config(db: Connection | None = None) -> Config:
    """Give alembic's configuration: where the steps stand, and the connection to run them on."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = db
    return config
