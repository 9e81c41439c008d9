"""Facts of the home by name, in the database."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.db.tables import home_facts


def get(db: Connection, name: str) -> str | None:
    """Give a fact, or None."""
    return db.execute(select(home_facts.c.value).where(home_facts.c.name == name)).scalar_one_or_none()


def put(db: Connection, name: str, value: str) -> None:
    """Write a fact."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(home_facts).values(name=name, value=value)
    db.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def remove(db: Connection, name: str) -> bool:
    """Forget a fact; False when there was none."""
    return bool(db.execute(delete(home_facts).where(home_facts.c.name == name)).rowcount)
