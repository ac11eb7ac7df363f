"""Opening the store that a URL names: today ``sqlite:///relative.db`` and ``sqlite:////absolute.db``."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from router.store.interface import Store, StoreError
from router.store.key import create_key, load_key
from router.store.sqlite import SqliteStore, upgrade_file


def open_store(url: str, key_file: str | os.PathLike[str], *, create: bool = True) -> Store:
    """Open the store at ``url`` with the key in ``key_file``.

    With ``create``, a missing store is made, and a key for it when the key file is missing too. A key is never made
    for a store that exists: without the key it was made with, ``WrongKeyError`` is raised and nothing is touched.
    """
    path = _sqlite_path(url)
    if create and not path.exists() and not Path(key_file).exists():
        try:
            key = create_key(key_file)
        except StoreError:
            # Another process that began at the same time was first: its key is the one.
            key = load_key(key_file)
    else:
        key = load_key(key_file)
    return SqliteStore.open(path, key, create=create)


def migrate_store(url: str, key_file: str | os.PathLike[str]) -> tuple[str, ...]:
    """Bring the schema of the existing store at ``url`` up to date and return the revisions applied."""
    return upgrade_file(_sqlite_path(url), load_key(key_file))


def _sqlite_path(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername != "sqlite":
        # The URL is not repeated: it may hold a password.
        raise StoreError("the store's URL is not one of a store: expected sqlite:///path/to/file.db")
    if parsed.host or parsed.query or not parsed.database or parsed.database == ":memory:":
        raise StoreError("the store's URL does not name a file: expected sqlite:///path/to/file.db")
    return Path(parsed.database)
