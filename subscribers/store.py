"""What all stores of this package share: portions of a query, and rows that may stand there already."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Insert, Table, literal
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
    return _insert_new(db.dialect, table)


def is_new(db: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless it stands there; tells whether it did. RETURNING, as a row count is not told everywhere."""
    return db.execute(insert_new(db, table).values(**values).returning(literal(1))).first() is not None


def add_rows(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows of the same columns; those that stand there already are left alone.

    The statement is compiled once and its values go to the driver in one list: to compile them row by row, as the
    library does, takes longer than the database needs to store them.
    """
    if not rows:
        return
    statement, names, is_positional = _insertion(db.dialect, table, tuple(rows[0]))
    columns = [_stored(db.dialect, table, name, [row[name] for row in rows]) for name in names]
    values: list[Any] = list(zip(*columns, strict=True))
    if not is_positional:
        values = [dict(zip(names, row, strict=True)) for row in values]
    db.exec_driver_sql(statement, values)


@lru_cache
def _insertion(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, Sequence[str], bool]:
    """Compile an insert; gives the order of its columns, too."""
    # inline: without RETURNING the new ids, of which there are many.
    compiled = _insert_new(dialect, table).inline().compile(dialect=dialect, column_keys=list(names))
    return str(compiled), compiled.positiontup or names, compiled.positional


def _stored(dialect: Dialect, table: Table, name: str, values: list[Any]) -> list[Any]:
    """Give the values of a column as the driver takes them; of a portion most times are one and the same."""
    process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]


def _insert_new(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    if dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
