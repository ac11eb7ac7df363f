"""The packs that decisions name: the one in use, and older ones as the store kept them."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from router.model.errors import Reason, RouterError
from router.rules.loader import build_pack, digest_of
from router.rules.pack import Pack
from router.rules.yamlfile import Fault, PackError
from router.store.interface import Reader


def pack_content(pack: Pack) -> bytes:
    """Return a pack's files as the store keeps them."""
    return content_of_files(pack.files)


def content_of_files(files: Mapping[str, bytes]) -> bytes:
    """Return files, each of UTF-8 text, as the store keeps a pack."""
    return orjson.dumps({name: content.decode() for name, content in sorted(files.items())})


def files_of(content: bytes) -> dict[str, bytes]:
    """Return the files of a pack that the store keeps."""
    return {name: text.encode() for name, text in orjson.loads(content).items()}


def kept_pack(digest: str, reader: Reader) -> Pack:
    """Build a pack that the store keeps. Raises ``PackError`` where it does not load, or is not what its digest says.

    What a program of another age accepted may not load in this one.
    """
    content = reader.pack(digest)
    if content is None:
        raise PackError([Fault("pack", 0, 0, "is not held by the store")])
    try:
        files = files_of(content)
    except (orjson.JSONDecodeError, AttributeError):
        raise PackError([Fault("pack", 0, 0, "cannot be read from the store")]) from None
    if digest_of(files) != digest:
        raise PackError([Fault("pack", 0, 0, "is not what its digest says: the stored pack was altered")])
    return build_pack(files)


class PackShelf:
    """Finds a pack by its digest. ``current`` is the one that this process began with."""

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
            known = self._known[digest] = build_pack(files_of(content))
        return known
