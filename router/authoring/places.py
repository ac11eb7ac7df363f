"""Where each part of a pack stands: its file, line and column."""

from __future__ import annotations

from router.rules.pack import Move, Pack, Rule
from router.rules.yamlfile import Fault, Path_, YamlFile, parse_yaml


class Places:
    """The files of a pack, read once more for their lines and columns."""

    def __init__(self, pack: Pack) -> None:
        self.files = {name: parse_yaml(content.decode(), name) for name, content in sorted(pack.files.items())}
        self._moves = {
            move: name
            for name, file in self.files.items()
            if name.startswith("pathways/")
            for move in file.data["moves"]
        }

    def of_rule(self, rule: Rule) -> tuple[YamlFile, Path_]:
        """Return the file of a service or move, and where in the file it stands."""
        if isinstance(rule, Move):
            return self.files[self._moves[rule.name]], ("moves", rule.name)
        return self.files[f"services/{rule.name}.yaml"], ()

    def of(self, file: str, path: Path_) -> tuple[str, int, int]:
        """Return file, line and column of a part, or of the nearest part above it."""
        place: Fault = self.files[file].fault(path, "")
        return place.file, place.line, place.column
