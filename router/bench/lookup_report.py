"""The measurement of lookups as tables for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from router.bench import machine
from router.bench.looking import Found, Looked

if TYPE_CHECKING:
    from router.bench.lookup import Outcome, Scale, Store

MOST_P99_MS = 6.0
MOST_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing required, whether it is met, and the figure."""

    text: str
    met: bool
    figure: str


def requirements(outcome: Outcome) -> tuple[Requirement, ...]:
    """Return what is required of lookups and of whole decisions."""
    p99 = _part(outcome.big.warm.times, 99)
    wall, cpu = ratio(outcome, 64, "wall_ms"), ratio(outcome, 64, "cpu_ms")
    return (
        Requirement(
            f"a lookup among many takes at most {MOST_P99_MS:g} ms at p99", p99 <= MOST_P99_MS, f"{p99:.2f} ms"
        ),
        Requirement(
            f"an event costs at most {MOST_RATIO:g} times what it costs among few",
            max(wall, cpu) <= MOST_RATIO,
            f"{wall:.2f} times by wall time, {cpu:.2f} by processor time, in batches of 64; "
            f"{ratio(outcome, 1, 'wall_ms'):.2f} and {ratio(outcome, 1, 'cpu_ms'):.2f} one at a time",
        ),
    )


def ratio(outcome: Outcome, at_once: int, what: str) -> float:
    """Return what an event costs among many over what it costs among few: the median over rounds, each a pair."""
    many, few = getattr(outcome.big, what)[at_once], getattr(outcome.small, what)[at_once]
    return float(median(one / other for one, other in zip(many, few, strict=True)))


def as_json(outcome: Outcome, scale: Scale, seconds: float) -> dict[str, Any]:
    """Return everything that was measured."""
    return {
        "versions": machine.versions(),
        "machine": {"cores": len(machine.cores())},
        "scale": asdict(scale),
        "seconds": round(seconds, 1),
        "stores": [_store(one) for one in (outcome.small, outcome.big)],
        "ratios": {
            f"{what} at {at_once} at once": round(ratio(outcome, at_once, what), 3)
            for what in ("wall_ms", "cpu_ms")
            for at_once in outcome.big.wall_ms
        },
        "load_average": [round(one, 2) for one in outcome.load],
        "memory_mb": {"after lookups among many": round(outcome.rss_mb), "at the most": round(outcome.most_mb)},
        "keys": _keys(outcome.found),
        "requirements": [asdict(one) for one in requirements(outcome)],
    }


def show(outcome: Outcome, console: Console) -> None:
    """Print the tables and the verdicts."""
    console.print(_lookups(outcome), _decisions(outcome), _kinds(outcome.found))
    found, big = outcome.found, outcome.big
    console.print(
        f"  Of {found.shared / found.events:.1f} families that share a key with an event, {mean(big.warm.read):.1f} are"
        f" read. The right one was passed over in {found.passed_over} of {found.events} events, and "
        f"{found.decided_otherwise} would be decided otherwise if all were read."
    )
    for store in (outcome.small, big):
        told = "; ".join(f"{what} {number}" for what, number in sorted(store.warm.outcomes.items()))
        console.print(f"  Among {store.families:,}: {told}.")
    console.print(
        f"  Loaded {big.families:,} families at {big.loaded_per_second:,.0f} a second, file {big.file_mb:,.0f} MB. "
        f"Memory after the lookups {outcome.rss_mb:,.0f} MB, {outcome.most_mb:,.0f} MB at the most."
    )
    console.print(
        "  Cold: nothing of the file in memory. Warm: the file in the system's memory, where there is room for it; the "
        "store's own cache holds a part.\n"
        f"  The machine's load average was {outcome.load[0]:.1f} and {outcome.load[1]:.1f} on {len(machine.cores())} "
        "cores: above half the cores, read processor times and ratios."
    )
    for one in requirements(outcome):
        console.print(f"  {'met    ' if one.met else 'NOT MET'}  {one.text}: {one.figure}")


def _lookups(outcome: Outcome) -> Table:
    table = Table(title="One lookup: keys, reading, comparing; milliseconds", title_justify="left")
    for heading in ("families", "cache", "lookups", "p50", "p99", "most", "CPU p50", "CPU p99", "read"):
        table.add_column(heading, justify="right" if heading != "cache" else "left")
    for store in (outcome.small, outcome.big):
        for cache, looked in (("cold", store.cold), ("warm", store.warm)):
            figures = (*_figures(looked.times), max(looked.times), *_figures(looked.cpu), mean(looked.read))
            table.add_row(f"{store.families:,}", cache, str(len(looked.times)), *(f"{one:.2f}" for one in figures))
    return table


def _decisions(outcome: Outcome) -> Table:
    table = Table(title="One event, decided and committed; milliseconds", title_justify="left")
    for heading in ("families", "at once", "wall", "CPU"):
        table.add_column(heading, justify="right")
    for store in (outcome.small, outcome.big):
        for at_once, times in store.wall_ms.items():
            cpu = store.cpu_ms[at_once]
            table.add_row(f"{store.families:,}", str(at_once), f"{median(times):.3f}", f"{median(cpu):.3f}")
    return table


def _kinds(found: Found) -> Table:
    table = Table(title="What keys find among many, for an event", title_justify="left")
    for heading in ("kind", "keys", "families", "right ones", "most of a key"):
        table.add_column(heading, justify="right" if heading != "kind" else "left")
    for kind, one in _keys(found)["kinds"].items():
        table.add_row(kind, *(f"{one[name]:.2f}" for name in ("keys", "families", "right")), str(one["most"]))
    return table


def _keys(found: Found) -> dict[str, Any]:
    return {
        "events": found.events,
        "families_sharing_a_key": round(found.shared / found.events, 2),
        "right_one_passed_over": found.passed_over,
        "decided_otherwise": found.decided_otherwise,
        "kinds": {
            kind: {
                "keys": round(number / found.events, 3),
                "families": round(found.hits[kind] / found.events, 3),
                "right": round(found.right[kind] / found.events, 3),
                "most": found.biggest[kind],
            }
            for kind, number in found.keys.most_common()
        },
    }


def _store(store: Store) -> dict[str, Any]:
    return {
        "families": store.families,
        "loaded_per_second": round(store.loaded_per_second),
        "file_mb": round(store.file_mb, 1),
        "lookups": {name: _looked(one) for name, one in (("cold", store.cold), ("warm", store.warm))},
        "decided": {
            str(at_once): {
                "wall_ms": [round(one, 4) for one in store.wall_ms[at_once]],
                "cpu_ms": [round(one, 4) for one in store.cpu_ms[at_once]],
            }
            for at_once in store.wall_ms
        },
    }


def _looked(looked: Looked) -> dict[str, Any]:
    number = len(looked.times)
    p50, p99 = _figures(looked.times)
    cpu_p50, cpu_p99 = _figures(looked.cpu)
    return {
        "lookups": number,
        "p50_ms": round(p50, 3),
        "p99_ms": round(p99, 3),
        "most_ms": round(max(looked.times), 3),
        "cpu_p50_ms": round(cpu_p50, 3),
        "cpu_p99_ms": round(cpu_p99, 3),
        "families_read": round(mean(looked.read), 2),
        "stages_ms": {stage: round(spent / number, 4) for stage, spent in looked.stages.items()},
        "outcomes": dict(sorted(looked.outcomes.items())),
    }


def _figures(times: list[float]) -> tuple[float, float]:
    return median(times), _part(times, 99)


def _part(times: list[float], hundredths: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * hundredths // 100)]
