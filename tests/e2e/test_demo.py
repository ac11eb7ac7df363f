"""``router demo``: what a newcomer runs first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.cli.main import app

DECIDED = re.compile(r"(\d+) messages: (\d+) decided, (\d+) withdrawn, (\d+) could not be read .* (\d+) not delivered")
FAMILIES = re.compile(r"(\d+) families; a desk holds (\d+) of them")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """Run the demonstration twice in one folder."""
    data = tmp_path_factory.mktemp("demo")
    outputs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["demo", "--data", str(data)], env={"COLUMNS": "200"}, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        outputs.append(result.output)
    return outputs[0], outputs[1], data


def test_it_sends_sixty_messages_and_more_and_decides_them(runs: tuple[str, str, Path]) -> None:
    """Every readable message is decided; the malformed one of each format lies on a desk; nothing is lost."""
    found = DECIDED.search(" ".join(runs[0].split()))
    assert found
    sent, decided, withdrawn, quarantined, failed = map(int, found.groups())
    assert sent >= 60
    assert failed == 0
    assert decided + withdrawn + quarantined == sent
    assert quarantined >= 4


def test_at_most_one_family_in_ten_is_on_a_desk(runs: tuple[str, str, Path]) -> None:
    """The rules place families; a desk is the exception."""
    found = FAMILIES.search(" ".join(runs[0].split()))
    assert found
    families, at_desk = map(int, found.groups())
    assert at_desk * 10 <= families


def test_it_shows_leads_and_one_decision_in_full(runs: tuple[str, str, Path]) -> None:
    """A table, a decision with its facts, reasons, match and texts, and where to look next."""
    for words in (
        "Who leads for whom",
        "One decision in full",
        "The facts it rests on",
        "Every service, and why it leads or does not",
        "To the parent:",
        "Where to look next",
    ):
        assert words in runs[0]


def test_a_second_run_changes_nothing(runs: tuple[str, str, Path]) -> None:
    """Every message is known by its request id, and gets the answer that it got before."""
    assert "Nothing has changed" not in runs[0]
    assert "Nothing has changed" in runs[1]
    assert FAMILIES.findall(" ".join(runs[0].split())) == FAMILIES.findall(" ".join(runs[1].split()))


def test_its_log_lines_are_json_of_known_events(runs: tuple[str, str, Path]) -> None:
    """Each line of the audit log is one JSON object with a documented event."""
    from router.audit.events import FIELDS, AuditEvent  # noqa: PLC0415

    known = {one.value for one in AuditEvent}
    lines = [json.loads(line) for line in (runs[2] / "router.log").read_text().splitlines()]
    assert {line["event"] for line in lines} <= known
    for line in lines:
        assert set(line) - {"event", "at", "committed_at", "level"} <= set(FIELDS)
