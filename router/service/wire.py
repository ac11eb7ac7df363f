"""Puts answers together from bytes that are kept: a stored answer is never parsed to be sent again."""

from __future__ import annotations

from router.store.parts import Joined

_LENGTH_DELIMITED = 2


def embedded(field_number: int, content: bytes) -> bytes:
    """Return ``content`` as the given field of a message: a string, bytes, or another message."""
    return _tag(field_number, len(content)) + content


def embedded_parts(before: bytes, field_number: int, content: Joined) -> Joined:
    """Return ``before`` and ``content`` as the given field after it, with the parts that ``content`` ends in."""
    head = before + _tag(field_number, len(content)) + content.head
    return Joined.of(head, content.parts)


def _tag(field_number: int, size: int) -> bytes:
    return _varint(field_number << 3 | _LENGTH_DELIMITED) + _varint(size)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
