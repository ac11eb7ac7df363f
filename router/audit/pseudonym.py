"""Keyed pseudonyms: the same thing has the same name in every log line, and nobody without the key can tell which."""

from __future__ import annotations

import hashlib


class Pseudonyms:
    """Names families and referrals in logs. ``secret`` is the store's key; a key of its own is derived from it."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(b"router audit pseudonyms", key=secret[:64], digest_size=32).digest()

    def of(self, kind: str, *parts: str | int) -> str:
        """Return the pseudonym of something of a kind, such as ("family", 7): 16 hexadecimal digits."""
        content = "\x00".join((kind, *(str(part) for part in parts)))
        return hashlib.blake2b(content.encode(), key=self._key, digest_size=8).hexdigest()
