"""Golden cases: what each fixture must give. ``python -m adapters.golden`` checks them, ``--write`` writes them anew.

A fixture ``<source>/fixtures/<case>.<ending>`` has its golden file ``<source>/golden/<case>.json``, whose note says why
the case exists. Writing keeps the note; a new case gets an empty one, which the check refuses until it is filled in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from adapters.display import as_document
from adapters.read import SOURCES, read

ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """One fixture and its golden file."""

    source: str
    fixture: Path
    golden: Path

    @property
    def name(self) -> str:
        """The case's name, such as "neonatal/preterm-twins"."""
        return f"{self.source}/{self.fixture.stem}"

    def expected(self) -> dict[str, Any]:
        """Return the golden document; an empty one when it was never written."""
        if not self.golden.exists():
            return {"note": "", "items": []}
        document: dict[str, Any] = orjson.loads(self.golden.read_bytes())
        return document

    def actual(self) -> list[dict[str, Any]]:
        """Return what the fixture gives now."""
        return [as_document(item) for item in read(self.source, self.fixture)]

    def write(self) -> None:
        """Write the golden file anew, and keep its note."""
        document = {"note": self.expected()["note"], "items": self.actual()}
        self.golden.parent.mkdir(exist_ok=True)
        self.golden.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def cases() -> Iterator[Case]:
    """Yield every fixture of every source, in order."""
    for source in SOURCES:
        folder = ROOT / source.replace("-", "_")
        for fixture in sorted((folder / "fixtures").iterdir()):
            yield Case(source, fixture, folder / "golden" / f"{fixture.stem}.json")


def main(arguments: list[str]) -> int:
    """Check the golden files, or write them with ``--write``. Returns the exit code."""
    faults = 0
    for case in cases():
        if arguments == ["--write"]:
            case.write()
        expected = case.expected()
        if not expected["note"]:
            faults += 1
            sys.stderr.write(f"{case.name}: the golden file has no note; say why the case exists\n")
        if expected["items"] != case.actual():
            faults += 1
            sys.stderr.write(f"{case.name}: differs; if it should, run python -m adapters.golden --write\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
