"""The key that encrypts a store's file: 32 random bytes, kept as 64 hexadecimal digits in a file of its owner's."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

from router.store.files import put_in_place
from router.store.interface import StoreError, WrongKeyError

KEY_BYTES = 32
_KEY = re.compile(rb"([0-9A-Fa-f]{64})\s*")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load_key(path: str | os.PathLike[str]) -> bytes:
    """Return the key in the file at ``path``.

    A missing file, or one that holds no key, raises ``WrongKeyError``; one that others may read or write is refused
    with ``StoreError``, since the key may have been seen.
    """
    try:
        with Path(path).open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(1024)
    except FileNotFoundError:
        raise WrongKeyError(f"there is no key file at {path}; put back the key that the store was made with") from None
    except OSError as fault:
        raise StoreError(f"the key file {path} cannot be read: {fault.strerror}") from fault
    if mode & _OTHERS:
        raise StoreError(
            f"the key file {path} has mode {mode:04o}, so others than its owner can reach it; "
            f"run `chmod 600 {path}`, and think whether the key was seen"
        )
    digits = _KEY.fullmatch(content)
    if digits is None:
        raise WrongKeyError(f"the file {path} is not a key: expected {2 * KEY_BYTES} hexadecimal digits")
    return bytes.fromhex(digits[1].decode("ascii"))


def create_key(path: str | os.PathLike[str]) -> bytes:
    """Make a new key, keep it at ``path`` with mode 0600, and return it; an existing file raises ``StoreError``.

    The key is on the disk before this returns: a store whose key is lost cannot be read by anyone.
    """
    target = Path(path)
    key = secrets.token_bytes(KEY_BYTES)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}.new")
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, key.hex().encode() + b"\n")
            os.fsync(file)
        finally:
            os.close(file)
        put_in_place(unfinished, target)
    except FileExistsError:
        raise StoreError(f"there is a key file at {path} already; it is kept") from None
    except OSError as fault:
        raise StoreError(f"the key file {path} cannot be written: {fault.strerror}") from fault
    finally:
        unfinished.unlink(missing_ok=True)
    return key


def proof_of(key: bytes) -> bytes:
    """Return what tells two keys apart and does not tell the key."""
    return hashlib.blake2b(b"router key proof", key=key, digest_size=16).digest()
