"""Gathers what the families' systems write, by system, and turns it into files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from adapters.population.bundles import Json, written
from adapters.population.extracts import neonatal_file, substance_file
from adapters.population.names import BOARDS, Board


@dataclass(frozen=True, slots=True)
class NativeFile:
    """One file as a source would hand it over. ``source`` is the adapter's name for it."""

    source: str
    name: str
    data: bytes = field(repr=False)


def _lists() -> defaultdict[str, list[str]]:
    return defaultdict(list)


@dataclass(slots=True)
class Outbox:
    """What was written so far, in the order of writing. A message is counted whether or not it can be read."""

    as_at: date
    messages: int = 0
    _neonatal: defaultdict[str, list[str]] = field(default_factory=_lists)
    _substance: defaultdict[str, list[str]] = field(default_factory=_lists)
    _health_visiting: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    _perinatal: list[NativeFile] = field(default_factory=list)

    def neonatal(self, board: Board, row: str) -> None:
        """Add a row to a board's neonatal extract."""
        self._neonatal[board.code].append(row)
        self.messages += 1

    def substance(self, board: Board, row: str) -> None:
        """Add a row to a board's substance-use extract."""
        self._substance[board.code].append(row)
        self.messages += 1

    def health_visiting(self, board: Board, message: bytes) -> None:
        """Add a message to a board's health visiting file."""
        self._health_visiting[board.code].append(message)
        self.messages += 1

    def perinatal(self, board: Board, document: Json) -> None:
        """Add a perinatal message; each is a file of its own."""
        self.perinatal_text(board, written(document))

    def perinatal_text(self, board: Board, data: bytes) -> None:
        """Add a perinatal message as it stands."""
        self.messages += 1
        number = len(self._perinatal) + 1
        self._perinatal.append(NativeFile("perinatal", f"perinatal-{board.name}-{number:03d}.json", data))

    def files(self) -> Iterator[NativeFile]:
        """Yield every file: extracts first, in the order of boards."""
        for board in BOARDS:
            if rows := self._neonatal[board.code]:
                yield NativeFile("neonatal", f"neonatal-{board.name}.csv", neonatal_file(board, self.as_at, rows))
            if rows := self._substance[board.code]:
                yield NativeFile("substance", f"substance-{board.name}.csv", substance_file(board, self.as_at, rows))
            if messages := self._health_visiting[board.code]:
                name = f"health-visiting-{board.name}.hl7"
                yield NativeFile("health-visiting", name, b"".join(messages))
        yield from self._perinatal
