"""The measurement as a whole: the stores that it needs, its legs and rounds, and the stages."""

from __future__ import annotations

import functools
import itertools
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from router.audit.log import configure
from router.bench import stages
from router.bench.events import Source, as_stream_item
from router.bench.figures import Leg, Round, Stages
from router.bench.machine import pinned, server_core
from router.bench.postgres import PostgresServer
from router.bench.serving import Server, load, run_echo, run_router
from router.rules.loader import load_pack
from router.service.admission import LEAST, Rank
from router.service.core import Core, build_core
from router.service.settings import DEFAULT_PACK, IsolatedSettings
from router.v1 import routing_service_pb2 as pb

UNARY, STREAM = "unary", "stream"
EMPTY, PRELOADED, POSTGRESQL = "empty", "preloaded", "postgresql"
WARM, COLD = "warm", "cold"
SEED = 20261101

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    rounds: int
    requests: int
    preloaded: int
    stage_requests: int
    legs: tuple[tuple[str, str, str], ...]
    in_flight: int = 64
    # Fewer than the router takes at once whatever they cost: a place is given back just after its answer. A stream it
    # reads as fast as it answers.
    calls_in_flight: int = LEAST[Rank.ORDINARY] - 2
    warm_up: int = 128


FULL = Scale(
    rounds=3,
    requests=1_000,
    preloaded=5_000,
    stage_requests=1_280,
    legs=(
        *itertools.product((UNARY,), (EMPTY, PRELOADED, POSTGRESQL), (WARM, COLD)),
        *itertools.product((STREAM,), (EMPTY, PRELOADED, POSTGRESQL), (WARM,)),
    ),
)
QUICK = Scale(
    rounds=1,
    requests=128,
    preloaded=128,
    stage_requests=128,
    legs=((UNARY, EMPTY, WARM), (STREAM, PRELOADED, COLD), (UNARY, POSTGRESQL, WARM)),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was measured. ``families`` is how many the preloaded store holds."""

    legs: tuple[Leg, ...]
    stages: tuple[Stages, ...]
    kinds: int
    families: int
    request_bytes: float
    reply_bytes: float


def run(scale: Scale, folder: Path, tell: Tell) -> Outcome:
    """Measure. ``folder`` is for files of the run; ``tell`` hears what is being done."""
    with (folder / "bench.log").open("w") as log:
        configure(log)
        try:
            return _run(scale, folder, tell)
        finally:
            configure()


def _run(scale: Scale, folder: Path, tell: Tell) -> Outcome:
    source = Source(load_pack(DEFAULT_PACK), SEED)
    tell(f"making a store of {scale.preloaded} referrals")
    preloaded = folder / PRELOADED
    families, reply_bytes = _preload(preloaded, source.plain(scale.preloaded))
    sample = source.plain(source.kinds)
    legs: dict[tuple[str, str, str], list[Round]] = {leg: [] for leg in scale.legs}
    with run_echo(round(reply_bytes)) as echo, PostgresServer() as database:
        for number in range(1, scale.rounds + 1):
            for (call, store, vectors), rounds in legs.items():
                tell(f"round {number} of {scale.rounds}: {call}, {store} store, {vectors}")
                data = folder / "data"
                if store == PRELOADED:
                    shutil.copytree(preloaded, data)
                requests = _requests(source, scale, vectors)
                url = database.new_database() if store == POSTGRESQL else None
                rounds.append(_round(echo, data, url, requests, scale, folder, stream=call == STREAM))
                shutil.rmtree(data)
    by_stage = tuple(_stages(source, scale, vectors, folder, tell) for vectors in (WARM, COLD))
    return Outcome(
        tuple(Leg(*key, tuple(rounds)) for key, rounds in legs.items()),
        by_stage,
        source.kinds,
        families,
        sum(map(len, sample)) / len(sample),
        reply_bytes,
    )


def _requests(source: Source, scale: Scale, vectors: str) -> list[bytes]:
    make = source.plain if vectors == WARM else source.varied
    return make(scale.warm_up + scale.requests)


def _round(
    echo: Server, data: Path, url: str | None, requests: list[bytes], scale: Scale, folder: Path, *, stream: bool
) -> Round:
    if stream:
        requests = [as_stream_item(one) for one in requests]
    send = functools.partial(
        load,
        requests=requests,
        stream=stream,
        in_flight=scale.in_flight if stream else scale.calls_in_flight,
        warm_up=scale.warm_up,
        folder=folder,
    )
    echoed = send(echo)
    with run_router(data, store=url) as router:
        routed = send(router)
    return Round(echoed, routed, router.hit_rate or 0.0)


def _preload(data: Path, requests: list[bytes]) -> tuple[int, float]:
    """Fill a store, and return how many families it holds and how long an answer is."""
    families = set()
    size = 0
    with _core(data) as core:
        for answer in stages.run(core, requests):
            families.add(pb.SubmitReferralResponse.FromString(answer).decision.family_id)
            size += len(answer)
    return len(families), size / len(requests)


def _stages(source: Source, scale: Scale, vectors: str, folder: Path, tell: Tell) -> Stages:
    data = folder / "stages"
    rounds = []
    for number in range(1, scale.rounds + 1):
        tell(f"stages, {vectors}: round {number} of {scale.rounds}")
        make = source.plain if vectors == WARM else source.varied
        with _core(data) as core:
            deque(stages.run(core, make(scale.warm_up)), maxlen=0)
            with pinned(server_core()):
                rounds.append(stages.measure(core, make(scale.stage_requests)))
        shutil.rmtree(data)
    return Stages(vectors, tuple(rounds))


@contextmanager
def _core(data: Path) -> Iterator[Core]:
    """Put the service together in this process."""
    core = build_core(IsolatedSettings(data=data, port=0))
    try:
        yield core
    finally:
        core.close()
