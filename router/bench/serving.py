"""Starts what is measured, each as a process of its own on its own core: the router, the echo, the load generator."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from pydantic import SecretStr

from router.audit.events import AuditEvent
from router.bench.load import Order, Result, write_requests
from router.bench.machine import load_core, pinned, server_core
from router.service.settings import IsolatedSettings
from router.service.supervisor import Supervisor

_LOAD_SECONDS = 300.0


class BenchError(Exception):
    """Something that should have been measured did not run, or did not answer everything."""


@dataclass(slots=True)
class Server:
    """A running server. ``hit_rate`` of a router's rule engine is known once it has stopped."""

    address: str
    pid: int
    hit_rate: float | None = None


@contextmanager
def run_router(data: Path, *, store: str | None = None) -> Iterator[Server]:
    """Run the router with one worker on the store of this URL or else in ``data``, which is made if it is missing."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "router.log"
    with log.open("wb") as lines:
        supervisor = Supervisor(
            IsolatedSettings(data=data, port=0, store=SecretStr(store) if store else None), log=lines
        )
        with pinned(server_core()):
            supervisor.start()
        server = Server(supervisor.address, supervisor.pids[0])
        try:
            yield server
        finally:
            supervisor.stop()
    server.hit_rate = _hit_rate(log)


@contextmanager
def run_echo(reply_size: int) -> Iterator[Server]:
    """Run the echo server."""
    command = [sys.executable, "-m", "router.bench.echo", f"--size={reply_size}"]
    with pinned(server_core()):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
    if process.stdout is None or not (port := process.stdout.readline().strip()):
        raise BenchError("the echo server did not start; its own lines above say why")
    try:
        yield Server(f"127.0.0.1:{int(port)}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def load(
    server: Server, requests: Sequence[bytes], *, stream: bool, in_flight: int, warm_up: int, folder: Path
) -> Result:
    """Send requests from a process of its own. The first ``warm_up`` are not measured. Raises ``BenchError``."""
    file = folder / "requests"
    write_requests(file, requests)
    order = Order(server.address, server.pid, str(file), stream, in_flight, warm_up)
    with pinned(load_core()):
        done = subprocess.run(
            [sys.executable, "-m", "router.bench.load"],
            input=orjson.dumps(asdict(order)),
            stdout=subprocess.PIPE,
            timeout=_LOAD_SECONDS,
            check=False,
        )
    if done.returncode:
        raise BenchError("the load generator failed; its own lines above say why")
    result = Result(**orjson.loads(done.stdout))
    sent = len(requests) - warm_up
    if result.refused or result.answered != sent:
        raise BenchError(f"of {sent} requests {result.answered} were answered, {result.refused} of them with a refusal")
    return result


def _hit_rate(log: Path) -> float | None:
    for line in log.read_bytes().splitlines():
        if AuditEvent.SERVICE_STOPPED.value.encode() in line:
            fields = orjson.loads(line)
            hits, misses = int(fields["engine_hits"]), int(fields["engine_misses"])
            return hits / (hits + misses) if hits + misses else None
    return None
