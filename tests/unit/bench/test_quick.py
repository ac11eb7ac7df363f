"""The measurement runs and says what it promises. Its figures are not looked at: they are those of a busy machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from router.bench.figures import Figure
from router.bench.stages import STAGES

FIGURES = {
    "cpu_ratio", "echo_cpu_us", "echo_per_second", "hit_rate", "rate_ratio", "reply_bytes", "router_cpu_us",
    "router_p50_ms", "router_p99_ms", "router_per_second",
}  # fmt: skip
SPREAD = {"median", "least", "most"}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    """Run the quick measurement once."""
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "router.bench", "--quick", f"--out={file}"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text())


def test_every_leg_has_every_figure_with_its_spread(outcome: tuple[str, dict]) -> None:
    """Nothing is quoted without its noise."""
    legs = outcome[1]["legs"]
    assert [(leg["call"], leg["store"], leg["vectors"]) for leg in legs] == [
        ("unary", "empty", "warm"),
        ("stream", "preloaded", "cold"),
        ("unary", "postgresql", "warm"),
    ]
    for leg in legs:
        assert set(leg) == {"call", "store", "vectors", *FIGURES}
        for name in FIGURES:
            assert set(leg[name]) == SPREAD
            assert leg[name]["least"] <= leg[name]["median"] <= leg[name]["most"]


def test_the_memory_is_cold_where_it_should_be(outcome: tuple[str, dict]) -> None:
    """The hit rate is that of the tokens that were asked for."""
    warm, cold, _ = outcome[1]["legs"]
    assert warm["hit_rate"]["median"] > 0.5
    assert cold["hit_rate"]["median"] < 0.05


def test_every_stage_takes_time_with_warm_and_cold_tokens(outcome: tuple[str, dict]) -> None:
    """A stage whose functions were renamed would take none."""
    stages = outcome[1]["stages_us"]
    assert set(stages) == {"warm", "cold"}
    for figures in stages.values():
        assert set(figures) == {*STAGES, "total", "commit, wall"}
        assert all(figure["least"] > 0 for figure in figures.values())


def test_versions_machine_and_counts_are_told(outcome: tuple[str, dict]) -> None:
    """A figure can be read by somebody who was not there."""
    content = outcome[1]
    assert {"python", "grpcio", "uvloop", "durable-rules"} <= set(content["versions"])
    assert content["machine"]["cores"] >= 1
    assert content["counts"]["requests"] > 0
    assert content["counts"]["families_preloaded"] > 0


def test_the_text_says_what_each_figure_means(outcome: tuple[str, dict]) -> None:
    """One line for each."""
    text, content = outcome
    for figure in content["meanings"]:
        assert f"{figure}:" in text


def test_a_figure_is_its_median_and_spread() -> None:
    """The order of rounds does not matter."""
    assert Figure.of([3.0, 1.0, 2.0]) == Figure(median=2.0, least=1.0, most=3.0)
