"""The open load generator, a process of its own: requests arrive when they arrive, whether or not the last is answered.

It is told on standard input what to send, and answers on standard output, both as JSON. A request that was shed changed
nothing, so it goes to the end of the line and is sent again later, under the same id, as a real sender would.
"""

from __future__ import annotations

import asyncio
import functools
import operator
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from random import Random

import grpc
import orjson
import uvloop

from router.bench.load import SERVICE, UNARY, read_requests, seconds_to_wait
from router.bench.machine import cpu_seconds

_ANSWER_SECONDS = 30.0
_GIVES_WAY = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What to send and how: ``per_second`` at random moments, or, where that is 0, ``in_flight`` at all times.

    ``ordinary`` and ``dangerous`` are files written by ``write_requests``; ``share`` of what is sent comes from the
    second. ``pid`` is the server's.
    """

    address: str
    pid: int
    ordinary: str
    dangerous: str
    share: float
    seconds: float
    per_second: float = 0.0
    in_flight: int = 0
    channels: int = 4
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it.

    ``answered_ms`` and ``shed_ms`` hold a time for each request that was, from the moment at which it was due.
    ``bare`` counts refusals that lack exactly one ``ErrorInfo``, or the time to wait; ``failed`` what was neither
    answered nor shed, by code. ``late_ms`` is how far behind its schedule the generator sent each request, ``unsent``
    what it had no request for.
    """

    offered: int
    answered_ms: Sequence[float]
    shed_ms: Sequence[float]
    late_ms: Sequence[float]
    failed: Mapping[str, int]
    bare: int
    dangerous_offered: int
    dangerous_shed: int
    retry_seconds: float
    unsent: int
    seconds: float
    server_cpu_seconds: float
    own_cpu_seconds: float

    @property
    def answered(self) -> int:
        """How many were answered."""
        return len(self.answered_ms)

    @property
    def shed(self) -> int:
        """How many were turned away."""
        return len(self.shed_ms)

    @property
    def answered_per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds

    @property
    def own_cpu_share(self) -> float:
        """The part of its core that the generator used."""
        return self.own_cpu_seconds / self.seconds


def joined(results: Sequence[Result]) -> Result:
    """Return several measurements of one load as one."""
    failed: Counter[str] = Counter()
    for one in results:
        failed.update(one.failed)
    return Result(
        failed=failed,
        **{
            each.name: functools.reduce(operator.add, (getattr(one, each.name) for one in results))
            for each in fields(Result)
            if each.name != "failed"
        },
    )


def percentile(times: Sequence[float], hundredths: int) -> float:
    """Return the time that so many in a hundred are below; 0 of none."""
    return sorted(times)[len(times) * hundredths // 100] if times else 0.0


@dataclass(slots=True)
class _Tally:
    answered: list[float] = field(default_factory=list)
    shed: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    bare: int = 0
    offered: int = 0
    dangerous_offered: int = 0
    dangerous_shed: int = 0
    retry_seconds: float = 0.0
    unsent: int = 0


class _Sender:
    def __init__(self, order: Order, channels: list[grpc.aio.Channel]) -> None:
        self._order = order
        self._calls = [one.unary_unary(f"/{SERVICE}/{UNARY}", None, None) for one in channels]
        self._rng = Random(order.seed)  # noqa: S311 - arrivals, not secrets
        self._lines = {
            False: deque(read_requests(Path(order.ordinary))),
            True: deque(read_requests(Path(order.dangerous))),
        }
        self.tally = _Tally()

    async def at_random_moments(self) -> None:
        """Send for the time that was ordered, at moments of a Poisson process, and wait for every answer."""
        tasks: set[asyncio.Task[float]] = set()
        due = started = time.perf_counter()
        while (due := due + self._rng.expovariate(self._order.per_second)) - started < self._order.seconds:
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            elif len(tasks) % 16 == 0:
                # behind its schedule: let answers in all the same, or their times would be the generator's
                await asyncio.sleep(0)
            self.tally.late.append(time.perf_counter() - due)
            task = asyncio.ensure_future(self._one(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def always_in_flight(self) -> None:
        """Keep so many requests under way for the time that was ordered; who was shed waits as it was told to."""
        end = time.perf_counter() + self._order.seconds

        async def caller() -> None:
            while (now := time.perf_counter()) < end:  # noqa: ASYNC110 - as long as it was told to
                await asyncio.sleep(await self._one(now))

        await asyncio.gather(*(caller() for _ in range(self._order.in_flight)))

    async def _one(self, due: float) -> float:
        """Send one request and return how long to wait before the next, as the server says."""
        dangerous = self._rng.random() < self._order.share
        line = self._lines[dangerous]
        if not line:
            self.tally.unsent += 1
            return 0.01
        request = line.popleft()
        self.tally.offered += 1
        self.tally.dangerous_offered += dangerous
        call = self._calls[self.tally.offered % len(self._calls)]
        try:
            await call(request, timeout=_ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                self.tally.failed[error.code().name] += 1
                return 0.01
            self.tally.shed.append(time.perf_counter() - due)
            self.tally.dangerous_shed += dangerous
            line.append(request)
            wait = seconds_to_wait(error)
            self.tally.bare += wait is None
            self.tally.retry_seconds += wait or 0.0
            return wait or 0.01
        self.tally.answered.append(time.perf_counter() - due)
        return 0.0


async def run(order: Order) -> Result:
    """Send what ``order`` says."""
    # Channels to one address share a connection unless each has options of its own.
    channels = [
        grpc.aio.insecure_channel(order.address, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(order.channels)
    ]
    await asyncio.gather(*(one.channel_ready() for one in channels))
    sender = _Sender(order, channels)
    cpu, own, started = cpu_seconds(order.pid), time.process_time(), time.perf_counter()
    await (sender.at_random_moments() if order.per_second else sender.always_in_flight())
    seconds = time.perf_counter() - started
    tally = sender.tally
    result = Result(
        offered=tally.offered,
        answered_ms=_in_ms(tally.answered),
        shed_ms=_in_ms(tally.shed),
        late_ms=_in_ms(tally.late),
        failed=dict(tally.failed),
        bare=tally.bare,
        dangerous_offered=tally.dangerous_offered,
        dangerous_shed=tally.dangerous_shed,
        retry_seconds=tally.retry_seconds,
        unsent=tally.unsent,
        seconds=seconds,
        server_cpu_seconds=cpu_seconds(order.pid) - cpu,
        own_cpu_seconds=time.process_time() - own,
    )
    await asyncio.gather(*(one.close(None) for one in channels))
    return result


def _in_ms(times: list[float]) -> list[float]:
    return [round(one * 1000, 3) for one in times]


def main() -> None:
    """Read an order, carry it out, and say what came of it."""
    # Callers have machines of their own: here they must not take the time of the database, whose core they share.
    os.nice(_GIVES_WAY)
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(run(order)))))


if __name__ == "__main__":
    main()
