"""Loads one register's file into one store: puts together what that takes."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from router.audit.pseudonym import Pseudonyms
from router.matching import load_weights
from router.service.recording import Recorder
from router.service.registers.files import SMALL_BYTES, batches
from router.service.registers.registering import Advance, Loaded, Registrar, load
from router.service.settings import Settings
from router.service.workspace import KeyHash
from router.store.ids import IdSource
from router.store.key import load_key
from router.store.open import open_store

_MOST_READERS = 4


def load_file(settings: Settings, file: Path, advance: Advance) -> Loaded:
    """Load a file into the store of the settings, which is made if it is not there. Raises ``StoreError``."""
    settings.make_folders()
    store = open_store(settings.store_url, settings.key_file)
    try:
        secret = load_key(settings.key_file)
        ids = IdSource(store.claim_process_number(), lambda: time.time_ns() // 1_000_000)
        registrar = Registrar(
            store=store,
            ids=ids,
            key_hash=KeyHash(secret),
            recorder=Recorder(ids, Pseudonyms(secret)),
            weights=load_weights(),
            now=lambda: datetime.now(UTC),
        )
        return load(registrar, batches(file, secret, readers=_readers(file)), advance)
    finally:
        store.close()


def _readers(file: Path) -> int:
    # To read a line takes longer than to write it, so all cores read, and the process that writes shares one.
    small = file.stat().st_size < SMALL_BYTES
    return 0 if small else min(_MOST_READERS, len(os.sched_getaffinity(0)))
