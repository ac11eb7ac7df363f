"""The log of the SQLite store is brought into its file beside the writer, and nothing is lost by it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from router.store import sqlite_log
from router.store.sqlite import SqliteStore
from router.store.sqlite_log import EVERY_COMMITS, LogKeeper

KEY = b"k" * 32


def claims(store: SqliteStore, count: int) -> list[int]:
    """Commit so often, and return what each commit was told."""
    return [store.claim_process_number() for _ in range(count)]


def test_what_was_committed_comes_into_the_file_while_the_store_is_open(tmp_path: Path) -> None:
    """A copy of the file alone, without its log, holds it."""
    store = SqliteStore.open(tmp_path / "store.db", KEY)
    told = claims(store, EVERY_COMMITS)
    store._log.close()
    shutil.copy(tmp_path / "store.db", tmp_path / "copy.db")
    copy = SqliteStore.open(tmp_path / "copy.db", KEY)
    assert claims(copy, 1) == [told[-1] + 1]
    copy.close()
    store.close()


def test_a_keeper_that_cannot_work_leaves_the_writer_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits go on, and the store closes."""

    def fails(*_: object) -> object:
        raise sqlite_log.dbapi2.OperationalError("disk I/O error")

    monkeypatch.setattr(sqlite_log, "connect_log_keeper", fails)
    store = SqliteStore.open(tmp_path / "store.db", KEY)
    assert claims(store, 3 * EVERY_COMMITS) == list(range(3 * EVERY_COMMITS))
    store.close()


def test_a_store_that_commits_little_has_no_thread_for_it(tmp_path: Path) -> None:
    """The thread begins with the first thing to do, and ends with the store."""
    store = SqliteStore.open(tmp_path / "store.db", KEY)
    claims(store, EVERY_COMMITS - 1)
    assert store._log._thread is None
    claims(store, 1)
    thread = store._log._thread
    assert thread is not None
    store.close()
    assert not thread.is_alive()


def test_a_keeper_that_heard_of_nothing_closes(tmp_path: Path) -> None:
    """Nothing is opened for it."""
    LogKeeper(tmp_path / "none.db", KEY).close()
    assert not list(tmp_path.iterdir())
