"""The pytest plugin: tests in rule files are collected with no configuration, and failures speak of the rule file."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from tests.support import small_pack

ROOT = Path(__file__).parents[3]
PLUGIN = "router.authoring.pytest_plugin"


def collected(folder: Path, files: dict[str, str], tested: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Write a pack to a folder and run pytest as an author would, the plugin being installed."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    # Named in case the project was installed before it had the plugin; twice does no harm.
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return subprocess.run([*command, str(tested or folder)], cwd=ROOT, capture_output=True, text=True, check=False)


def test_tests_in_rule_files_are_collected_and_a_failure_is_told_in_their_words(tmp_path: Path) -> None:
    """Each file's tests run once; what was expected and what came is said without a traceback."""
    files = small_pack.files()
    files["cases/one.yaml"] = (
        "cases:\n"
        '  - name: "Red is for the clinic"\n    board: S08000015\n    given: {colour: red}\n    expect: {lead: clinic}\n'
    )
    done = collected(tmp_path, files)
    tests = 1 + sum("tests:" in text for text in files.values())
    assert f"1 failed, {tests - 1} passed" in done.stdout
    assert "cases/one.yaml:2: Red is for the clinic" in done.stdout
    assert "expected lead clinic, got" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_pack_that_does_not_load_is_told_as_the_loader_tells_it(tmp_path: Path) -> None:
    """The fault has its file and line; YAML of other kinds of folder is left alone."""
    files = small_pack.files()
    files["services/clinic.yaml"] = files["services/clinic.yaml"].replace("fact: level", "fact: levle")
    (tmp_path / "elsewhere" / "services").mkdir(parents=True)
    (tmp_path / "elsewhere" / "services" / "other.yaml").write_text("not: a pack\n")
    (tmp_path / "pack").mkdir()
    done = collected(tmp_path / "pack", files, tmp_path)
    assert done.returncode == 2
    fault = "services/clinic.yaml:14:12: 'levle' is not a fact of facts.yaml; did you mean 'level'?"
    assert done.stdout.count(fault) == 1
    assert "other.yaml" not in done.stdout


def test_the_plugin_comes_with_the_project() -> None:
    """The project declares it, under the name of its module, and needs nothing that is for developers alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (point,) = project["entry-points"]["pytest11"].items()
    assert point == (PLUGIN, PLUGIN)
    assert import_module(PLUGIN).pytest_collect_file
    assert "hypothesis" in project["dependencies"]
