"""Opening the store that a URL names: a file, ``sqlite:///relative.db``, or a database, ``postgresql://...``."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from router.store import postgres, sqlite
from router.store.interface import Store, StoreError
from router.store.key import create_key, load_key

_EXPECTED = "expected sqlite:///path/to/file.db or postgresql://user@host:port/database"


def open_store(url: str, key_file: str | os.PathLike[str], *, create: bool = True, any_schema: bool = False) -> Store:
    """Open the store at ``url`` with the key in ``key_file``.

    With ``create``, a missing store is made, and a key for it when the key file is missing too. A key is never made
    for a store that exists: without the key it was made with, ``WrongKeyError`` is raised and nothing is touched.
    ``any_schema`` opens what is not fit to be served, such as a copy that is not finished.
    """
    parsed = _parsed(url)
    if parsed.drivername == "postgresql":
        key = _key(key_file, make=create and postgres.is_empty(parsed))
        return postgres.PostgresStore.open(parsed, key, create=create, any_schema=any_schema)
    path = _sqlite_path(parsed)
    key = _key(key_file, make=create and not path.exists())
    return sqlite.SqliteStore.open(path, key, create=create, any_schema=any_schema)


def migrate_store(url: str, key_file: str | os.PathLike[str], *, dry_run: bool = False) -> tuple[str, ...]:
    """Bring the schema of the existing store at ``url`` up to date and return the revisions applied.

    With ``dry_run`` nothing is changed, and what would be applied is returned.
    """
    parsed = _parsed(url)
    key = load_key(key_file)
    if parsed.drivername == "postgresql":
        return postgres.upgrade_database(parsed, key, dry_run=dry_run)
    return sqlite.upgrade_file(_sqlite_path(parsed), key, dry_run=dry_run)


def _key(key_file: str | os.PathLike[str], *, make: bool) -> bytes:
    if make and not Path(key_file).exists():
        try:
            return create_key(key_file)
        except StoreError:
            # Another process that began at the same time was first: its key is the one.
            pass
    return load_key(key_file)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in {"sqlite", "postgresql"}:
        # The URL is not repeated: it may hold a password.
        raise StoreError(f"the store's URL is not one of a store: {_EXPECTED}")
    if parsed.drivername == "postgresql" and not parsed.database:
        raise StoreError(f"the store's URL does not name a database: {_EXPECTED}")
    return parsed


def _sqlite_path(parsed: URL) -> Path:
    if parsed.host or parsed.query or not parsed.database or parsed.database == ":memory:":
        raise StoreError("the store's URL does not name a file: expected sqlite:///path/to/file.db")
    return Path(parsed.database)
