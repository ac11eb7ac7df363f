"""Reads one YAML 1.2 file into plain data, keeping the line and column of every key and value.

Hostile or careless files are refused before anything is built from them: what is no plain file, more than
``MOST_BYTES`` bytes or ``MOST_PARTS`` parts, deeper than ``MOST_DEPTH``, anchors and aliases, tags, duplicate keys,
characters that cannot be printed, and values that are not text, whole numbers, true/false or dates. The work on a file
is bounded by its bytes and parts, whatever is in it.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from router.rules.slips import in_plain_words

MOST_BYTES = 262_144
MOST_DEPTH = 12
MOST_PARTS = 20_000
MOST_NUMBER = 1_000_000_000
_MOST_SHOWN = 60
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a rule file. ``line`` and ``column`` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class PackError(Exception):
    """A pack that cannot be used, with every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class YamlFile:
    """One file's data and where each part of it stands."""

    name: str
    data: Any
    places: Mapping[Path_, tuple[int, int]] = field(repr=False)
    values: Mapping[Path_, tuple[int, int]] = field(repr=False)

    def fault(self, path: Path_, message: str) -> Fault:
        """Return a fault at ``path``, or at the nearest part above it that has a place."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return Fault(self.name, line, column, message)

    def fault_of_value(self, path: Path_, message: str) -> Fault:
        """Return a fault at the value of ``path`` itself, not at its key."""
        if path not in self.values:
            return self.fault(path, message)
        return Fault(self.name, *self.values[path], message)


def read_yaml(file: Path, name: str) -> YamlFile:
    """Read ``file``; ``name`` is what faults call it. Raises ``PackError``."""
    return parse_yaml(read_text(file, name), name)


def read_text(file: Path, name: str) -> str:
    """Return the text of ``file`` if it is not too large; ``name`` is what faults call it. Raises ``PackError``."""
    try:
        return read_bytes(file, name).decode("utf-8")
    except UnicodeDecodeError:
        raise PackError([Fault(name, 0, 0, "is not UTF-8 text; save it as UTF-8")]) from None


def read_bytes(file: Path, name: str) -> bytes:
    """Return the bytes of ``file`` if it is a plain file and not too large. Raises ``PackError``."""
    try:
        # a pipe must not hold us up: it is opened without waiting for somebody at its other end
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
            told = os.fstat(opened.fileno())
            if not stat.S_ISREG(told.st_mode):
                raise PackError([Fault(name, 0, 0, "is not a plain file")])
            if told.st_size > MOST_BYTES:
                raise PackError([_too_large(name)])
            content = opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise PackError([Fault(name, 0, 0, f"cannot be read: {fault.strerror}")]) from None
    if len(content) > MOST_BYTES:
        raise PackError([_too_large(name)])
    return content


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse ``text`` as one YAML 1.2 document. Raises ``PackError``."""
    if len(text.encode()) > MOST_BYTES:
        raise PackError([_too_large(name)])
    try:
        _refuse_aliases(text, name)
        node = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise PackError([Fault(name, line, column, f"is not YAML: {in_plain_words(fault)}")]) from None
    except YAMLError:
        raise PackError([Fault(name, 0, 0, "is not YAML: it has a character that no text has")]) from None
    except RecursionError:
        raise PackError([Fault(name, 0, 0, f"nests deeper than {MOST_DEPTH} levels")]) from None
    if node is None:
        raise PackError([Fault(name, 0, 0, "is empty")])
    reader = _Reader(name)
    data = reader.build(node, ())
    if reader.faults:
        raise PackError(reader.faults)
    return YamlFile(name, data, reader.places, reader.values)


def _too_large(name: str) -> Fault:
    return Fault(name, 0, 0, f"is larger than {MOST_BYTES} bytes; split it")


def _refuse_aliases(text: str, name: str) -> None:
    depth = parts = 0
    for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
        mark = event.start_mark
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            message = "uses an anchor or alias; write the value out where it is needed"
            raise PackError([Fault(name, mark.line + 1, mark.column + 1, message)])
        parts += isinstance(event, ScalarEvent)
        if parts > MOST_PARTS:
            raise PackError(
                [Fault(name, mark.line + 1, mark.column + 1, f"has more than {MOST_PARTS} parts; split it")]
            )
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        # the stream and the document are two levels of their own
        if depth > MOST_DEPTH + 2:
            message = f"nests deeper than {MOST_DEPTH} levels"
            raise PackError([Fault(name, mark.line + 1, mark.column + 1, message)])


class _Reader:
    """Builds plain data from nodes and remembers where each part stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Path_, tuple[int, int]] = {}
        self.values: dict[Path_, tuple[int, int]] = {}
        self.faults: list[Fault] = []

    def build(self, node: Node, path: Path_) -> Any:
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.places.setdefault(path, place)
        self.values[path] = place
        if not isinstance(node, ScalarNode) and str(node.tag) not in _PLAIN_TAGS:
            self.faults.append(Fault(self.name, *place, "has a tag; write the value out, without '!'"))
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return tuple(self.build(part, (*path, index)) for index, part in enumerate(node.value))
        return self._scalar(node, place) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or not isinstance(key, str) or not key.isprintable():
                self.faults.append(Fault(self.name, *place, "has a key that is not plain text"))
                continue
            if key in built:
                self.faults.append(Fault(self.name, *place, f"has the key '{_shown(key)}' twice; keep one"))
                continue
            self.places[(*path, key)] = place
            built[key] = self.build(value_node, (*path, key))
        return built

    def _scalar(self, node: ScalarNode, place: tuple[int, int]) -> Any:
        kind = str(node.tag).rsplit(":", 1)[-1]
        text = node.value
        try:
            match kind:
                case "str" if _is_plain(text):
                    return text
                case "str":
                    self.faults.append(Fault(self.name, *place, "has a character that cannot be printed"))
                    return None
                case "int" if abs(int(text)) <= MOST_NUMBER:
                    return int(text)
                case "bool" if text.lower() in ("true", "false"):
                    return text.lower() == "true"
                case "timestamp":
                    return date.fromisoformat(text)
        except ValueError:
            pass
        message = (
            f"has the value '{_shown(text)}', which is not text, a whole number, true, false or a date as YYYY-MM-DD"
        )
        self.faults.append(Fault(self.name, *place, message))
        return None


def _is_plain(text: str) -> bool:
    """Return whether every character is one that people write; lines may be broken."""
    return text.isprintable() or all(one.isprintable() or one in "\n\t" for one in text)


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
