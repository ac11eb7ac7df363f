"""The command: what it prints, what it sends, and what its exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import pytest
from typer.testing import CliRunner

from adapters.cli import app
from tests.unit.adapters.fake_router import FakeRouter, serving
from tests.unit.adapters.native import health_visiting, neonatal

RUN = CliRunner()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Write an extract of two readable rows."""
    path = tmp_path / "good.csv"
    path.write_bytes(neonatal({"reference": "A"}, {"reference": "B"}))
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Write an extract with one row that cannot be read."""
    path = tmp_path / "mixed.csv"
    path.write_bytes(neonatal({"reference": "A", "mother_surname": "CANARYNAME", "birth_dt": "x"}, {"reference": "B"}))
    return path


def test_read_prints_the_canonical_event(good: Path) -> None:
    """Reading prints JSON and sends nothing."""
    result = RUN.invoke(app, ["read", "neonatal", str(good)])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [one["event"]["source_reference"] for one in document] == ["A", "B"]


def test_read_says_that_a_message_is_for_the_desk(mixed: Path) -> None:
    """A message that cannot be read shows its reason and place, and not its content."""
    result = RUN.invoke(app, ["read", "neonatal", str(mixed)])
    assert result.exit_code == 3
    assert json.loads(result.stdout)[0]["quarantined"]["reason"] == "CSV_BAD_DATE"
    assert "CANARYNAME" not in result.output


def test_send_all(good: Path) -> None:
    """All sent is exit code 0, and the counts are printed."""
    router = FakeRouter()
    with serving(router) as address:
        result = RUN.invoke(app, ["send", "neonatal", str(good), str(good), "--to", address, "--caller", "hub"])
    assert result.exit_code == 0, result.output
    assert "4 sent, 0 quarantined" in result.output
    assert {request.context.caller for request in router.submitted.values()} == {"hub"}


def test_send_some_to_the_desk(mixed: Path) -> None:
    """Something quarantined is exit code 3, with file, place and reason, and no content."""
    with serving(FakeRouter()) as address:
        result = RUN.invoke(app, ["send", "neonatal", str(mixed), "--to", address])
    assert result.exit_code == 3
    assert "1 sent, 1 quarantined" in result.output
    assert "mixed.csv: line 3, column birth_dt: quarantined, CSV_BAD_DATE" in result.output
    assert "CANARYNAME" not in result.output


def test_send_shows_danger_first_seen(tmp_path: Path) -> None:
    """The danger words that the router found are shown."""
    path = tmp_path / "bad.hl7"
    path.write_bytes(health_visiting(note="suicide").replace(b"RF1|", b"RFX|"))
    with serving(FakeRouter()) as address:
        result = RUN.invoke(app, ["send", "health_visiting", str(path), "--to", address])
    assert "[danger: suicidal-intent]" in result.output


def test_send_not_delivered(good: Path) -> None:
    """What could not be delivered is exit code 1, whatever else was quarantined."""
    router = FakeRouter(fail=[(grpc.StatusCode.PERMISSION_DENIED, "CALLER_UNKNOWN")])
    with serving(router) as address:
        result = RUN.invoke(app, ["send", "neonatal", str(good), "--to", address])
    assert result.exit_code == 1
    assert "2 failed" in result.output
    assert "CALLER_UNKNOWN" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", "prison", "FILE"],
        ["read", "neonatal", "no-such-file.csv"],
        ["send", "neonatal", "FILE"],
        ["send", "neonatal", "FILE", "--to", "nowhere"],
        ["send", "neonatal", "FILE", "--to", "localhost:1", "--caller", "Not A Name"],
        ["send", "neonatal", "FILE", "--to", "router.example:443"],
        ["send", "neonatal", "FILE", "--to", "localhost:1", "--cert", "FILE"],
        ["send"],
        [],
    ],
)
def test_usage(arguments: list[str], good: Path) -> None:
    """Wrong use is exit code 2, and sending in the clear to another machine is wrong use."""
    result = RUN.invoke(app, [str(good) if one == "FILE" else one for one in arguments])
    assert result.exit_code == 2
