"""``router store`` and ``router migrate`` as a person or a script meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from router.cli.main import app
from router.cli.store import STILL_SERVED
from router.service.settings import Settings
from router.store import copying, migrate
from router.store.copying import StillServedError
from router.store.open import open_store
from tests.support.database import new_database
from tests.support.history import play, routing
from tests.unit.store.test_schemas import FIXTURES


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with real decisions."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(data=data)
    with routing(open_store(settings.store_url, settings.key_file), settings.key_file) as (stub, core):
        play(stub, core)
    return data


def test_a_copy_tells_each_table_and_the_rate(played: Path) -> None:
    """Rows, how many were copied now, and no bar where nobody watches."""
    settings, target = Settings(data=played), new_database()
    done = run("store", "copy", settings.store_url, target, "--key-file", settings.key_file)
    assert done.exit_code == 0, done.output
    assert "decision" in done.output
    assert "0 differ" in done.output
    assert "rows a second" in done.output
    assert "%" not in done.output
    assert target not in done.output
    again = run("store", "copy", settings.store_url, target, "--key-file", settings.key_file)
    assert again.exception is not None, "a finished copy is a store of its own"


def test_a_copy_from_a_source_in_use_has_an_exit_code_of_its_own(
    played: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So that a script can stop the routers and run it again."""

    def refuse(*_: object) -> None:
        raise StillServedError("the source is still being written to")

    monkeypatch.setattr(copying, "copy", refuse)
    done = run("store", "copy", Settings(data=played).store_url, f"sqlite:///{tmp_path}/x.db")
    assert done.exit_code == STILL_SERVED
    assert "still being written to" in done.output


def test_a_copy_whose_rows_differ_names_them(played: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 1, and what to do."""
    found = copying.Copied(compared={"event": 3}, differences=[copying.Difference("event", "5", "differs")])
    monkeypatch.setattr(copying, "copy", lambda *_: found)
    done = run("store", "copy", Settings(data=played).store_url, f"sqlite:///{tmp_path}/x.db")
    assert done.exit_code == 1
    assert "event 5 differs" in done.output
    assert "remove it and begin anew" in done.output


def test_a_sound_store_passes(played: Path) -> None:
    """A line for each check, in words or as JSON."""
    done = run("store", "check", "--data", played)
    assert done.exit_code == 0, done.output
    assert all(line.startswith("ok ") for line in done.output.splitlines())
    done = run("store", "check", "--data", played, "--json")
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert {frozenset(line) for line in lines} == {frozenset(("check", "sentence", "looked_at", "wrong", "examples"))}


def test_a_store_that_is_wrong_is_told(played: Path, tmp_path: Path) -> None:
    """The check is named with ids, and the exit code is 1."""
    data = tmp_path / "data"
    shutil.copytree(played, data)
    settings = Settings(data=data)
    store = open_store(settings.store_url, settings.key_file)
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM lead")  # type: ignore[attr-defined]
    store.close()
    done = run("store", "check", "--data", data, "--most", "1")
    assert done.exit_code == 1
    (line,) = [line for line in done.output.splitlines() if line.startswith("WRONG")]
    assert "one-lead" in line
    assert "more" in line


def test_a_dry_run_tells_what_each_revision_does_and_changes_nothing(tmp_path: Path) -> None:
    """Exit code 1 while anything is pending, 0 afterwards."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("router.db", "router.key"):
        shutil.copy(FIXTURES / "0001" / name, data / name)
    (data / "router.key").chmod(0o600)
    first = run("migrate", "--data", data, "--dry-run")
    assert first.exit_code == 1
    newest = migrate.newest()
    assert first.output.endswith(f"would apply {newest}: {migrate.sentence(newest)}\n")
    assert run("migrate", "--data", data, "--dry-run").output == first.output
    applied = run("migrate", "--data", data)
    assert applied.exit_code == 0
    assert applied.output == first.output.replace("would apply", "applied")
    done = run("migrate", "--data", data, "--dry-run")
    assert (done.exit_code, done.output) == (0, "the schema is up to date\n")
