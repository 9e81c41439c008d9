"""`make migration WORDS="why"`: writes the next migration from the difference between the last one and the tables.

It stands here and not in newsletter.db because it must know the tables of all rooms. Read what it wrote before you
commit it: alembic sees no renamed column and no changed check. tests/contract/test_migrations.py compares those.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import CheckConstraint, MetaData

from newsletter.db.engine import open_engine
from newsletter.db.migrate import make_config, upgrade
from newsletter.db.types import UtcDateTime
from tests.fakes.database import ALL_METADATA


def all_tables() -> MetaData:
    """Put the tables of all rooms into one MetaData, with the checks of columns as checks of their tables.

    Alembic writes down only the latter, and a check that is left out is one that does not hold.
    """
    together = MetaData()
    for metadata in ALL_METADATA:
        for original in metadata.sorted_tables:
            table = original.to_metadata(together)
            for column in original.columns:
                for check in column.constraints:
                    if isinstance(check, CheckConstraint):
                        table.append_constraint(CheckConstraint(str(check.sqltext), name=check.name))
    return together


def write_migration(words: str) -> Path:
    """Migrate an empty database to the last step, compare it with the tables, and write the next step."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("sqlite:///empty.db", Path(folder))
        upgrade(engine)
        with engine.begin() as db:
            config = make_config(db)
            config.attributes["tables"] = all_tables()
            config.attributes["render_item"] = _render
            versions = Path(config.get_main_option("script_location", "")) / "versions"
            number = len(list(versions.glob("[0-9]*.py"))) + 1
            script = command.revision(config, words, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()
    assert not isinstance(script, list)
    assert script is not None
    return Path(script.path)


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say in a few words what changes: make migration WORDS="a place for events"')
    print(write_migration(sys.argv[1].strip()))
