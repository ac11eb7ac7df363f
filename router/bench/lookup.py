"""Measures looking one family up among a million in the embedded store, and whole decisions beside a small store.

Run ``python -m router.bench.lookup``. It fills two stores, encrypted as they are served, from a made-up register: with
``--small`` families and with ``--families``. It needs some 3 GB of disk for a million, and gives them back.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from router.audit.log import configure
from router.bench.events import population_events
from router.bench.looking import (
    Found,
    Looked,
    decide,
    forget_file,
    look_at_keys,
    look_up,
    memory_mb,
    recall_file,
    served,
    work_of,
)
from router.bench.lookup_report import as_json, requirements, show
from router.bench.register import Families, write
from router.bench.register_events import Arrivals
from router.service.core import Core
from router.service.registers.loading import load_file
from router.service.settings import IsolatedSettings
from router.service.worker import collect_seldom
from router.v1 import referral_pb2 as pb

SEED = 7
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured: families in each store, lookups, ``cold`` ones before them, and rounds of decisions."""

    families: int
    small: int
    lookups: int
    cold: int
    rounds: int
    decisions: int


@dataclass(slots=True)
class Store:
    """One store: how it was loaded, how big it is, and what was measured on it."""

    families: int
    loaded_per_second: float
    file_mb: float
    cold: Looked = field(default_factory=Looked)
    warm: Looked = field(default_factory=Looked)
    wall_ms: dict[int, list[float]] = field(default_factory=dict)
    cpu_ms: dict[int, list[float]] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """Everything that was measured. ``rss_mb`` is of a process that has only the big store, after its lookups.

    ``load`` is what the machine had to do besides: its load average over the last minute, at the start and the end.
    """

    small: Store
    big: Store
    found: Found
    rss_mb: float
    most_mb: float
    load: tuple[float, float]


def measure(scale: Scale, folder: Path, tell: Tell) -> Outcome:
    """Measure. ``folder`` is for the stores; ``tell`` hears what is being done."""
    templates = population_events(datetime.now(UTC).date())
    big, of_big = _filled(folder / "big", scale.families, templates, tell)
    small, of_small = _filled(folder / "small", scale.small, templates, tell)
    busy = os.getloadavg()[0]
    forget_file(folder / "big")
    with served(folder / "big") as many:
        collect_seldom()
        tell("lookups among many, cold")
        big.cold = look_up(many, of_big, scale.cold)
        recall_file(folder / "big")
        tell("lookups among many")
        look_up(many, of_big, scale.cold)
        big.warm = look_up(many, of_big, scale.lookups)
        rss, most = memory_mb(), memory_mb("VmHWM")
        found = look_at_keys(many, of_big, min(scale.lookups, 1_000))
        forget_file(folder / "small")
        with served(folder / "small") as few:
            tell("lookups among few")
            small.cold = look_up(few, of_small, scale.cold)
            small.warm = look_up(few, of_small, scale.lookups)
            sides = ((small, few, of_small), (big, many, of_big))
            for number in range(1, scale.rounds + 1):
                for at_once in (1, 64):
                    tell(f"decisions: round {number} of {scale.rounds}, {at_once} at once")
                    # Turn about, since what disturbs the machine disturbs both of a pair.
                    for store, core, arrivals in sides if number % 2 else sides[::-1]:
                        _decided(store, core, arrivals, scale.decisions, at_once)
    return Outcome(small, big, found, rss, most, (busy, os.getloadavg()[0]))


def _decided(store: Store, core: Core, arrivals: Arrivals, count: int, at_once: int) -> None:
    works = [work_of(core, arrivals)[0] for _ in range(count if at_once > 1 else count // 4)]
    wall, cpu = decide(core, works, at_once)
    store.wall_ms.setdefault(at_once, []).append(wall)
    store.cpu_ms.setdefault(at_once, []).append(cpu)


def _filled(data: Path, count: int, templates: Sequence[pb.ReferralEvent], tell: Tell) -> tuple[Store, Arrivals]:
    """Return a store of so many families, one that was kept or a new one, and referrals that it has not had."""
    note = data / "made.json"
    made = json.loads(note.read_text()) if note.exists() else _made(data, count, tell)
    made["runs"] += 1
    note.write_text(json.dumps(made))
    store = Store(**made["store"])
    families = Families(SEED, date.fromisoformat(made["today"]))
    return store, Arrivals(families, store.families, templates, made["runs"])


def _made(data: Path, count: int, tell: Tell) -> dict[str, Any]:
    register = data.with_suffix(".jsonl")
    today = datetime.now(UTC).date()
    tell(f"making a register of {count:,} families")
    write(register, Families(SEED, today), count)
    settings = IsolatedSettings(data=data)
    tell(f"loading {count:,} families")
    done = load_file(settings, register, _nobody_watches)
    register.unlink()
    store = {
        "families": done.families,
        "loaded_per_second": done.records / done.seconds,
        "file_mb": (data / "router.db").stat().st_size / 1e6,
    }
    return {"today": today.isoformat(), "runs": 0, "store": store}


def _nobody_watches(_size: int, _records: int) -> None:
    pass


def main() -> None:
    """Run ``python -m router.bench.lookup``."""
    arguments = _arguments()
    scale = Scale(families=arguments.families, small=arguments.small, lookups=2_000, cold=200, rounds=5, decisions=640)
    if arguments.quick:
        scale = Scale(families=400, small=100, lookups=50, cold=20, rounds=1, decisions=32)
    console = Console(highlight=False, width=140)
    started = time.monotonic()
    with _folder(arguments.keep) as folder, console.status("") as status, (folder / "bench.log").open("w") as log:
        configure(log)
        try:
            outcome = measure(scale, folder, status.update)
        finally:
            configure()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(as_json(outcome, scale, time.monotonic() - started), indent=1) + "\n")
    show(outcome, console)
    console.print(f"  All figures: {arguments.out}")
    if not arguments.quick and not all(one.met for one in requirements(outcome)):
        sys.exit(1)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="router-lookup-") as name:
            yield Path(name)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m router.bench.lookup", description=__doc__)
    parser.add_argument("--families", type=int, default=1_000_000, help="families of the big store")
    parser.add_argument("--small", type=int, default=10_000, help="families of the small store")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works; no figures to quote")
    parser.add_argument("--keep", type=Path, help="a folder to keep the stores in; what it has is measured again")
    parser.add_argument("--out", type=Path, default=Path("build/lookup.json"), help="the file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
