"""A store's tables past the interface, for what works on all of a store at once: copying it, checking it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from router.store.interface import Reader, Store
from router.store.reading import CoreReader

# Whoever reads a whole store takes as long as it takes; a snapshot must not end in the middle of it.
_PATIENT = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
# In KiB: a whole table is gone through, and looked up in, once.
_ROOMY = "PRAGMA cache_size = -131072"


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """Open a connection that sees one snapshot, for as long as it takes."""
    with store.read() as reader:
        yield _connection(reader)


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """Open a connection in a write transaction that commits when the block ends well."""
    with store.transaction() as transaction:
        yield _connection(transaction)


def _connection(reader: Reader) -> Connection:
    if not isinstance(reader, CoreReader):
        raise TypeError(f"{type(reader).__name__} does not read from tables")
    connection = reader.connection
    for statement in _PATIENT if connection.dialect.name == "postgresql" else (_ROOMY,):
        connection.exec_driver_sql(statement)
    return connection
