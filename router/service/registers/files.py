"""Goes through a register's file: in order, many lines at a time, read by other processes where that is quicker."""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO, Self

from router.service.registers.records import Record, Refused, read_line
from router.service.workspace import KeyHash
from router.store.interface import StoreError

#: Lines that are read at once.
LINES = 500
#: A smaller file is read before another process would have begun.
SMALL_BYTES = 4_000_000
#: Batches that are read ahead of the one that writes, each of half a megabyte: a commit keeps no reader waiting.
_AHEAD = 60

_ENDED = (EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines in a row, read: their records, those that are refused, and how many bytes of the file they took."""

    records: tuple[Record, ...]
    refused: tuple[Refused, ...]
    size: int


Lines = tuple[int, list[bytes]]
"""The number of the first line, and the lines."""


def batches(path: Path, secret: bytes, *, readers: int) -> Iterator[Batch]:
    """Yield the file's lines in their order, read by so many processes; 0 for none but this one.

    Raises ``StoreError`` when one of the processes ends before its work does.
    """
    with path.open("rb") as file:
        if not readers:
            key_hash = KeyHash(secret)
            yield from (_read(one, key_hash) for one in _lines(file))
            return
        with ExitStack() as stack:
            collected = stack.enter_context(_Collected(file))
            collected.begin([stack.enter_context(_reader(secret)) for _ in range(readers)])
            for content in collected.each():
                yield pickle.loads(content)  # noqa: S301 - from a process of our own


def _lines(file: BinaryIO) -> Iterator[Lines]:
    first = 1
    while lines := list(islice(file, LINES)):
        yield first, lines
        first += len(lines)


def _read(lines: Lines, key_hash: KeyHash) -> Batch:
    first, several = lines
    read = [read_line(number, line, key_hash) for number, line in enumerate(several, first) if not line.isspace()]
    return Batch(
        tuple(one for one in read if isinstance(one, Record)),
        tuple(one for one in read if isinstance(one, Refused)),
        sum(map(len, several)),
    )


@contextmanager
def _reader(secret: bytes) -> Iterator[Connection]:
    """Start a process that reads lines. It ends when this one does, however that is."""
    # Started afresh, so that it holds no end of anybody's pipe but its own: ours closes when this process ends.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, secret), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()
        ours.close()


def _serve(pipe: Connection, secret: bytes) -> None:
    # Lines make many objects and no cycle: to look for cycles takes a quarter of the time.
    gc.disable()
    key_hash = KeyHash(secret)
    with suppress(*_ENDED, KeyboardInterrupt):
        while (lines := pipe.recv()) is not None:
            pipe.send_bytes(pickle.dumps(_read(lines, key_hash), pickle.HIGHEST_PROTOCOL))
        pipe.send_bytes(b"")


class _Collected:
    """Hands the file's lines to processes in turn, and gives what they answer, in the same order.

    By two threads: a process that waits to be heard is not to be waited for by whoever should hear it. Both end when
    the processes have.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._answers: Queue[bytes | None] = Queue(_AHEAD)
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            while thread.is_alive():
                with suppress(Empty):
                    self._answers.get(timeout=0.05)

    def begin(self, pipes: Sequence[Connection]) -> None:
        """Begin with these processes."""
        self._threads = [threading.Thread(target=one, args=(pipes,)) for one in (self._hand_out, self._collect)]
        for thread in self._threads:
            thread.start()

    def each(self) -> Iterator[bytes]:
        """Yield what the processes answer."""
        while content := self._answers.get():
            yield content
        if content is None:
            raise StoreError("a process that reads the register's lines ended; run the same command again, it goes on")

    def _hand_out(self, pipes: Sequence[Connection]) -> None:
        with suppress(*_ENDED):
            for pipe, lines in zip(cycle(pipes), _lines(self._file), strict=False):
                pipe.send(lines)
            for pipe in pipes:
                pipe.send(None)

    def _collect(self, pipes: Sequence[Connection]) -> None:
        content: bytes | None = None
        try:
            for pipe in cycle(pipes):
                content = pipe.recv_bytes()
                self._answers.put(content)
                if not content:
                    return
        except _ENDED:
            self._answers.put(None)
