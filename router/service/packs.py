"""The packs that decisions name: the one in use, and older ones as the store kept them."""

from __future__ import annotations

import orjson

from router.model.errors import Reason, RouterError
from router.rules.loader import build_pack
from router.rules.pack import Pack
from router.store.interface import Reader


def pack_content(pack: Pack) -> bytes:
    """Return a pack's files as the store keeps them."""
    return orjson.dumps({name: content.decode() for name, content in sorted(pack.files.items())})


class PackShelf:
    """Finds a pack by its digest. ``current`` is the one in use."""

    def __init__(self, current: Pack) -> None:
        self.current = current
        self._known = {current.digest: current}

    def pack(self, digest: str, reader: Reader) -> Pack:
        """Return the pack of a digest. Raises ``RouterError`` when the store does not hold it."""
        known = self._known.get(digest)
        if known is None:
            content = reader.pack(digest)
            if content is None:
                message = "the rule pack of this decision is not held here; restore it to read the decision"
                raise RouterError(Reason.STORE_UNAVAILABLE, message)
            files = {name: text.encode() for name, text in orjson.loads(content).items()}
            known = self._known[digest] = build_pack(files)
        return known
