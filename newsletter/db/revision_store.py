"""Tells how old a database is: the migration it is at, and those that this program brings.

Every command asks that before anything else. So alembic, which takes longer to load than most commands to run, is left
alone here; a test holds that it would say the same.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, String, Table, inspect, select

STEPS = Path(__file__).parent / "migrations" / "versions"
_version = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))


def present_revision(engine: Engine) -> str | None:
    """Tell at which migration the database is; None for an empty one."""
    with engine.connect().execution_options(readonly=True) as db:
        if not inspect(db).has_table(_version.name):
            return None
        return db.execute(select(_version.c.version_num)).scalar_one_or_none()


def is_known(revision: str) -> bool:
    """Tell whether this program brings a migration of this name; a newer program's it does not."""
    return revision in _revisions()


def newest_revision() -> str:
    """Tell the last migration that this program brings."""
    return _revisions()[-1]


@cache
def _revisions() -> tuple[str, ...]:
    """Give the migrations in order; a step's file begins with its name: 0002_posts_from_anywhere.py is 0002."""
    return tuple(sorted(step.name.partition("_")[0] for step in STEPS.glob("[0-9]*_*.py")))
