"""Measures what the router does at two and five times the load that it can carry. ``python -m router.bench.overload``.

One worker has one core to itself and the load generator another. Everything is a ratio within one run: the best rate
is found first, with as many callers in flight as bring the most. Then the loads take turns, a few seconds each: a tenth
of the best rate, for the unloaded time of an answer, and the overloads, with the best rate again before and after each.
The store grows meanwhile, and on a shared machine the same work takes now a quarter more, now a quarter less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console

from router.audit.log import configure
from router.bench.arrivals import Order, Result, joined
from router.bench.events import Source, shows_danger
from router.bench.load import write_requests
from router.bench.machine import load_core, pinned
from router.bench.overload_report import Outcome, Phase, as_json, requirements, show
from router.bench.postgres import PostgresServer
from router.bench.serving import BenchError, Server, run_router
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SEED = 20261101
# More requests than the router can answer, since one that was shed is sent again and one that was answered is not.
_SPARE = 1.3
_ANSWERS_A_SECOND = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured, the unloaded router and each load of ``times`` in every round.

    ``dangerous`` is the share of dangerous referrals under overload. A pause after each lets the time go by for which
    those who were turned away are told to wait, and which who comes then would be told too.
    """

    warm_up_seconds: float
    best_seconds: float
    unloaded_seconds: float
    overload_seconds: float
    pause_seconds: float
    rounds: int
    in_flight: tuple[int, ...] = (4, 8, 12, 16, 24)
    times: tuple[int, ...] = (2, 5)
    dangerous: float = 0.05


FULL = Scale(warm_up_seconds=3, best_seconds=3, unloaded_seconds=6, overload_seconds=4, pause_seconds=2, rounds=8)
QUICK = Scale(
    warm_up_seconds=0.5,
    best_seconds=0.5,
    unloaded_seconds=1,
    overload_seconds=1,
    pause_seconds=0,
    rounds=1,
    in_flight=(8,),
)


@contextmanager
def router_on(store: str, folder: Path) -> Iterator[Server]:
    """Run the router on a store of the kind. Here, and nowhere else, a store's URL enters the measurement."""
    if store == SQLITE:
        with run_router(folder / "data") as server:
            yield server
    else:
        with ExitStack() as stack:
            # The router has its core to itself on either store.
            with pinned(load_core()):
                database = stack.enter_context(PostgresServer())
            yield stack.enter_context(run_router(folder / "data", store=database.new_database()))


class _Line:
    """The requests that are left to send, and how they are sent."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._source = Source(load_pack(DEFAULT_PACK), SEED)
        self._ordinary: list[bytes] = []
        self._dangerous: list[bytes] = []
        self._folder = folder
        self._server = server
        self._seed = SEED

    def send(
        self, seconds: float, *, per_second: float = 0.0, in_flight: int = 0, share: float = 0.0, answers: float = 0.0
    ) -> Result:
        """Send for so many seconds, ``share`` of it dangerous; ``answers`` is how many may be answered a second."""
        most = int((answers or _ANSWERS_A_SECOND) * seconds * _SPARE) + 200
        dangerous = int(share * per_second * seconds * _SPARE) + 50 if share else 0
        while len(self._ordinary) < most or len(self._dangerous) < dangerous:
            for request in self._source.plain(1_000):
                (self._dangerous if shows_danger(request) else self._ordinary).append(request)
        ordinary, dangers = self._folder / "ordinary", self._folder / "dangerous"
        write_requests(ordinary, self._ordinary[:most])
        write_requests(dangers, self._dangerous[:dangerous])
        del self._ordinary[:most], self._dangerous[:dangerous]
        self._seed += 1
        order = Order(
            address=self._server.address,
            pid=self._server.pid,
            ordinary=str(ordinary),
            dangerous=str(dangers),
            share=share,
            seconds=seconds,
            per_second=per_second,
            in_flight=in_flight,
            seed=self._seed,
        )
        with pinned(load_core()):
            done = subprocess.run(
                [sys.executable, "-m", "router.bench.arrivals"],
                input=orjson.dumps(asdict(order)),
                stdout=subprocess.PIPE,
                check=False,
            )
        if done.returncode:
            raise BenchError("the load generator failed; its own lines above say why")
        return Result(**orjson.loads(done.stdout))


def measure(store: str, scale: Scale, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Measure. ``folder`` is for files of the run; ``tell`` hears what is being done."""
    with router_on(store, folder) as server:
        tell("making requests")
        line = _Line(folder, server)
        tell("warming up")
        line.send(scale.warm_up_seconds, in_flight=8)
        carried = []
        for in_flight in scale.in_flight:
            tell(f"the best rate: {in_flight} in flight")
            carried.append(Phase(f"{in_flight} in flight", line.send(scale.best_seconds, in_flight=in_flight)))
        most = max(zip(carried, scale.in_flight, strict=True), key=lambda each: each[0].result.answered_per_second)[1]
        best = max(phase.result.answered_per_second for phase in carried)
        quiet: list[Result] = []
        results: dict[int, list[tuple[Result, float]]] = {times: [] for times in scale.times}
        before = line.send(scale.best_seconds, in_flight=most).answered_per_second
        for number in range(1, scale.rounds + 1):
            tell(f"unloaded, {best / 10:.0f} a second, round {number} of {scale.rounds}")
            quiet.append(line.send(scale.unloaded_seconds, per_second=best / 10, answers=best / 10))
            for times in scale.times:
                tell(f"{times} times the best rate, round {number} of {scale.rounds}")
                load = before * times
                result = line.send(scale.overload_seconds, per_second=load, answers=best, share=scale.dangerous)
                time.sleep(scale.pause_seconds)
                after = line.send(scale.best_seconds, in_flight=most).answered_per_second
                results[times].append((result, result.answered_per_second / ((before + after) / 2)))
                before = after
    overloaded = tuple(
        Phase(f"{times} times", joined([one for one, _ in rounds]), tuple(share for _, share in rounds))
        for times, rounds in results.items()
    )
    return Outcome(store, tuple(carried), Phase("unloaded", joined(quiet)), overloaded)


def main() -> None:
    """Run ``python -m router.bench.overload``."""
    arguments = _arguments()
    scale = QUICK if arguments.quick else FULL
    out = arguments.out or Path(f"build/overload-{arguments.store}.json")
    console = Console(highlight=False, width=140)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="router-overload-") as name,
        console.status("") as status,
        (Path(name) / "bench.log").open("w") as log,
    ):
        configure(log)
        try:
            outcome = measure(arguments.store, scale, Path(name), status.update)
        except BenchError as fault:
            sys.exit(f"overload: {fault}")
        finally:
            configure()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(as_json(outcome, scale, time.monotonic() - started), indent=1) + "\n")
    show(outcome, console)
    console.print(f"  All figures: {out}")
    if not arguments.quick and not all(one.met for one in requirements(outcome)):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m router.bench.overload", description=__doc__)
    parser.add_argument("--store", choices=(SQLITE, POSTGRESQL), default=SQLITE, help="the kind of store")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works; no figures to quote")
    parser.add_argument("--out", type=Path, help="the file to write; build/overload-STORE.json unless given")
    return parser.parse_args()


if __name__ == "__main__":
    main()
