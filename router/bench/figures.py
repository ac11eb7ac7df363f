"""What was measured, as figures: the median of the rounds, with the least and the most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from router.bench.load import Result
from router.bench.stages import StageTimes


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over all rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """Return the figure of one value for each round."""
        every = list(values)
        return cls(median(every), min(every), max(every))


@dataclass(frozen=True, slots=True)
class Round:
    """The echo and the router, one directly after the other. ``hit_rate`` is that of the rule engine's memory."""

    echo: Result
    router: Result
    hit_rate: float


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of asking, with what came of each round."""

    call: str
    store: str
    vectors: str
    rounds: tuple[Round, ...]

    def figures(self) -> dict[str, Figure]:
        """Return the leg's figures by name."""
        rounds = self.rounds
        return {
            "echo_per_second": Figure.of(_rate(one.echo) for one in rounds),
            "router_per_second": Figure.of(_rate(one.router) for one in rounds),
            "echo_cpu_us": Figure.of(_cpu(one.echo) for one in rounds),
            "router_cpu_us": Figure.of(_cpu(one.router) for one in rounds),
            # of pairs, since what disturbs the machine disturbs both of a pair
            "cpu_ratio": Figure.of(_cpu(one.echo) / _cpu(one.router) for one in rounds),
            "rate_ratio": Figure.of(_rate(one.router) / _rate(one.echo) for one in rounds),
            "router_p50_ms": Figure.of(one.router.p50_ms for one in rounds),
            "router_p99_ms": Figure.of(one.router.p99_ms for one in rounds),
            "reply_bytes": Figure.of(one.router.reply_bytes for one in rounds),
            "hit_rate": Figure.of(one.hit_rate for one in rounds),
        }


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one decision with one kind of vectors. ``figures`` has the stages' names, and the total."""

    vectors: str
    rounds: tuple[StageTimes, ...]

    def figures(self) -> dict[str, Figure]:
        """Return microseconds of processor time by stage; ``commit, wall`` is what a commit takes by the clock."""
        names = self.rounds[0].microseconds
        return {
            **{name: Figure.of(one.microseconds[name] for one in self.rounds) for name in names},
            "total": Figure.of(one.total for one in self.rounds),
            "commit, wall": Figure.of(one.commit_wall for one in self.rounds),
        }


def _rate(result: Result) -> float:
    return result.answered / result.seconds


def _cpu(result: Result) -> float:
    # At least one tick of the clock, so that a ratio exists for the shortest of runs.
    return max(result.server_cpu_seconds, 0.01) / result.answered * 1e6
