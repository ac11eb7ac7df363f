"""The commands that people run: what they print, and how they end."""

from __future__ import annotations

import json
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.cli.main import app
from router.service.settings import DEFAULT_PACK
from tests.support.processes import ROUTER
from tests.support.requests import choice, event, submit
from tests.support.serving import serving


def start(data: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """Start ``router serve`` and return it with the lines that it printed until it served."""
    running = subprocess.Popen(
        [*ROUTER, "serve", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: list[str] = []
    assert running.stdout is not None
    for line in running.stdout:
        lines.append(line)
        if "serves on" in line:
            break
    return running, lines


def stop(running: subprocess.Popen[str]) -> int:
    """Tell it to stop, and return how it ended."""
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    return running.returncode


def test_serve_makes_a_key_once_and_says_so(tmp_path: Path) -> None:
    """The first start makes a key that only its owner can read; later starts use it in silence."""
    running, lines = start(tmp_path / "data")
    assert stop(running) == 0
    assert "new key" in "".join(lines)
    key = tmp_path / "data" / "router.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    running, lines = start(tmp_path / "data")
    assert stop(running) == 0
    assert "new key" not in "".join(lines)
    assert key.read_bytes() == before


@pytest.mark.parametrize("fault", ["missing", "wrong"])
def test_serve_without_the_right_key_says_so_and_touches_nothing(tmp_path: Path, fault: str) -> None:
    """One clear line, exit code 2, and the store as it was, byte for byte."""
    with serving(tmp_path) as service:
        service.stub.SubmitReferral(submit(event(1)))
    store = tmp_path / "router.db"
    before = store.read_bytes()
    key = tmp_path / "router.key"
    key.unlink()
    if fault == "wrong":
        key.touch(mode=0o600)
        key.write_text("00" * 32 + "\n")
    done = subprocess.run(
        [*ROUTER, "serve", "--data", str(tmp_path), "--port", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "key" in done.stderr
    assert "Traceback" not in done.stderr
    assert store.read_bytes() == before
    assert key.exists() is (fault == "wrong")


def test_the_audit_record_is_listed_and_verified(tmp_path: Path) -> None:
    """Every decision left a record; each matches its digest."""
    with serving(tmp_path) as service:
        service.stub.SubmitReferral(submit(event(1, choice("parent_illness_severity", "moderate"))))
    listed = CliRunner().invoke(app, ["audit", "list", "--data", str(tmp_path)])
    records = [json.loads(line) for line in listed.output.splitlines()]
    assert [one["event"] for one in records] == ["service:pack:installed", "api:referral:decided"]
    assert records[1]["lead"] == "cpmht@S08000032"
    assert {"basis_digest", "decision_digest", "event_digest", "pack_digest"} <= set(records[1])
    verified = CliRunner().invoke(app, ["audit", "verify", "--data", str(tmp_path)])
    assert verified.output == "2 audit records checked, 0 altered\n"
    assert verified.exit_code == 0


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the example pack, to be broken."""
    return Path(shutil.copytree(DEFAULT_PACK, tmp_path / "pack"))


def test_a_faulty_rule_file_is_named_with_line_and_column(pack: Path) -> None:
    """A misspelt fact: file, line, column, and the nearest right name; for people and for programs."""
    file = pack / "services" / "cpmht.yaml"
    text = file.read_text()
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "parent_illness_severity, at_least" in row)
    file.write_text(
        text.replace("fact: parent_illness_severity, at_least", "fact: parent_ilness_severity, at_least", 1)
    )
    result = CliRunner().invoke(app, ["rules", "check", str(pack)])
    assert result.exit_code == 2
    assert f"services/cpmht.yaml:{line}:" in result.output
    assert "did you mean 'parent_illness_severity'?" in result.output
    as_json = json.loads(CliRunner().invoke(app, ["rules", "check", str(pack), "--json"]).stdout)
    assert as_json["faults"][0]["line"] == line


def test_a_changed_threshold_fails_the_tests_beside_it(pack: Path) -> None:
    """The tests in the rule files see that a rule was changed."""
    file = pack / "services" / "cpmht.yaml"
    file.write_text(file.read_text().replace("at_least: moderate", "at_least: severe", 1))
    result = CliRunner().invoke(app, ["rules", "test", str(pack)])
    assert result.exit_code == 1
    line = next(n for n, row in enumerate(file.read_text().splitlines(), 1) if 'name: "Moderate' in row)
    assert f"failed services/cpmht.yaml:{line}: " in result.output
    as_json = json.loads(CliRunner().invoke(app, ["rules", "test", str(pack), "--json"]).stdout)
    assert line in [one["line"] for one in as_json["failures"]]
    whole = CliRunner().invoke(app, ["rules", "test"])
    assert whole.exit_code == 0
    assert whole.output.strip().endswith("0 failed")
