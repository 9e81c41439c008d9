"""What all stores of this package share: portions of a query, and rows that may stand there already."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Insert, Table, literal
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
# Ids or hashes a query: below the limit of parameters of any SQLite (999 in old ones).
PORTION = 500


def portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that one query may name."""
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def insert_new(db: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone that stand there already: two may do the same thing at once."""
    if db.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def is_new(db: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless it stands there; tells whether it did. RETURNING, as a row count is not told everywhere."""
    return db.execute(insert_new(db, table).values(**values).returning(literal(1))).first() is not None
