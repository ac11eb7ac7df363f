"""Where each part of a pack stands: its file, line and column."""

from __future__ import annotations

from router.rules.pack import Move, Pack, Rule, Service
from router.rules.yamlfile import Path_, YamlFile, parse_yaml


class Places:
    """The files of a pack, each read once more, when it is asked for, for its lines and columns."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._files: dict[str, YamlFile] = {}
        self._moves: dict[str, str] = {}

    def file(self, name: str) -> YamlFile:
        """Return a file by its path within the pack."""
        known = self._files.get(name)
        if known is None:
            known = self._files[name] = parse_yaml(self._pack.files[name].decode(), name)
        return known

    def of_rule(self, rule: Rule) -> tuple[YamlFile, Path_]:
        """Return the file of a service or move, and where in the file it stands."""
        if isinstance(rule, Service) and rule.narrowing is not None:
            return self.of_board(rule.narrowing.board), ("narrows", rule.name)
        if not isinstance(rule, Move):
            return self.file(f"services/{rule.name}.yaml"), ()
        if not self._moves:
            pathways = [name for name in self._pack.files if name.startswith("pathways/")]
            self._moves = {move: name for name in pathways for move in self.file(name).data["moves"]}
        return self.file(self._moves[rule.name]), ("moves", rule.name)

    def of_board(self, code: str) -> YamlFile:
        """Return the file of a board that has one of its own."""
        files = (self.file(name) for name in sorted(self._pack.files) if name.startswith("boards/"))
        return next(one for one in files if one.data["board"] == code)

    def of(self, file: str, path: Path_) -> tuple[str, int, int]:
        """Return file, line and column of a part, or of the nearest part above it."""
        place = self.file(file).fault(path, "")
        return place.file, place.line, place.column
