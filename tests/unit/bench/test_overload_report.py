"""The measurement of overload runs, and its verdicts say what the figures say. No figure of a run is looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from router.bench.arrivals import Result, joined
from router.bench.overload_report import Outcome, Phase, kept_schedule, requirements

GOOD = Result(
    offered=2_000, answered_ms=[20.0] * 888 + [45.0] * 12, shed_ms=[5.0] * 1_100, late_ms=[1.0], failed={}, bare=0,
    dangerous_offered=100, dangerous_shed=0, retry_seconds=550, unsent=0, seconds=10, server_cpu_seconds=9.5,
    own_cpu_seconds=2,
)  # fmt: skip
BEST = replace(GOOD, offered=1_000, answered_ms=[20.0] * 1_000, shed_ms=[], dangerous_offered=0)
UNLOADED = replace(BEST, answered_ms=[10.0] * 100, offered=100)


def outcome(overloaded: Result) -> Outcome:
    """Return an outcome with this as its one overload."""
    return Outcome(
        "sqlite", (Phase("8 in flight", BEST),), Phase("unloaded", UNLOADED), (Phase("2 times", overloaded),)
    )


def test_all_four_are_met() -> None:
    """Nine tenths of the best rate, 4.5 times the unloaded p99, and no danger shed."""
    verdicts = requirements(outcome(GOOD))
    assert [one.met for one in verdicts] == [True] * 4
    assert [one.figure for one in verdicts] == [
        "2 times 0 of 1100 without, 0 failed",
        "2 times 90%",
        "2 times 4.5 times",
        "2 times 0.0% of them, 58% of the others",
    ]
    assert kept_schedule(outcome(GOOD))


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (0, replace(GOOD, bare=1)),
        (0, replace(GOOD, failed={"UNAVAILABLE": 1})),
        (0, replace(GOOD, shed_ms=[])),
        (1, replace(GOOD, answered_ms=[20.0] * 799)),
        (2, replace(GOOD, answered_ms=[20.0] * 888 + [50.0] * 12)),
        (3, replace(GOOD, dangerous_shed=1)),
    ],
)
def test_each_fails_for_its_own_reason(place: int, broken: Result) -> None:
    """One figure too bad is one verdict."""
    verdicts = [one.met for one in requirements(outcome(broken))]
    assert verdicts[place] is False


def test_a_load_that_was_offered_often_is_judged_by_the_median() -> None:
    """One round on a slow moment of the machine decides nothing; the counts are those of all rounds."""
    twice = joined([GOOD, replace(GOOD, bare=1, failed={"UNAVAILABLE": 2})])
    assert (twice.offered, twice.answered, twice.shed, twice.seconds) == (4_000, 1_800, 2_200, 20)
    assert (twice.bare, twice.failed, twice.answered_per_second) == (1, {"UNAVAILABLE": 2}, 90)
    made = outcome(GOOD)
    phase = replace(made.overloaded[0], shares=(0.81, 0.3, 0.9))
    assert made.share(phase) == 0.81
    assert requirements(replace(made, overloaded=(phase,)))[1].met
    assert not requirements(replace(made, overloaded=(replace(phase, shares=(0.79, 0.3, 0.9)),)))[1].met


@pytest.mark.parametrize("late", [{"late_ms": [50.0]}, {"own_cpu_seconds": 9.0}, {"unsent": 1}])
def test_a_generator_that_could_not_keep_up_is_told_of(late: dict[str, Any]) -> None:
    """Late, short of processor, or without requests to send."""
    assert not kept_schedule(outcome(replace(GOOD, **late)))


def test_the_quick_measurement_runs(tmp_path: Path) -> None:
    """Every load is offered to a real router, and every refusal has its reason."""
    file = tmp_path / "overload.json"
    done = subprocess.run(
        [sys.executable, "-m", "router.bench.overload", "--quick", f"--out={file}"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(file.read_text())
    assert [one["load"] for one in content["phases"]] == ["8 in flight", "unloaded", "2 times", "5 times"]
    assert len(content["requirements"]) == 4
    for one in content["phases"]:
        assert one["answered"] > 0
        assert one["bare"] == 0
        assert one["offered"] == one["answered"] + one["shed"] + sum(one["failed"].values())
    for one in content["requirements"]:
        assert one["text"] in " ".join(done.stdout.split())


def test_a_store_that_is_not_there_is_said() -> None:
    """No figures of one store under the name of another."""
    done = subprocess.run(
        [sys.executable, "-m", "router.bench.overload", "--quick", "--store=other"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "sqlite" in done.stderr
