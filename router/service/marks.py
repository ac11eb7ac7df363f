"""What each process is evaluating at this moment, written where its death leaves it to be found.

A process has one small file, mapped into its memory, and holds a lock on it as long as it lives. What it writes there
costs about a microsecond, is seen by its siblings on the host at once, and outlives it by any signal: the pages belong
to the kernel. Nothing is forced to the disk, so a power cut loses it, and with it every process that could have died.

A mark is a keyed digest, and says nothing of anybody.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MARK_BYTES = 32
_NONE = bytes(MARK_BYTES)
_SUFFIX = ".mark"
# Together far longer than an evaluation takes: who holds a mark for so long is stuck in it.
_LOOKS = 200
_BETWEEN_LOOKS_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class Left:
    """The mark of a process that died. ``process`` names it as no other."""

    process: str
    mark: bytes


class Marks:
    """The marks of the processes that share a folder. One of these for each process; one thread marks."""

    def __init__(self, folder: Path, *, pause: Callable[[float], None] = time.sleep) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.process = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._folder = folder
        self._pause = pause
        self._path = folder / f"{self.process}{_SUFFIX}"
        self._others: dict[str, _Other] = {}
        unfinished = folder / f".{self.process}.new"
        self._file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        # On a full disk this fails here, with an error, and not later, with a signal.
        os.posix_fallocate(self._file, 0, MARK_BYTES)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        # Named last: under that name it is never seen without its lock, which would look like the file of the dead.
        unfinished.rename(self._path)
        self._map = mmap.mmap(self._file, MARK_BYTES)

    @contextmanager
    def marked(self, mark: bytes) -> Iterator[None]:
        """Leave ``mark`` to be found if the process dies inside the block."""
        self._map[:] = mark
        try:
            yield
        finally:
            self._map[:] = _NONE

    def look_round(self) -> None:
        """Find the files of other processes, living and dead, for ``is_held_elsewhere``."""
        names = {name for name in os.listdir(self._folder) if name.endswith(_SUFFIX) and name != self._path.name}  # noqa: PTH208 - a third of the time
        for name in self._others.keys() - names:
            self._others.pop(name).close()
        for name in names - self._others.keys():
            other = _Other.open(self._folder / name)
            if other is not None:
                self._others[name] = other

    def is_held_elsewhere(self, mark: bytes) -> bool:
        """Return whether a process died with ``mark``, or does not get away from it.

        Where one is at it at this moment, this waits until it is done.
        """
        return any(other.map[:] == mark and self._stays(other, mark) for other in self._others.values())

    def left(self) -> Generator[Left, None, None]:
        """Go through the marks of the dead. Each is removed when the next is asked for, and stays if none is."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path == self._path:
                continue
            try:
                file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                if not _lock(file, fcntl.LOCK_EX):
                    continue  # its process lives, or another is going through it
                mark = os.pread(file, MARK_BYTES, 0)
                if mark not in (_NONE, b""):
                    yield Left(path.stem, mark)
                # Whoever has it open already, and waits for its turn, must find nothing.
                os.pwrite(file, _NONE, 0)
                path.unlink(missing_ok=True)
            finally:
                os.close(file)

    def close(self) -> None:
        """Take the process's own file away."""
        self._path.unlink(missing_ok=True)
        self._map.close()
        os.close(self._file)
        for other in self._others.values():
            other.close()
        self._others.clear()

    def _stays(self, other: _Other, mark: bytes) -> bool:
        for _ in range(_LOOKS):
            if _lock(other.file, fcntl.LOCK_SH):
                fcntl.flock(other.file, fcntl.LOCK_UN)
                # Looked at again: it may have finished, and ended in peace, since.
                return other.map[:] == mark
            self._pause(_BETWEEN_LOOKS_SECONDS)
            if other.map[:] != mark:
                return False
        return True


@dataclass(frozen=True, slots=True)
class _Other:
    """Another process's file."""

    file: int
    map: mmap.mmap

    @classmethod
    def open(cls, path: Path) -> _Other | None:
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        return cls(file, mmap.mmap(file, MARK_BYTES, access=mmap.ACCESS_READ))

    def close(self) -> None:
        self.map.close()
        os.close(self.file)


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
