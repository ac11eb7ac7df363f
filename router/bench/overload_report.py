"""What came of an overload: the four things required of it, a table for people, and JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from router.bench import machine
from router.bench.arrivals import Result, percentile

LEAST_SHARE = 0.8
MOST_TIMES_UNLOADED = 5.0
# Danger is shed last: hardly ever, and far more seldom than what is ordinary.
MOST_DANGEROUS_SHED = 0.001
# The generator kept its schedule when nearly all was sent within this, and it had time to spare.
MOST_LATE_MS = 10.0
MOST_OWN_SHARE = 0.8

_HEADINGS = (
    "offered/s", "answered/s", "share of best", "shed/s", "p50, p99 ms", "p99 to unloaded", "shed p99 ms",
    "dangerous offered, shed", "without reason", "server CPU", "sent late, p99 ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """One load, with what came of it.

    ``shares`` are its answers over the best rate just before and after, for each time that it was offered.
    """

    name: str
    result: Result
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was measured of one store."""

    store: str
    carried: tuple[Phase, ...]
    unloaded: Phase
    overloaded: tuple[Phase, ...]

    @property
    def best(self) -> float:
        """The most answers a second."""
        return max(phase.result.answered_per_second for phase in self.carried)

    def share(self, phase: Phase) -> float:
        """Return a phase's answers a second over the best at the time: with a fuller store each answer costs more.

        Of several times it is the median, since the machine may be slow for a moment.
        """
        return median(phase.shares) if phase.shares else phase.result.answered_per_second / self.best

    def slower(self, phase: Phase) -> float:
        """Return a phase's p99 over the unloaded one."""
        return percentile(phase.result.answered_ms, 99) / max(percentile(self.unloaded.result.answered_ms, 99), 0.001)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing required, whether it is met, and the figure."""

    text: str
    met: bool
    figure: str


def requirements(outcome: Outcome) -> tuple[Requirement, ...]:
    """Return the four requirements, each over every overload."""
    phases = outcome.overloaded
    coded = all(one.result.shed and not one.result.bare and not one.result.failed for one in phases)
    shed = [_shed_shares(one.result) for one in phases]
    return (
        Requirement(
            "every refusal is RESOURCE_EXHAUSTED with one ErrorInfo and a time to wait, and nothing else fails",
            coded,
            _each(
                phases,
                lambda one: f"{one.result.bare} of {one.result.shed} without, {sum(one.result.failed.values())} failed",
            ),
        ),
        Requirement(
            f"answers at {LEAST_SHARE:.0%} of its best rate or more",
            all(outcome.share(one) >= LEAST_SHARE for one in phases),
            _each(phases, lambda one: f"{outcome.share(one):.0%}"),
        ),
        Requirement(
            f"p99 of what it accepts under {MOST_TIMES_UNLOADED:g} times the unloaded p99",
            all(outcome.slower(one) < MOST_TIMES_UNLOADED for one in phases),
            _each(phases, lambda one: f"{outcome.slower(one):.1f} times"),
        ),
        Requirement(
            "red-flag and safeguarding referrals are shed last",
            all(dangerous <= min(MOST_DANGEROUS_SHED, other) for dangerous, other in shed),
            _each(phases, lambda one: "{:.1%} of them, {:.0%} of the others".format(*_shed_shares(one.result))),
        ),
    )


def kept_schedule(outcome: Outcome) -> bool:
    """Return whether the load generator sent when it should have."""
    return all(
        percentile(one.result.late_ms, 99) <= MOST_LATE_MS
        and one.result.own_cpu_share <= MOST_OWN_SHARE
        and not one.result.unsent
        for one in outcome.overloaded
    )


def as_json(outcome: Outcome, scale: Any, seconds: float) -> dict[str, Any]:
    """Return everything that was measured."""
    phases = (*outcome.carried, outcome.unloaded, *outcome.overloaded)
    return {
        "versions": machine.versions(),
        "machine": {"cores": len(machine.cores())},
        "store": outcome.store,
        "scale": asdict(scale),
        "seconds": round(seconds, 1),
        "best_per_second": round(outcome.best, 1),
        "phases": [
            {
                "load": one.name,
                "share_of_best": round(outcome.share(one), 3),
                "shares": [round(share, 3) for share in one.shares],
                "p99_to_unloaded": round(outcome.slower(one), 2),
                **_figures(one.result),
            }
            for one in phases
        ],
        "requirements": [asdict(one) for one in requirements(outcome)],
        "kept_schedule": kept_schedule(outcome),
    }


def show(outcome: Outcome, console: Console) -> None:
    """Print the table and the verdicts."""
    table = Table(title=f"Overload, {outcome.store}, one worker on one core", title_justify="left")
    table.add_column("load")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for phase in (*outcome.carried, outcome.unloaded, *outcome.overloaded):
        table.add_row(*_row(outcome, phase), end_section=phase in (outcome.carried[-1], outcome.unloaded))
    console.print(table)
    for one in requirements(outcome):
        console.print(f"  {'met    ' if one.met else 'NOT MET'}  {one.text}: {one.figure}")
    schedule = (
        "kept its schedule" if kept_schedule(outcome) else "did NOT keep its schedule: the figures are its own too"
    )
    busiest = max(one.result.own_cpu_share for one in outcome.overloaded)
    console.print(f"  The load generator {schedule} ({busiest:.0%} of its core at the most).")
    if len(machine.cores()) == 1:
        console.print("  One core only: the load generator took its time from the server.")


def _row(outcome: Outcome, phase: Phase) -> list[str]:
    one = phase.result
    return [
        phase.name,
        f"{one.offered / one.seconds:.0f}",
        f"{one.answered_per_second:.0f}",
        f"{outcome.share(phase):.0%}",
        f"{one.shed / one.seconds:.0f}",
        f"{percentile(one.answered_ms, 50):.0f}, {percentile(one.answered_ms, 99):.0f}",
        f"{outcome.slower(phase):.1f}",
        f"{percentile(one.shed_ms, 99):.0f}",
        f"{one.dangerous_offered}, {one.dangerous_shed}",
        str(one.bare),
        f"{one.server_cpu_seconds / one.seconds:.0%}",
        f"{percentile(one.late_ms, 99):.1f}",
    ]


def _shed_shares(one: Result) -> tuple[float, float]:
    """Return the share that was shed of what was dangerous, and of the rest."""
    others = one.offered - one.dangerous_offered
    return one.dangerous_shed / max(1, one.dangerous_offered), (one.shed - one.dangerous_shed) / max(1, others)


def _each(phases: tuple[Phase, ...], figure: Any) -> str:
    return "; ".join(f"{one.name} {figure(one)}" for one in phases)


def _figures(one: Result) -> dict[str, Any]:
    figures: dict[str, Any] = {"answered": one.answered, "shed": one.shed}
    for name, value in asdict(one).items():
        if isinstance(value, list):
            figures |= {f"{name}_p{part}": round(percentile(value, part), 2) for part in (50, 99)}
        else:
            figures[name] = round(value, 4) if isinstance(value, float) else value
    return figures
