"""Every command that the documents show exists, and every command that exists is documented."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from adapters.cli import Exit
from adapters.cli import app as adapters_app
from router.cli.main import app as router_app
from tests.unit.docs.pages import ROOT, code, page, shell_commands, table

README = page("README.md")
APPS: dict[str, typer.Typer] = {"router": router_app, "adapters": adapters_app}
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
SHOWN = sorted({line for _, line in shell_commands() if not line.startswith("make ")})


def _find(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that the words name, and the words after its name."""
    command: Any = typer.main.get_command(APPS[words[0]])
    rest = words[1:]
    while rest and hasattr(command, "commands") and rest[0] in command.commands:
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def _leaves(command: Any, path: str) -> list[str]:
    if not hasattr(command, "commands"):
        return [path]
    return [leaf for name, one in command.commands.items() for leaf in _leaves(one, f"{path} {name}")]


def _options(command: Any) -> dict[str, Any]:
    return {option: param for param in command.params for option in param.opts if option.startswith("--")}


def test_there_are_commands_to_check() -> None:
    """The documents show commands, so the tests below are not empty."""
    assert len(SHOWN) > 10


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_shown_can_be_run(line: str) -> None:
    """Its name and options exist, and its ``--help`` works."""
    words = shlex.split(line)
    command, rest = _find(words)
    if hasattr(command, "commands"):
        assert not rest, "names no command of this program"
    known = {*_options(command), "--help"}
    assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known
    path = words[1 : len(words) - len(rest)]
    assert CliRunner().invoke(APPS[words[0]], [*path, "--help"]).exit_code == 0


def test_every_command_is_in_the_readme() -> None:
    """The README's table of commands has each command of both programs once."""
    rows = table(README, "Command", "What it does")
    existing = [leaf for name, app in APPS.items() for leaf in _leaves(typer.main.get_command(app), name)]
    assert sorted(code(row[0]) for row in rows) == sorted(existing)


def test_every_make_target_is_in_the_readme() -> None:
    """The README's table of targets is the Makefile's, in its order."""
    rows = table(README, "Target", "What it does")
    assert [code(row[0]) for row in rows] == [f"make {target}" for target in TARGETS]


def test_every_make_target_shown_exists() -> None:
    """No page names a target that the Makefile lacks."""
    shown = {line.split()[1] for _, line in shell_commands() if line.startswith("make ")}
    assert shown <= set(TARGETS)


def test_exit_codes_of_the_adapters_are_documented() -> None:
    """The table has each exit code of ``adapters send``."""
    rows = table(page("docs/adapters.md"), "Exit code", "Meaning")
    assert [int(row[0]) for row in rows] == sorted(Exit)
