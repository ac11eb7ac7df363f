"""Where a store under test is kept: plain enough to be sent to another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from router.store.interface import Store
from router.store.open import open_store

STORES = ["sqlite"]


@dataclass(frozen=True)
class Place:
    """A store's URL and key file."""

    url: str
    key_file: str

    @classmethod
    def of(cls, kind: str, folder: Path) -> Place:
        """Return a place for a store of this kind in a folder."""
        assert kind in STORES
        return cls(f"{kind}:///{folder}/record.db", str(folder / "record.key"))

    @property
    def path(self) -> Path:
        """Return the store's file."""
        return Path(self.url.removeprefix("sqlite:///"))

    def open(self, *, create: bool = True) -> Store:
        """Open the store."""
        return open_store(self.url, self.key_file, create=create)
