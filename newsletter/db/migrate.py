"""Brings a database to this program's schema: alembic, run from code, each step in a transaction of its own."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Calling it again changes nothing."""
    with engine.begin() as db:
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "head")


def present_revision(engine: Engine) -> str | None:
    """Tell at which migration the database is; None for an empty one."""
    with engine.connect().execution_options(readonly=True) as db:
        return MigrationContext.configure(db).get_current_revision()


def newest_revision() -> str:
    """Tell the last migration that this program brings."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
