"""CSV extracts: a header line with version and as-at date, a line of column names, then one row to a line.

A row never spans lines: an unpaired quotation mark then spoils its own row and cannot swallow the rows that follow.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from adapters.dates import BadDateError, iso_date, iso_moment, uk_date
from adapters.faults import MappingFault, Reason
from adapters.parts import Content, Part
from adapters.people import NativeRecord

SYSTEM = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
BOARD = re.compile(r"S08[0-9]{6}")

Row = TypeVar("Row", bound=NativeRecord)


@dataclass(frozen=True, slots=True)
class Header:
    """What an extract's first line says."""

    as_at: date
    board: str
    system: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How one source's extract is laid out: its name, the columns of each version known, and how a row is mapped."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    map_row: Callable[[Mapping[str, str], Header], Content]


def columns_of(model: type[NativeRecord]) -> tuple[str, ...]:
    """Return the columns that ``model`` reads, in order."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def parts_of_extract(data: bytes, layout: Layout) -> Iterator[Part]:
    """Yield an extract's rows; the file as one part when only its header line can be read.

    Raises a ``MappingFault`` when that cannot be read either.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not data.strip():
        raise MappingFault(Reason.EMPTY_FILE, "file", "the file is empty; send the extract again")
    header, version = _header(_decode(lines[0], "line 1"), layout)
    try:
        names = _columns(lines, version, layout)
    except MappingFault as fault:
        yield _whole(data, fault, header)
        return
    for number, raw in enumerate(lines[2:], start=3):
        if raw.strip():
            location = f"line {number}"
            map_row = _mapper(raw, location, names, header, layout)
            yield Part(raw.rstrip(b"\r"), location, map_row, header.system, header.board)


def _whole(data: bytes, fault: MappingFault, header: Header) -> Part:
    """Return a file of which no row can be read as one part, for the desk of the board that its header names."""

    def refuse() -> Content:
        raise fault

    return Part(data, "", refuse, board=header.board)


def _mapper(raw: bytes, location: str, names: list[str], header: Header, layout: Layout) -> Callable[[], Content]:
    def map_row() -> Content:
        fields = _fields(raw, location)
        if len(fields) != len(names):
            raise MappingFault(
                Reason.CSV_WRONG_FIELD_COUNT, location, f"{len(fields)} fields where {len(names)} are expected"
            )
        return layout.map_row(dict(zip(names, fields, strict=True)), header)

    return map_row


def _decode(raw: bytes, location: str) -> str:
    try:
        return raw.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        raise MappingFault(Reason.CSV_BAD_ENCODING, location, "the text is not UTF-8") from None


def _fields(raw: bytes, location: str) -> list[str]:
    try:
        rows = list(csv.reader([_decode(raw, location)], strict=True))
    except csv.Error:
        raise MappingFault(
            Reason.CSV_BAD_QUOTING, location, "quotation marks do not pair up, or a field is too long"
        ) from None
    return [field.strip() for field in rows[0]] if rows else []


def _header(line: str, layout: Layout) -> tuple[Header, str]:
    name, *entries = line.strip().split(",")
    pairs = dict(entry.partition("=")[::2] for entry in entries)
    if name != f"#{layout.name}" or set(pairs) != {"version", "as_at", "board", "system"}:
        raise MappingFault(
            Reason.CSV_BAD_HEADER,
            "line 1",
            f"expected #{layout.name},version=...,as_at=YYYY-MM-DD,board=S08...,system=...",
        )
    try:
        as_at = iso_date(pairs["as_at"])
    except BadDateError:
        raise MappingFault(Reason.CSV_BAD_DATE, "line 1, as_at", "expected a possible date, YYYY-MM-DD") from None
    if not BOARD.fullmatch(pairs["board"]):
        raise MappingFault(Reason.CSV_BAD_HEADER, "line 1, board", "expected a board's S08 code")
    if not SYSTEM.fullmatch(pairs["system"]):
        raise MappingFault(
            Reason.CSV_BAD_HEADER, "line 1, system", "expected lower-case letters, digits and hyphens, up to 64"
        )
    return Header(as_at, pairs["board"], pairs["system"]), pairs["version"]


def _columns(lines: list[bytes], version: str, layout: Layout) -> list[str]:
    """Return the names of the columns as line 2 has them; they must be those of the version."""
    known = layout.columns.get(version)
    if known is None:
        raise MappingFault(
            Reason.CSV_UNKNOWN_VERSION,
            "line 1, version",
            f"this version of the extract is not known; known: {', '.join(layout.columns)}",
        )
    names = _fields(lines[1], "line 2") if len(lines) > 1 else []
    missing = [name for name in known if name not in names]
    if missing:
        raise MappingFault(Reason.CSV_MISSING_COLUMN, "line 2", f"columns missing: {', '.join(missing)}")
    if len(names) != len(known):
        # The names themselves are not repeated: a file without its column line has a family's data here.
        raise MappingFault(
            Reason.CSV_UNEXPECTED_COLUMN, "line 2", "there are columns that this version has not, or one twice"
        )
    return names


# --- what columns hold ------------------------------------------------------------------------------------------------


def _date_of(read: Callable[[str], object], form: str) -> Callable[[object], object]:
    def parse(value: object) -> object:
        if not isinstance(value, str) or not value:
            return None if value == "" else value
        try:
            return read(value)
        except BadDateError:
            raise PydanticCustomError("bad_date", "expected a possible date, {form}", {"form": form}) from None

    return parse


def _required(value: object) -> object:
    """Refuse a blank; stands last in an annotation, since the validators before a type run from the right."""
    if value == "":
        raise PydanticCustomError("missing_value", "must not be blank")
    return value


def _count(value: object) -> object:
    """Read a count; blank and 9 are not known."""
    return 0 if value in ("", "9") else value


def _board(value: object) -> object:
    if isinstance(value, str) and value and not BOARD.fullmatch(value):
        raise PydanticCustomError("bad_value", "expected a board's S08 code, or blank")
    return value


IsoDate = BeforeValidator(_date_of(iso_date, "YYYY-MM-DD"))
IsoMoment = BeforeValidator(_date_of(iso_moment, "YYYY-MM-DD or YYYY-MM-DDTHH:MM"))
UkDate = BeforeValidator(_date_of(uk_date, "DD/MM/YYYY"))
Required = BeforeValidator(_required)
Count = Annotated[int, BeforeValidator(_count)]
Board = Annotated[str, BeforeValidator(_board)]

_REASONS = {"bad_date": Reason.CSV_BAD_DATE, "missing_value": Reason.CSV_MISSING_VALUE}
_OWN = frozenset({"bad_date", "missing_value", "bad_value"})


def read_row(model: type[Row], row: Mapping[str, str]) -> Row:
    """Return ``row`` as ``model``, or raise a fault that names its first bad column and not what it holds."""
    try:
        return model.model_validate(dict(row))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        column = str(first["loc"][0]) if first["loc"] else "row"
        # Only this module's own words are passed on: the library's may quote the value.
        message = first["msg"] if first["type"] in _OWN else "the column cannot hold this"
        reason = _REASONS.get(first["type"], Reason.CSV_BAD_VALUE)
        raise MappingFault(reason, f"column {column}", message) from None


def split_list(text: str) -> list[str]:
    """Return the entries of a list column, which are divided by semicolons."""
    return [entry.strip() for entry in text.split(";") if entry.strip()]
