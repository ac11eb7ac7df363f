"""The machine under the measurement: its cores, the time that a process has used, and the versions of what runs."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sqlcipher3 import dbapi2

_TICKS = os.sysconf("SC_CLK_TCK")
_MEASURED = ("grpcio", "protobuf", "uvloop", "durable-rules", "rapidfuzz", "protovalidate", "sqlalchemy", "sqlcipher3")


def cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def server_core() -> int:
    """Return the core for servers."""
    return cores()[0]


def load_core() -> int:
    """Return the core for the load generator: another one, where there is one."""
    return cores()[-1]


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Keep this thread, and every process that is started meanwhile, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, all its threads together."""
    # The name in brackets may hold spaces; the fields are counted after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / _TICKS


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that take part."""
    found = {"python": platform.python_version(), **{name: version(name) for name in _MEASURED}}
    # sqlcipher3 brings a SQLite of its own; the one of the standard library is not used.
    return {**found, "sqlite": getattr(dbapi2, "sqlite_version", sqlite3.sqlite_version)}
