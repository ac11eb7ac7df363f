"""The load generator, a process of its own: keeps a number of requests in flight and times what comes back.

It is told on standard input which requests, and answers on standard output, both as JSON. The clock starts after the
first ``warm_up`` requests have been answered; everything that can be done before it is.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import grpc
import orjson
import uvloop
from google.rpc import code_pb2, error_details_pb2, status_pb2

from router.bench.machine import cpu_seconds
from router.v1 import routing_service_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["RoutingService"].full_name
UNARY = "SubmitReferral"
STREAM = "SubmitReferrals"
_ANSWER_SECONDS = 60.0
_STATUS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Order:
    """What to send. ``requests`` is a file written by ``write_requests``; ``pid`` is the server's."""

    address: str
    pid: int
    requests: str
    stream: bool
    in_flight: int
    warm_up: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it. ``refused`` counts items of a stream that had a fault.

    Whoever was turned away for want of room came again, as told, and is counted once.
    """

    answered: int
    refused: int
    seconds: float
    server_cpu_seconds: float
    reply_bytes: float
    p50_ms: float
    p99_ms: float


def write_requests(file: Path, requests: Sequence[bytes]) -> None:
    """Write requests to a file, each with its length before it."""
    file.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in requests))


def read_requests(file: Path) -> Iterator[bytes]:
    """Yield the requests of a file that ``write_requests`` wrote."""
    content = file.read_bytes()
    place = 0
    while place < len(content):
        end = place + 4 + int.from_bytes(content[place : place + 4], "big")
        yield content[place + 4 : end]
        place = end


class _Sender:
    """Sends requests over one channel and keeps the answers with the time that each took."""

    def __init__(self, channel: grpc.aio.Channel, order: Order) -> None:
        self._channel = channel
        self._in_flight = order.in_flight
        self._send = self._over_stream if order.stream else self._one_by_one
        self.answers: list[bytes] = []
        self.times: list[float] = []

    async def send(self, requests: Sequence[bytes]) -> None:
        """Send every request and wait for every answer."""
        await self._send(requests)

    async def _one_by_one(self, requests: Sequence[bytes]) -> None:
        call = self._channel.unary_unary(f"/{SERVICE}/{UNARY}", None, None)
        waiting = iter(requests)

        async def caller() -> None:
            for request in waiting:
                started = time.perf_counter()
                self.answers.append(await _answer(call, request))
                self.times.append(time.perf_counter() - started)

        await asyncio.gather(*(caller() for _ in range(self._in_flight)))

    async def _over_stream(self, requests: Sequence[bytes]) -> None:
        call = self._channel.stream_stream(f"/{SERVICE}/{STREAM}", None, None)(None, timeout=_ANSWER_SECONDS)
        room = asyncio.Semaphore(self._in_flight)
        started: list[float] = []
        waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        for request in requests:
            waiting.put_nowait(request)

        async def write() -> None:
            while (request := await waiting.get()) is not None:
                await room.acquire()
                started.append(time.perf_counter())
                await call.write(request)
            await call.done_writing()

        writing = asyncio.create_task(write())
        # Answers come in the order in which they finish; of each the place is enough to tell the usual time.
        while len(self.answers) < len(requests):
            answer = await call.read()
            if not isinstance(answer, bytes):  # the end of the stream
                break
            room.release()
            refused = _refusal(answer)
            if refused is not None and refused.error.code == code_pb2.RESOURCE_EXHAUSTED:
                await asyncio.sleep(refused.error.retry_after_ms / 1000)
                waiting.put_nowait(_item_of(requests, refused.request_id))
                continue
            self.times.append(time.perf_counter() - started[len(self.answers)])
            self.answers.append(answer)
        waiting.put_nowait(None)
        await writing


def _refusal(answer: bytes) -> pb.SubmitReferralsResponse | None:
    """Return the answer to an item that was refused, None for any other."""
    # An echo's zeros are no message at all, and no refusal either.
    if answer.startswith(b"\0"):
        return None
    item = pb.SubmitReferralsResponse.FromString(answer)
    return item if item.HasField("error") else None


def _item_of(requests: Sequence[bytes], request_id: str) -> bytes:
    """Return the item of a stream that has this id."""
    return next(one for one in requests if pb.SubmitReferralsRequest.FromString(one).request.request_id == request_id)


async def _answer(call: Any, request: bytes) -> bytes:
    """Return the answer; whoever is turned away waits as he is told, and asks again."""
    while True:
        try:
            return bytes(await call(request, timeout=_ANSWER_SECONDS))
        except grpc.aio.AioRpcError as error:
            wait = seconds_to_wait(error)
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED or wait is None:
                raise
            await asyncio.sleep(wait)


def seconds_to_wait(error: grpc.aio.AioRpcError) -> float | None:
    """Return the time that a refusal says to wait, None where it does not have exactly one reason and such a time."""
    metadata: Any = error.trailing_metadata() or ()
    details = dict(metadata).get(_STATUS)
    if not isinstance(details, bytes):
        return None
    infos, waits = 0, []
    for detail in status_pb2.Status.FromString(details).details:
        retry = error_details_pb2.RetryInfo()
        infos += detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR)
        if detail.Unpack(retry):
            waits.append(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9)
    return waits[0] if infos == 1 and len(waits) == 1 and waits[0] > 0 else None


async def run(order: Order) -> Result:
    """Send what ``order`` says."""
    requests = list(read_requests(Path(order.requests)))
    async with grpc.aio.insecure_channel(order.address) as channel:
        await channel.channel_ready()
        await _Sender(channel, order).send(requests[: order.warm_up])
        sender = _Sender(channel, order)
        cpu, started = cpu_seconds(order.pid), time.perf_counter()
        await sender.send(requests[order.warm_up :])
        seconds, used = time.perf_counter() - started, cpu_seconds(order.pid) - cpu
    times = sorted(sender.times)
    return Result(
        answered=len(times),
        refused=sum(_refusal(one) is not None for one in sender.answers) if order.stream else 0,
        seconds=seconds,
        server_cpu_seconds=used,
        reply_bytes=sum(map(len, sender.answers)) / len(times),
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
    )


def main() -> None:
    """Read an order, carry it out, and say what came of it."""
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(run(order)))))


if __name__ == "__main__":
    main()
