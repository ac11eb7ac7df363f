"""Brings what was committed from the log into the store's file, beside the thread that writes.

SQLite lets whoever commits do that, once the log is long: measured, every twentieth commit took 40 to 150 ms instead of
4, and everybody behind it waited. The writer still does what is left of it when the log is longer than this keeps it,
and begins the log anew.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from sqlcipher3 import dbapi2

from router.store.sqlite_file import connect_log_keeper

#: So often the log is brought in: a fraction of its longest.
EVERY_COMMITS = 8


class LogKeeper:
    """A thread with a connection of its own, from the first time that there is something to do."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._commits = 0
        self._due = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def committed(self) -> None:
        """Hear of a commit. For the thread that writes."""
        self._commits += 1
        if self._commits % EVERY_COMMITS:
            return
        self._due.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="log", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Bring in what is there, and stop. Nothing may be committed any more."""
        self._closed = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        # What goes wrong here goes wrong for the writer too, which tells of it.
        with (
            contextlib.suppress(dbapi2.Error),
            contextlib.closing(connect_log_keeper(self._path, self._key)) as connection,
        ):
            closing = False
            while not closing:
                self._due.wait()
                self._due.clear()
                closing = self._closed
                # Waits for nobody, and nobody for it.
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
