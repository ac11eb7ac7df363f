"""Where a store under test is kept: plain enough to be sent to another process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from router.store import sqlite_file
from router.store.interface import Store
from router.store.key import load_key
from router.store.open import open_store
from tests.support.database import new_database

Sql = Callable[[str], Any]

STORES = ["sqlite", "postgresql"]


@dataclass(frozen=True)
class Place:
    """A store's URL and key file."""

    url: str
    key_file: str

    @classmethod
    def of(cls, kind: str, folder: Path) -> Place:
        """Return a place for a store of this kind, with nothing there yet; what is a file lies in the folder."""
        assert kind in STORES
        url = f"sqlite:///{folder}/record.db" if kind == "sqlite" else new_database()
        return cls(url, str(folder / "record.key"))

    @property
    def kind(self) -> str:
        """Return the kind of store."""
        return self.url.partition(":")[0]

    def open(self, *, create: bool = True) -> Store:
        """Open the store."""
        return open_store(self.url, self.key_file, create=create)

    @contextmanager
    def sql(self) -> Iterator[Sql]:
        """Open a way to run statements on the store's database past the store, as an operator might."""
        if self.kind == "sqlite":
            connection = sqlite_file.connect_writer(Path(self.url.removeprefix("sqlite:///")), load_key(self.key_file))
            yield lambda statement: connection.execute(statement).fetchall()
            connection.close()
        else:
            with psycopg.connect(self.url, autocommit=True) as database:
                yield lambda statement: _run(database, statement)


def _run(database: psycopg.Connection[Any], statement: str) -> list[Any]:
    done = database.execute(statement)  # type: ignore[arg-type]
    return done.fetchall() if done.description else []
