"""The outcome as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from router.bench import machine
from router.bench.figures import Figure, Leg, Stages
from router.bench.plan import Outcome, Scale

MEANINGS: Mapping[str, str] = {
    "decisions/s": "decisions answered a second by one worker, which has one core to itself",
    "CPU us": "microseconds of processor time that the server used for one request, all threads, user and system",
    "echo CPU us": "the same for a server that answers with as many bytes and does nothing: no parsing, no storage",
    "CPU ratio": "echo's processor time over the router's: 1 would be as fast as a server that does nothing",
    "rate ratio": "the router's decisions a second over the echo's requests a second",
    "p50, p99": "milliseconds until an answer, with all that are in flight around it; of a stream, by order of answers",
    "hit rate": "share of the rule engine's evaluations answered from its memory, warm-up included; the reference "
    "evaluator runs every time",
    "empty, preloaded": "whether the store, a file, holds no family at the start, or thousands",
    "postgresql": "a store in a PostgreSQL server on the same machine, empty; that server's own time is not in CPU us",
    "warm, cold": "whether tokens repeat, as the population's do, or are different in every request",
}

_HEADINGS = ("decisions/s", "echo/s", "CPU us", "echo CPU us", "CPU ratio", "rate ratio", "p50, p99 ms", "hit rate")


def as_json(outcome: Outcome, scale: Scale, seconds: float) -> dict[str, Any]:
    """Return everything that was measured."""
    return {
        "versions": machine.versions(),
        "machine": {"cores": len(machine.cores())},
        "counts": {
            **asdict(scale),
            "kinds_of_referral": outcome.kinds,
            "families_preloaded": outcome.families,
            "request_bytes": round(outcome.request_bytes),
            "reply_bytes": round(outcome.reply_bytes),
            "seconds": round(seconds, 1),
        },
        "legs": [
            {"call": leg.call, "store": leg.store, "vectors": leg.vectors, **_rounded(leg.figures())}
            for leg in outcome.legs
        ],
        "stages_us": {one.vectors: _rounded(one.figures()) for one in outcome.stages},
        "meanings": dict(MEANINGS),
    }


def show(outcome: Outcome, scale: Scale, console: Console) -> None:
    """Print the tables, and what each figure means."""
    console.print(_legs(outcome, scale))
    console.print(_stages(outcome.stages))
    for figure, meaning in MEANINGS.items():
        console.print(f"  [bold]{figure}[/bold]: {meaning}.")
    console.print(
        f"  Requests of {outcome.request_bytes:.0f} bytes, copies of {outcome.kinds} different referrals; answers of "
        f"{outcome.reply_bytes:.0f} bytes; {outcome.families} families preloaded; {scale.calls_in_flight} calls or "
        f"{scale.in_flight} items of a stream in flight. "
        f"Each figure is the median of {scale.rounds} rounds, with the least and the most in brackets."
    )
    if len(machine.cores()) == 1:
        console.print("  [bold]One core only[/bold]: the load generator took its time from the servers.")


def _legs(outcome: Outcome, scale: Scale) -> Table:
    table = Table(title=f"The router beside a bare echo, {scale.requests} requests a round", title_justify="left")
    for heading in ("call", "store", "tokens"):
        table.add_column(heading)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for leg in outcome.legs:
        table.add_row(*_row(leg))
    return table


def _row(leg: Leg) -> list[str]:
    one = leg.figures()
    return [
        leg.call,
        leg.store,
        leg.vectors,
        _spread(one["router_per_second"]),
        f"{one['echo_per_second'].median:.0f}",
        _spread(one["router_cpu_us"]),
        _spread(one["echo_cpu_us"]),
        _spread(one["cpu_ratio"], 2),
        f"{one['rate_ratio'].median:.2f}",
        f"{one['router_p50_ms'].median:.0f}, {one['router_p99_ms'].median:.0f}",
        f"{one['hit_rate'].median:.0%}",
    ]


def _stages(stages: tuple[Stages, ...]) -> Table:
    table = Table(title="One decision by stage, in this process, in batches of 64", title_justify="left")
    table.add_column("stage")
    for one in stages:
        table.add_column(f"CPU us, {one.vectors}", justify="right")
    figures = [one.figures() for one in stages]
    for name in figures[0]:
        table.add_row(name, *(_spread(each[name]) for each in figures), end_section=name == "record")
    return table


def _spread(figure: Figure, places: int = 0) -> str:
    return f"{figure.median:.{places}f} ({figure.least:.{places}f}-{figure.most:.{places}f})"


def _rounded(figures: Mapping[str, Figure]) -> dict[str, dict[str, float]]:
    return {name: {kind: round(value, 4) for kind, value in asdict(figure).items()} for name, figure in figures.items()}
