"""Reads HL7 v2 text: messages within a file, segments within a message, fields with their escapes undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import hl7

from adapters.faults import MappingFault, Reason

_MSH = re.compile(r"MSH([^\w\s])([^\w\s]{4,5})\1")
_BATCH = re.compile(rb"(?:FHS|BHS|BTS|FTS)[^\w\s]")
READ = frozenset({"MSH", "RF1", "PRD", "PID", "NK1", "OBX", "NTE", "OBR"})
_UNREAD = frozenset({"SFT", "AUT", "CTD", "GT1", "IN1", "IN2", "IN3", "ACC", "DG1", "DRG", "AL1", "PR1", "PV1", "PV2"})
KNOWN = READ | _UNREAD | frozenset({"PD1", "ARV", "UAC"})
"""Segments that a REF message may hold by the standard; those that are not read are carried by name."""
_FRAME = b"\x0b\x1c"
_ESCAPE = re.compile(r"\\(F|S|T|R|E|\.br|X(?:[0-9A-Fa-f]{2})+)\\")
_LATIN = frozenset({"8859/1", "ISO IR-100"})
_UTF8 = frozenset({"", "UNICODE UTF-8", "UTF-8", "ASCII"})
_NULL = '""'
"""HL7 writes "known to be empty" so."""


def split_messages(data: bytes) -> Iterator[bytes]:
    """Yield a file's messages as received; batch and file headers, which hold no family's data, are left out."""
    message: list[bytes] = []
    for line in re.split(rb"\r\n|\r|\n", data.translate(None, _FRAME)):
        if _BATCH.match(line) or not line.strip():
            continue
        if line.startswith(b"MSH") and message:
            yield b"\r".join(message)
            message = []
        elif line.startswith(b"RF1") and any(one.startswith(b"RF1") for one in message):
            # A second referral in one message: its header is spoilt, and must not lend this one its family.
            start = max((place for place, one in enumerate(message) if not _is_known(one)), default=len(message))
            yield b"\r".join(message[:start])
            message = message[start:]
        message.append(line)
    if message:
        yield b"\r".join(message)


def _is_known(line: bytes) -> bool:
    name = line[:3].decode("ascii", errors="replace")
    return name in KNOWN or name.startswith("Z")


class Segment:
    """One segment. Fields are numbered as HL7 numbers them, from 1."""

    def __init__(self, segment: hl7.Segment, separators: str) -> None:
        self._segment = segment
        self._separators = separators
        self.name = str(segment[0])

    def get(self, field: int, component: int = 1, *, repeat: int = 1, part: int = 1) -> str:
        """Return one component, its escapes undone; blank when it is absent."""
        repeats = self.repeats(field)
        if repeat > len(repeats):
            return ""
        pieces = repeats[repeat - 1].split(self._separators[1])
        piece = pieces[component - 1] if component <= len(pieces) else ""
        parts = piece.split(self._separators[4]) if len(self._separators) > 4 else [piece]  # noqa: PLR2004 - MSH-2
        return self._plain(parts[part - 1] if part <= len(parts) else "")

    def whole(self, field: int) -> str:
        """Return a text field as one text, in which separators are only characters."""
        return self._plain(self._raw(field))

    def repeats(self, field: int) -> list[str]:
        """Return a field's repetitions as written."""
        return self._raw(field).split(self._separators[2])

    def _raw(self, field: int) -> str:
        return str(self._segment[field]) if field < len(self._segment) else ""

    def _plain(self, text: str) -> str:
        text = text.strip()
        return "" if text == _NULL else _ESCAPE.sub(self._unescape, text)

    def _unescape(self, found: re.Match[str]) -> str:
        code = found[1]
        if code.startswith("X"):
            return bytes.fromhex(code[1:]).decode("utf-8", errors="replace")
        named = {"F": 0, "S": 1, "R": 2, "E": 3, "T": 4}
        return "\n" if code == ".br" else self._separators[named[code]]


class Message:
    """One message's segments, in order."""

    def __init__(self, raw: bytes) -> None:
        text = _decode(raw)
        found = _MSH.match(text)
        if found is None or len(set(found[1] + found[2])) != len(found[1] + found[2]):
            raise MappingFault(Reason.HL7_NOT_A_MESSAGE, "MSH", "a message begins with an MSH segment")
        separators = found[1] + found[2]
        self.segments = [Segment(segment, separators) for segment in hl7.parse(text) if str(segment).strip()]
        for number, segment in enumerate(self.segments, start=1):
            if segment.name not in KNOWN and not segment.name.startswith("Z"):
                raise MappingFault(Reason.HL7_UNKNOWN_SEGMENT, f"segment {number}", "no segment of a referral message")
        for name in ("MSH", "RF1", "PID"):
            if len(self.all(name)) > 1:
                raise MappingFault(Reason.HL7_BAD_VALUE, name, "a message holds one; send one message for each child")

    def all(self, name: str) -> list[Segment]:
        """Return the segments of one name."""
        return [segment for segment in self.segments if segment.name == name]

    def one(self, name: str) -> Segment:
        """Return the first segment of a name; its absence is a fault."""
        found = self.all(name)
        if not found:
            raise MappingFault(Reason.HL7_MISSING_SEGMENT, name, f"a referral message needs an {name} segment")
        return found[0]


def _decode(raw: bytes) -> str:
    fields = raw.split(b"\r", 1)[0].split(raw[3:4]) if len(raw) > 3 else []  # noqa: PLR2004 - MSH and its separator
    declared = fields[17].decode("ascii", errors="replace").strip() if len(fields) > 17 else ""  # noqa: PLR2004 - MSH-18
    if declared not in _UTF8 | _LATIN:
        raise MappingFault(
            Reason.HL7_BAD_ENCODING, "MSH-18", f"expected one of {', '.join(sorted(filter(None, _UTF8 | _LATIN)))}"
        )
    try:
        return raw.decode("latin-1" if declared in _LATIN else "utf-8")
    except UnicodeDecodeError:
        raise MappingFault(
            Reason.HL7_BAD_ENCODING, "message", "the text is not in the character set that MSH-18 names"
        ) from None
