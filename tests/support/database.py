"""One real PostgreSQL server for all tests of a process, and a new database in it for each that asks."""

from __future__ import annotations

import atexit
import functools

from router.bench.postgres import PostgresServer


@functools.cache
def server() -> PostgresServer:
    """Return the server, started when it is first asked for and ended with the process."""
    started = PostgresServer().__enter__()
    atexit.register(started.__exit__, None, None, None)
    return started


def new_database() -> str:
    """Return the URL of a new, empty database."""
    return server().new_database()
