"""The page on settings has each setting as the model, the flags and the environment have it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import typer

from router.cli.main import app
from router.cli.options import ALL_OPTIONS, STORE_OPTIONS, default_in_words
from router.service.settings import Settings, SettingsError
from router.service.sources import flag_of, variable_of
from tests.unit.docs.pages import code, fences, page, section, spans, table

SETTINGS = page("docs/settings.md")
ROWS = table(SETTINGS, "Setting", "Flag", "Variable", "Default", "Meaning")
STORE_COMMANDS = ("migrate", "audit list", "audit verify")


def flags(path: str) -> list[str]:
    """Return the flags of a command, without those that only print."""
    command = typer.main.get_command(app)
    for word in path.split():
        command = command.commands[word]  # type: ignore[attr-defined]
    return [option for one in command.params for option in one.opts if option not in {"--json", "--limit"}]


def test_every_setting_is_listed_with_its_flag_and_variable() -> None:
    """Each field of the model once, in its order, and nothing else."""
    shown = [tuple(code(cell) for cell in row[:3]) for row in ROWS]
    assert shown == [(name, flag_of(name), variable_of(name)) for name in Settings.model_fields]


def test_defaults_are_the_models() -> None:
    """The column has each default as the commands' help has it."""
    assert [row[3].replace("`", "") for row in ROWS] == [default_in_words(name) for name in Settings.model_fields]


def test_bounds_are_the_models() -> None:
    """The numbers between which a setting must lie stand in its row."""
    for row in ROWS:
        for bound in Settings.model_fields[code(row[0])].metadata:
            limit = getattr(bound, "le", getattr(bound, "ge", None))
            assert limit in {None, 0, 1} or str(limit) in row[4], row[0]


def test_the_flags_are_the_commands() -> None:
    """``serve`` and ``settings`` take every flag, and what opens a store takes the first four."""
    assert (
        flags("serve") == flags("settings") == [code(row[1]) for row in ROWS] == [flag_of(one) for one in ALL_OPTIONS]
    )
    assert tuple(code(row[0]) for row in ROWS[: len(STORE_OPTIONS)]) == STORE_OPTIONS
    for command in STORE_COMMANDS:
        assert flags(command)[: len(STORE_OPTIONS)] == [flag_of(one) for one in STORE_OPTIONS]
        assert f"router {command}" in spans(SETTINGS)


def test_the_example_file_is_one(tmp_path: Path) -> None:
    """The router takes it, and shows its password as the page says."""
    (block,) = fences(SETTINGS, "toml")
    file = tmp_path / "router.toml"
    file.write_text(block)
    settings = Settings(config=file)
    assert settings.store_url == tomllib.loads(block)["store"]
    shown = settings.shown_store.partition("?")[0]
    assert shown in spans(section(SETTINGS, "The store"))


def test_the_example_of_a_fault_is_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word."""
    (shown,) = fences(section(SETTINGS, "When a setting is wrong"), "text")
    monkeypatch.chdir(tmp_path)
    Path("router.toml").write_text("stoer = 1\n")
    monkeypatch.setenv("ROUTER_WORKERS", "0")
    with pytest.raises(SettingsError) as caught:
        Settings(config=Path("router.toml"))
    assert shown == f"router: {caught.value}\n"
