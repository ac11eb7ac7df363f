"""Checks of the boards: what each lacks, who serves it instead, and what it may not change of the national base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from router.model.danger import TRIGGERS, SafetyKind
from router.rules import schema
from router.rules.yamlfile import Fault, Path_, YamlFile

TOLD_OF_SAFEGUARDING = frozenset(
    service for trigger in TRIGGERS if trigger.kind is SafetyKind.SAFEGUARDING for service in trigger.recipients
)
"""The services that the safety floor tells of a concern for protection."""

_OF_ITS_OWN = ("lacks", "served_by", "capacity")


@dataclass(frozen=True, slots=True)
class Differing:
    """One board's own file."""

    file: YamlFile
    shape: schema.BoardFile


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of one board, in ``boards.yaml`` or in its own file, and where."""

    file: YamlFile
    path: Path_
    entry: schema.BoardEntry | schema.BoardFile


class BoardChecks:
    """Looks at the boards of one pack."""

    def __init__(
        self,
        file: YamlFile,
        boards: schema.BoardsFile,
        differing: list[Differing],
        services: Mapping[str, schema.ServiceFile],
        service_files: Mapping[str, YamlFile],
    ) -> None:
        self.file = file
        self.boards = boards.boards
        self.differing = differing
        self.services = services
        self.service_files = service_files
        self.said: dict[str, _Said] = {
            code: _Said(file, ("boards", code), entry) for code, entry in self.boards.items()
        }
        self.said |= {one.shape.board: _Said(one.file, (), one.shape) for one in differing}
        self.old_codes = {old: code for code, entry in self.boards.items() for old in entry.aliases}

    def faults(self) -> Iterator[Fault]:
        """Yield every fault."""
        yield from self._codes()
        yield from self._files()
        yield from self._served()
        for code, said in self.said.items():
            yield from self._services_of(code, said)

    def _codes(self) -> Iterator[Fault]:
        seen = Counter([*self.boards, *self.old_codes])
        for code, board in self.boards.items():
            for used in (code, *board.aliases):
                if seen[used] > 1:
                    yield self.file.fault(("boards", code), f"the code {used} stands for two boards")

    def _files(self) -> Iterator[Fault]:
        """Each board has one file at most, and says nothing of its services in two places."""
        first: dict[str, str] = {}
        for one in self.differing:
            code, name = one.shape.board, one.file.name
            if code not in self.boards:
                yield one.file.fault(("board",), self.no_board(code))
                continue
            if code in first:
                yield one.file.fault(("board",), f"board {code} has a file already: {first[code]}; keep one")
            first.setdefault(code, name)
            for key in _OF_ITS_OWN:
                if getattr(self.boards[code], key):
                    message = f"board {code} has a file of its own, {name}; say there what stands here"
                    yield self.file.fault(("boards", code, key), message)

    def _served(self) -> Iterator[Fault]:
        """Look at the boards that a service says it serves."""
        for name, shape in self.services.items():
            for place, code in enumerate(shape.boards or ()):
                if code not in self.boards:
                    yield self.service_files[name].fault(("boards", place), self.no_board(code))
            if shape.boards is None:
                continue
            file = self.service_files[name]
            if shape.provision == "national":
                yield file.fault(("boards",), "a national service serves every board; leave 'boards' out")
            if any(name in trigger.recipients for trigger in TRIGGERS):
                message = f"'{name}' gets safety notices, so it serves every board; leave 'boards' out"
                yield file.fault(("boards",), message)

    def _services_of(self, code: str, said: _Said) -> Iterator[Fault]:
        entry, path = said.entry, said.path
        for key in _OF_ITS_OWN:
            for place, slug in enumerate(getattr(entry, key)):
                at = (*path, key, place if key == "lacks" else slug)
                if slug not in self.services:
                    yield said.file.fault(at, self._no_service(slug))
                elif slug in TOLD_OF_SAFEGUARDING and key == "lacks":
                    yield said.file.fault(at, f"'{slug}' receives safeguarding notices, so no board may lack it")
                elif slug in TOLD_OF_SAFEGUARDING and key == "served_by":
                    message = f"'{slug}' receives safeguarding notices, and no board may redirect them to another"
                    yield said.file.fault(at, message)
        for slug, other in entry.served_by.items():
            at = (*path, "served_by", slug)
            if other not in self.boards or other == code:
                yield said.file.fault(at, f"'{other}' is not another board of boards.yaml")
            elif slug in self.services and not self._has(slug, other):
                yield said.file.fault(at, f"board {other} does not have '{slug}' itself; name one that has it")

    def _has(self, slug: str, code: str) -> bool:
        """Return whether a board has a service itself."""
        entry = self.said[code].entry
        only = self.services[slug].boards
        return slug not in entry.lacks and slug not in entry.served_by and (only is None or code in only)

    def offers(self, slug: str, code: str) -> bool:
        """Return whether a board's families can be offered a service."""
        return slug in self.said[code].entry.served_by or self._has(slug, code)

    def may_narrow(self, slug: str, code: str) -> str:
        """Return why a board may not narrow a service; empty where it may."""
        if slug not in self.services:
            return self._no_service(slug)
        service = self.services[slug]
        if slug in TOLD_OF_SAFEGUARDING:
            return f"'{slug}' receives safeguarding notices, and no board may narrow whom it takes"
        if service.provision == "national":
            return f"'{slug}' is a national service: a board says nothing of whom it takes"
        if service.boards is not None:
            return f"'{slug}' is no service of the national base; change its own file, services/{slug}.yaml"
        if code in self.boards and not self.offers(slug, code):
            return f"board {code} lacks '{slug}'; take it out of one of the two"
        return ""

    def _no_service(self, name: str) -> str:
        return f"'{name}' is not a service of this pack{schema.nearest(name, self.services)}"

    def knows(self, code: str) -> bool:
        """Return whether a code is a board's, or one of its older codes."""
        return code in self.boards or code in self.old_codes

    def no_board(self, code: str) -> str:
        """Say that a code is not one of a board, and what may be meant."""
        if code in self.old_codes:
            return f"'{code}' is an older code of board {self.old_codes[code]}; write that one"
        return f"'{code}' is not a board of boards.yaml{schema.nearest(code, self.boards)}"
