"""Whole tables row by row: streamed in the order of their keys, compared, and written many rows at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    collate,
    func,
    select,
    tuple_,
)

Values = tuple[Any, ...]
Item = TypeVar("Item")

#: Rows that are read, or written, at once.
BATCH = 1000


def key_of(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns by which a row of the table is told apart."""
    return tuple(table.primary_key.columns)


def count(connection: Connection, table: Table, *, until: Values | None = None) -> int:
    """Return how many rows a table holds, up to a key."""
    query = select(func.count()).select_from(table)
    if until is not None:
        query = query.where(_place(connection, table) <= _given(until))
    return int(connection.execute(query).scalar_one())


def last_key(connection: Connection, table: Table) -> Values | None:
    """Return the key that comes last in a table; None where the table is empty."""
    order = [column.desc() for column in _sorted_by(connection, table)]
    row = connection.execute(select(*key_of(table)).order_by(*order).limit(1)).first()
    return None if row is None else tuple(row)


def stream(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    *,
    after: Values | None = None,
    until: Values | None = None,
) -> Iterator[Values]:
    """Yield the rows of a table in the order of their keys, which is the same on every database."""
    query: Select[Any] = select(*columns).order_by(*_sorted_by(connection, table))
    if after is not None:
        query = query.where(_place(connection, table) > _given(after))
    if until is not None:
        query = query.where(_place(connection, table) <= _given(until))
    parts = connection.execute(query, execution_options={"yield_per": BATCH}).partitions()
    return map(tuple, chain.from_iterable(parts))


def rows_of(connection: Connection, table: Table, keys: Collection[Values]) -> list[Values]:
    """Return the rows with these keys."""
    columns = key_of(table)
    wanted = columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else tuple_(*columns).in_(list(keys))
    return [tuple(row) for row in connection.execute(select(table).where(wanted))]


def merged(
    ours: Iterator[Values], theirs: Iterator[Values], width: int
) -> Iterator[tuple[Values | None, Values | None]]:
    """Put two streams side by side by their first ``width`` values; None where one of them lacks a row."""
    left, right = next(ours, None), next(theirs, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[:width] < right[:width]):
            yield left, None
            left = next(ours, None)
        elif left is None or left[:width] > right[:width]:
            yield None, right
            right = next(theirs, None)
        else:
            yield left, right
            left, right = next(ours, None), next(theirs, None)


def batches(rows: Iterator[Item]) -> Iterator[list[Item]]:
    """Yield the rows many at a time."""
    while gathered := list(islice(rows, BATCH)):
        yield gathered


def insert_missing(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Write rows that the table may hold already, their values in the order of its columns."""
    listed = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        # One statement whatever the number of rows, and no limit on how many.
        arrays = ", ".join(f"%b::{_array_type(column)}" for column in table.columns)
        given = f"unnest({arrays})"
        statement = f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM {given} ON CONFLICT DO NOTHING'  # noqa: S608
        driver.execute(statement, [list(column) for column in zip(*rows, strict=True)])
    else:
        places = ", ".join("?" * len(table.columns))
        statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({places}) ON CONFLICT DO NOTHING'  # noqa: S608
        driver.executemany(statement, rows)


def go_on_after(connection: Connection, table: Table) -> None:
    """Let the database's own numbering of a table's rows go on after the last row."""
    if connection.dialect.name == "postgresql":
        last = select(func.max(table.c.sequence)).scalar_subquery()
        named = func.pg_get_serial_sequence(table.name, "sequence")
        connection.execute(select(func.setval(named, func.coalesce(last, 1), last.is_not(None))))


def _array_type(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "bigint[]"
    return "bytea[]" if isinstance(column.type, LargeBinary) else "text[]"


def _sorted_by(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return the key in the order of its bytes: a database's own order of texts may be that of some language."""
    by_name = connection.dialect.name == "postgresql"
    return [collate(column, "C") if by_name and isinstance(column.type, Text) else column for column in key_of(table)]


def _place(connection: Connection, table: Table) -> ColumnElement[Any]:
    columns = _sorted_by(connection, table)
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def _given(key: Values) -> Any:
    return key[0] if len(key) == 1 else tuple_(*key)
