"""One encrypted SQLite file: connections to it, the proof of its key, and its creation.

The file is a SQLCipher 4 database with a raw 256-bit key (no passphrase, so no slow derivation at each connection) and
HMAC-SHA-256 page checks: with the processor's SHA instructions a batch written costs about a tenth less than with
SHA-512, SQLCipher's default. Another tool needs ``PRAGMA cipher_hmac_algorithm = HMAC_SHA256`` after the key.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from router.store.files import put_in_place
from router.store.interface import StoreError, WrongKeyError

#: How long a connection waits for another process's write transaction, in seconds: far above any batch.
BUSY_SECONDS = 60.0

_TRIES = 20
_PAUSE_SECONDS = 0.005

_PAGE_BYTES = 4096
# Of SQLite's log: what comes before its frames, and before the page in each (https://sqlite.org/fileformat2.html#walformat).
_LOG_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24

# Off, or a wrong key would be reported on standard error beside the exception.
_QUIET = "cipher_log_level = NONE"
_CIPHER = (
    f"cipher_page_size = {_PAGE_BYTES}",
    "cipher_hmac_algorithm = HMAC_SHA256",
)
_BOTH = (
    # Nothing is spilled to an unencrypted temporary file.
    "temp_store = MEMORY",
    "trusted_schema = OFF",
)
_WRITER = (
    "journal_mode = WAL",
    # In WAL, NORMAL may lose what was acknowledged when the power fails.
    "synchronous = FULL",
    "foreign_keys = ON",
    # So that INSERT OR REPLACE, which deletes, meets the triggers that refuse deletion.
    "recursive_triggers = ON",
    # What the log keeper has not brought into the file by then, after 16 MB, whoever commits brings in.
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
    # In KiB. The writer's cache outlives its own commits; a reader's is dropped at every commit, so is kept small.
    "cache_size = -131072",
)
_LOG_KEEPER = (
    "synchronous = FULL",
    "wal_autocheckpoint = 0",
)
_READER = (
    "query_only = ON",
    "cache_size = -4096",
)
_PROOF = (
    # Or a file shorter than its first page says is refused, as every file is whose log was being brought in: the first
    # page is written first.
    "writable_schema = ON",
)


def connect_writer(path: Path, key: bytes) -> Any:
    """Return a driver connection that may write. It belongs to no thread; one at a time may use it."""
    connection = _connect(path.as_posix(), key, (*_BOTH, *_WRITER))
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        connection.close()
        raise StoreError(f"the store at {path} cannot keep a log beside it (mode {mode}); put it on a local disk")
    return connection


def connect_reader(path: Path, key: bytes) -> Any:
    """Return a driver connection that only reads. It belongs to no thread; one at a time may use it."""
    return _connect(path.as_posix(), key, (*_BOTH, *_READER))


def connect_log_keeper(path: Path, key: bytes) -> Any:
    """Return a driver connection that brings the log into the file. One thread at a time may use it."""
    return _connect(path.as_posix(), key, (*_BOTH, *_LOG_KEEPER))


def prove_key(path: Path, key: bytes) -> None:
    """Raise ``WrongKeyError`` when the store's first page cannot be read with the key.

    The file is opened as one that cannot change, which takes no lock, reads no log and makes no file beside it: with
    a wrong key, even the log that a killed process left stays as it is. If the file's own first page is no good, the
    log's is asked, which SQLite will put in its place.
    """
    if path.stat().st_size == 0:
        raise StoreError(f"the store at {path} is an empty file; put back a copy, or remove it to begin a new store")
    # Without a lock the page may be met while another process writes it, which looks like a wrong key. Measured under
    # a writer that did nothing else: one time in a thousand.
    for _ in range(_TRIES):
        if _opens(path, key):
            return
        time.sleep(_PAUSE_SECONDS)
    if not _log_opens(path, key):
        raise WrongKeyError(
            f"the store at {path} cannot be read with this key; use the key it was made with (nothing was changed)"
        )


def _opens(path: Path, key: bytes) -> bool:
    try:
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", key, _PROOF)
    except dbapi2.OperationalError as fault:
        raise StoreError(f"the store at {path} cannot be opened: {fault}") from fault
    try:
        # Reads the first page's header and nothing else: other pages may be changing meanwhile.
        connection.execute("PRAGMA user_version").fetchone()
    except dbapi2.DatabaseError:
        return False
    finally:
        connection.close()
    return True


def _log_opens(path: Path, key: bytes) -> bool:
    """Return whether a first page that stands in the log can be read with the key.

    The power may fail while the file's is being written. The log's was on the disk before that was begun.
    """
    page = _first_page_of_log(path.with_name(f"{path.name}-wal"))
    if page is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / path.name
        alone.write_bytes(page)
        return _opens(alone, key)


def _first_page_of_log(log: Path) -> bytes | None:
    """Return the oldest copy of the file's first page in its log, as it is: encrypted. None when there is none."""
    try:
        frames = log.open("rb")
    except FileNotFoundError:
        return None
    with frames:
        frames.seek(_LOG_HEADER_BYTES)
        while len(frame := frames.read(_FRAME_HEADER_BYTES + _PAGE_BYTES)) == _FRAME_HEADER_BYTES + _PAGE_BYTES:
            if int.from_bytes(frame[:4]) == 1:
                return frame[_FRAME_HEADER_BYTES:]
    return None


def create(path: Path, fill: Callable[[Path], object]) -> None:
    """Make the store's file, with what ``fill`` puts into it, whole or not at all; leave one that is there already.

    It is filled under another name and named last, so that no other process meets a file half made.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        fill(unfinished)
        put_in_place(unfinished, path)
    except FileExistsError:
        pass
    except OSError as fault:
        raise StoreError(f"the store at {path} cannot be made: {fault.strerror}") from fault
    finally:
        for suffix in ("", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)


def _connect(name: str, key: bytes, pragmas: tuple[str, ...]) -> Any:
    connection = dbapi2.connect(
        name,
        timeout=BUSY_SECONDS,
        # Transactions are begun by name: BEGIN for a snapshot, BEGIN IMMEDIATE to write, never one that becomes other.
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        uri=name.startswith("file:"),
    )
    try:
        for pragma in (_QUIET, f"key = \"x'{key.hex()}'\"", *_CIPHER, *pragmas):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection
