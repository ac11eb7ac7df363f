"""Keeps worker processes alive on one port: starts them, starts a dead one anew, stops them together."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from router.audit.events import AuditEvent
from router.audit.log import record
from router.rules.loader import load_pack
from router.service.callers import load_callers
from router.service.settings import Settings
from router.store.open import open_store

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
# A worker that dies at once is not started again in a tight loop.
SHORTEST_LIFE_SECONDS = 1.0
_LOOK_SECONDS = 0.05


class WorkerStartError(Exception):
    """A worker did not come up. Its own lines on standard error say why."""


@dataclass(slots=True)
class _Worker:
    number: int
    process: subprocess.Popen[bytes]
    started: float


class Supervisor:
    """Runs ``settings.workers`` workers on one port."""

    def __init__(self, settings: Settings, *, log: IO[bytes] | None = None) -> None:
        settings.check()
        # What all workers would trip over is found once, before the first of them is started.
        load_pack(settings.pack)
        if settings.callers:
            load_callers(settings.callers)
        settings.data.mkdir(parents=True, exist_ok=True)
        self.made_key = not settings.key_file.exists()
        open_store(settings.store_url, settings.key_file).close()
        if self.made_key:
            record(AuditEvent.KEY_CREATED)
        self._held = _hold_port(settings)
        self.settings = replace(settings, port=self._held.getsockname()[1])
        self._log = log
        self._stopping = threading.Event()
        self._workers: list[_Worker] = []

    @property
    def address(self) -> str:
        """Where the workers listen."""
        return f"{self.settings.host}:{self.settings.port}"

    @property
    def pids(self) -> list[int]:
        """The workers' process ids."""
        return [one.process.pid for one in self._workers]

    def start(self) -> None:
        """Start every worker and return once each of them serves. Raises ``WorkerStartError``."""
        try:
            self._workers = [self._start(number) for number in range(self.settings.workers)]
        except WorkerStartError:
            self.stop()
            raise

    def run(self) -> None:
        """Replace workers that die, until ``stop`` is called."""
        while not self._stopping.wait(_LOOK_SECONDS):
            for place, worker in enumerate(self._workers):
                code = worker.process.poll()
                if code is not None and not self._stopping.is_set():
                    record(AuditEvent.WORKER_RESTARTED, worker=str(worker.number), exit_code=str(code))
                    if time.monotonic() - worker.started < SHORTEST_LIFE_SECONDS:
                        self._stopping.wait(SHORTEST_LIFE_SECONDS)
                    self._workers[place] = self._start(worker.number, wait=False)

    def interrupt(self) -> None:
        """Make ``run`` return; safe to call from a signal handler."""
        self._stopping.set()

    def stop(self) -> None:
        """Let every worker finish what it took, then end it."""
        self._stopping.set()
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        for worker in self._workers:
            try:
                worker.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self._held.close()

    def _start(self, number: int, *, wait: bool = True) -> _Worker:
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "router.service.worker", *self._options(), f"--number={number}"]
        process = subprocess.Popen(  # noqa: S603 - our own module, with options of our own making
            [*command, f"--ready={writing}"], pass_fds=(writing,), stdin=subprocess.DEVNULL, stderr=self._log
        )
        os.close(writing)
        try:
            if wait and not _says_ready(reading):
                process.kill()
                raise WorkerStartError(f"worker {number} did not come up; see its lines above")
        finally:
            os.close(reading) if wait else _drain_later(reading)
        return _Worker(number, process, time.monotonic())

    def _options(self) -> list[str]:
        settings = self.settings
        paths: dict[str, Path | None] = {
            "data": settings.data,
            "pack": settings.pack,
            "tls-certificate": settings.tls_certificate,
            "tls-key": settings.tls_key,
            "tls-client-ca": settings.tls_client_ca,
            "callers": settings.callers,
        }
        given = [f"--{name}={path}" for name, path in paths.items() if path is not None]
        return [*given, f"--host={settings.host}", f"--port={settings.port}"]


def _hold_port(settings: Settings) -> socket.socket:
    """Hold the port without listening, so that workers can share it and nobody takes it between two of their lives."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((settings.host, settings.port))
    return held


def _says_ready(reading: int) -> bool:
    # The pipe ends without a word when the worker dies.
    ready, _, _ = select.select([reading], [], [], READY_SECONDS)
    return bool(ready) and bool(os.read(reading, 16))


def _drain_later(reading: int) -> None:
    # The new worker must be able to say that it is ready although nobody waits for it.
    threading.Thread(target=_drain, args=(reading,), daemon=True).start()


def _drain(reading: int) -> None:
    os.read(reading, 16)
    os.close(reading)
