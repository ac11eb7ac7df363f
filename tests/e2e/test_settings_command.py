"""What people see of the settings: ``router settings``, options of commands, and what a fault of theirs looks like."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from typer.testing import CliRunner

from router.cli.main import app
from router.service import sources
from router.service.settings import Settings, SettingsError
from router.service.supervisor import Supervisor
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.processes import ROUTER, router_serve
from tests.support.requests import event, submit

CANARY = "canary-9d1f"
SECRET = f"postgresql://router:{CANARY}@db/router?password={CANARY}"
HIDDEN = "postgresql://router:***@db/router?password=***"


def shown(*options: str) -> dict[str, dict[str, Any]]:
    """Return what ``router settings --json`` prints."""
    result = CliRunner().invoke(app, ["settings", "--json", *options])
    assert result.exit_code == 0, result.output
    assert CANARY not in result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("source", ["flag", "variable", "file"])
def test_settings_are_shown_with_their_origin_and_without_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """As JSON and as a table, wherever the password came from; and no store is opened or made."""
    monkeypatch.chdir(tmp_path)
    options: tuple[str, ...] = ()
    if source == "flag":
        options = ("--store", SECRET)
    elif source == "variable":
        monkeypatch.setenv("ROUTER_STORE", SECRET)
    else:
        (tmp_path / "given.toml").write_text(f'store = "{SECRET}"\n')
        options = ("--config", "given.toml")
    found = shown(*options)
    assert list(found) == list(Settings.model_fields)
    origin = {"flag": "--store", "variable": "ROUTER_STORE", "file": "given.toml"}[source]
    assert found["store"] == {"value": HIDDEN, "origin": origin}
    assert found["port"] == {"value": 50051, "origin": "default"}
    table = CliRunner().invoke(app, ["settings", *options], env={"COLUMNS": "200"}).output
    assert CANARY not in table
    assert HIDDEN in table
    assert origin in table
    assert all(name in table for name in found)
    assert [one.name for one in tmp_path.iterdir()] == ["given.toml"] * (source == "file")


def test_a_router_toml_in_the_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being named, and below a flag."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "DEFAULT_FILE", Path("router.toml"))
    (tmp_path / "router.toml").write_text("port = 7\nworkers = 3\n")
    found = shown("--port", "8")
    assert found["port"] == {"value": 8, "origin": "--port"}
    assert found["workers"] == {"value": 3, "origin": "router.toml"}


@pytest.mark.parametrize("command", [["serve"], ["settings"], ["migrate"], ["audit", "list"], ["audit", "verify"]])
def test_a_bad_setting_stops_every_command_that_has_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Before anything is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROUTER_WORKERS", "none")
    result = CliRunner().invoke(app, [*command, "--data", "made"])
    assert isinstance(result.exception, SettingsError)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_setting_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """No traceback, and no word of the secret."""
    done = subprocess.run(
        [*ROUTER, "serve", "--data", str(tmp_path / "data"), "--store", f"mysql://router:{CANARY}@db/router"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ROUTER_STOER": SECRET},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "router: store (--store) must be sqlite:///path/to/file.db or "
        "postgresql://user:password@host:port/database; ROUTER_STOER names no setting: did you mean ROUTER_STORE?\n"
    )


def test_an_address_that_cannot_be_had_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both settings with where they came from, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("ROUTER_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SettingsError) as caught:
            Supervisor(Settings(data=tmp_path))
    assert str(caught.value) == (
        "host (default) and port (ROUTER_PORT): the router cannot listen there: Address already in use: "
        "name an address of this machine and a port that is free"
    )


def test_commands_find_a_store_and_a_key_that_lie_elsewhere(tmp_path: Path) -> None:
    """``serve`` makes both where it is told to; the others find them, by flag or by file."""
    store, key, data = f"sqlite:///{tmp_path}/router.db", tmp_path / "keys" / "the.key", tmp_path / "data"
    options = ("--store", store, "--key-file", str(key), "--data", str(data))
    with router_serve(*options, "--port", "0", log=tmp_path / "log") as started:
        assert str(key) in started.printed
        with grpc.insecure_channel(started.address) as channel:
            RoutingServiceStub(channel).SubmitReferral(submit(event(1)), wait_for_ready=True, timeout=60)
    assert key.exists()
    assert [one.name for one in data.iterdir()] == ["suspects"], "neither store nor key lies there"
    (tmp_path / "file.toml").write_text(f'store = "{store}"\nkey_file = "{key}"\n')
    for given in (options, ("--config", str(tmp_path / "file.toml"))):
        verified = CliRunner().invoke(app, ["audit", "verify", *given])
        assert verified.output == "2 audit records checked, 0 altered\n"
        listed = CliRunner().invoke(app, ["audit", "list", "--limit", "5", *given])
        assert json.loads(listed.output.splitlines()[-1])["event"] == "api:referral:decided"
        migrated = CliRunner().invoke(app, ["migrate", *given])
        assert migrated.output == "the schema is up to date\n"
