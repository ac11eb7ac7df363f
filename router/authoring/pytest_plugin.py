"""Lets pytest collect the tests that stand in rule files, with nothing to configure.

A YAML file in ``services``, ``boards``, ``pathways`` or ``cases`` beside a ``pack.yaml`` is a file of tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from router.authoring.cases import Case

_FOLDERS = frozenset({"services", "boards", "pathways", "cases"})
Cases = dict[str, list["Case"]]
_PACKS = pytest.StashKey[dict[Path, "Cases | str"]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a rule file."""
    folder = file_path.parent
    if file_path.suffix == ".yaml" and folder.name in _FOLDERS and (folder.parent / "pack.yaml").is_file():
        made: pytest.Collector = RuleFile.from_parent(parent, path=file_path)
        return made
    return None


class RuleFile(pytest.File):
    """One rule file, with its tests."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield the tests of the file. A pack that does not load is told as the loader tells it."""
        folder = self.path.parent.parent
        packs = self.config.stash.setdefault(_PACKS, {})
        if folder not in packs:
            packs[folder] = _cases(folder)
        cases = packs[folder]
        if isinstance(cases, str):
            # Each file of the pack comes here; the faults are told once.
            packs[folder] = f"{folder}: the pack does not load, as told above"
            raise self.CollectError(cases)
        for case in cases.get(f"{self.path.parent.name}/{self.path.name}", []):
            yield RuleTest.from_parent(self, name=case.name, case=case)


def _cases(folder: Path) -> Cases | str:
    # Whoever has this installed and tests something else shall not wait for it.
    from router.authoring.cases import CaseRunner  # noqa: PLC0415
    from router.rules.loader import load_pack  # noqa: PLC0415
    from router.rules.yamlfile import PackError  # noqa: PLC0415

    try:
        runner = CaseRunner(load_pack(folder))
    except PackError as error:
        return f"{folder}: the pack does not load\n{error}"
    found: Cases = {}
    for case in runner.cases():
        found.setdefault(case.file, []).append(case)
    return found


class RuleTest(pytest.Item):
    """One test of a rule file."""

    def __init__(self, *, case: Case, name: str, parent: RuleFile) -> None:
        super().__init__(name, parent)
        self._case = case

    def runtest(self) -> None:
        """Run the test."""
        faults = tuple(self._case.run())
        if faults:
            raise RuleTestError(faults)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what was expected and what came, without a traceback."""
        if isinstance(excinfo.value, RuleTestError):
            return "\n".join(_lines(self._case, excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test stands."""
        return self.path, None, self.name


class RuleTestError(Exception):
    """A test of a rule file that failed, with what was wrong."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _lines(case: Case, error: RuleTestError) -> Iterator[str]:
    yield f"{case.file}:{case.line()}: {case.name}"
    yield from (f"  {fault}" for fault in error.faults)
