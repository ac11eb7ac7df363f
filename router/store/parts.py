"""Bytes that end alike: what many answers and decisions have in common is kept once, under its digest.

Nine tenths of an answer are the rule pack's own words, which the next answer repeats. What is read is what was written,
byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b

from router.store.interface import StoreError

_COUNT_SIZE = 2
_DIGEST_SIZE = 16
_REMEMBERED = 1 << 14


class Joined(bytes):
    """Bytes made of a head of their own and of parts that other bytes end in too. Parts hold nothing of any family."""

    head: bytes
    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, head: bytes, parts: Iterable[bytes]) -> Joined:
        """Put head and parts together."""
        every = tuple(parts)
        made = cls(b"".join((head, *every)))
        made.head, made.parts = head, every
        return made


@lru_cache(maxsize=_REMEMBERED)
def digest_of(part: bytes) -> bytes:
    """Return the digest under which a part is kept."""
    return blake2b(part, digest_size=_DIGEST_SIZE).digest()


def kept(content: bytes) -> bytes:
    """Return how content is kept: the number of its parts, their digests, and its head."""
    if not isinstance(content, Joined):
        return bytes(_COUNT_SIZE) + content
    digests = [digest_of(part) for part in content.parts]
    return b"".join((len(digests).to_bytes(_COUNT_SIZE, "big"), *digests, content.head))


def rows(contents: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the rows of every part of these contents, each once, in the order of the index."""
    parts = {part for content in contents if isinstance(content, Joined) for part in content.parts}
    return sorted((digest_of(part), part) for part in parts)


def digests_in(content: bytes) -> list[bytes]:
    """Return the digests of the parts that kept content ends in."""
    end = _head_at(content)
    return [content[place : place + _DIGEST_SIZE] for place in range(_COUNT_SIZE, end, _DIGEST_SIZE)]


def head(content: bytes) -> bytes:
    """Return the head of kept content: what is its own, without the parts that it shares."""
    return content[_head_at(content) :]


def whole(content: bytes, parts: Mapping[bytes, bytes]) -> bytes:
    """Return content as it was before it was kept."""
    try:
        return b"".join((head(content), *(parts[digest] for digest in digests_in(content))))
    except KeyError:
        raise StoreError("a part of an answer or decision is missing; restore the store from a copy") from None


def _head_at(content: bytes) -> int:
    return _COUNT_SIZE + _DIGEST_SIZE * int.from_bytes(content[:_COUNT_SIZE], "big")
