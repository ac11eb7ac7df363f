"""Reads a source's file: each message becomes an event, a withdrawal, or an item for the desk. Nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.faults import MappingFault, Reason
from adapters.health_visiting import mapping as health_visiting
from adapters.neonatal import mapping as neonatal
from adapters.outcome import Item, Mapped, Quarantined, Withdrawal, Withdrawn
from adapters.parts import Part
from adapters.perinatal import mapping as perinatal
from adapters.substance import mapping as substance

RAW_LIMIT = 262_144
"""The most bytes of one message that the router takes for the desk."""
OVERLAP = 256
"""How much two pieces of a longer message share, so that no word is cut in two."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of upstream system: its format, and how its files are divided into messages."""

    name: str
    format: str
    parts: Callable[[bytes], Iterator[Part]]


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("neonatal", "csv", neonatal.parts),
        Source("perinatal", "fhir-r4", perinatal.parts),
        Source("substance", "csv", substance.parts),
        Source("health-visiting", "hl7v2", health_visiting.parts),
    )
}


def source_of(name: str) -> Source:
    """Return the source of a name; raises ``KeyError`` for one that is not known."""
    return SOURCES[name.replace("_", "-")]


def read(source: str, data: bytes | Path) -> Iterator[Item]:
    """Yield what each message of a file gives. A bad message is quarantined by itself and the rest goes on."""
    kind = source_of(source)
    raw = data.read_bytes() if isinstance(data, Path) else data
    try:
        for part in kind.parts(raw):
            yield from _read_part(part, kind)
    except MappingFault as fault:
        yield from _quarantine(fault, Part(raw, "", list), kind)
    except Exception:  # noqa: BLE001 - whatever fails, a person gets the file; the error may quote it, so it is dropped
        yield from _quarantine(_unexpected(), Part(raw, "", list), kind)


def _read_part(part: Part, kind: Source) -> Iterator[Item]:
    try:
        content = part.map()
    except MappingFault as fault:
        yield from _quarantine(fault, part, kind)
        return
    except Exception:  # noqa: BLE001 - as above, for one message
        yield from _quarantine(_unexpected(), part, kind)
        return
    for one in content:
        if isinstance(one, Withdrawal):
            yield Withdrawn(one, part.location, part.raw, kind.format, part.board)
        else:
            yield Mapped(one, part.location, part.raw, kind.format, part.board)


def _unexpected() -> MappingFault:
    return MappingFault(
        Reason.ADAPTER_ERROR, "message", "the adapter failed; tell those who maintain it, and read the message by hand"
    )


def _quarantine(fault: MappingFault, part: Part, kind: Source) -> Iterator[Quarantined]:
    location = ", ".join(filter(None, (part.location, fault.location if fault.location != part.location else "")))
    system = part.system or kind.name
    divided = list(pieces(part.raw))
    for number, piece in enumerate(divided, start=1):
        where = f"{location}, piece {number} of {len(divided)}" if len(divided) > 1 else location
        yield Quarantined(fault.reason, where, fault.message, piece, kind.format, system, part.board)


def pieces(raw: bytes) -> Iterator[bytes]:
    """Divide what is longer than the router takes, at line ends where there are any."""
    while len(raw) > RAW_LIMIT:
        end = raw.rfind(b"\n", OVERLAP, RAW_LIMIT) + 1
        if end:
            yield raw[:end]
            raw = raw[end:]
        else:
            yield raw[:RAW_LIMIT]
            raw = raw[RAW_LIMIT - OVERLAP :]
    yield raw
