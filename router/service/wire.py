"""Puts answers together from bytes that are kept: a stored answer is never parsed to be sent again."""

from __future__ import annotations

_LENGTH_DELIMITED = 2


def embedded(field_number: int, content: bytes) -> bytes:
    """Return ``content`` as the given field of a message: a string, bytes, or another message."""
    return _varint(field_number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
