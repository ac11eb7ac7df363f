"""Keeps worker processes alive on one port: starts them, starts a dead one anew, stops them together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from router.audit.events import AuditEvent
from router.audit.log import record
from router.rules.loader import load_pack
from router.service.callers import load_callers
from router.service.decode import micros
from router.service.golive.starting import starting_pack, told_at_start
from router.service.lifeline import WorkerStartError, hear_later, hears_ready, pass_settings
from router.service.settings import Settings, SettingsError
from router.service.sources import PREFIX
from router.store.open import open_store

STOP_SECONDS = 30.0
# The pause before a worker that died at once, or before it served, is started again: no tight loop.
SHORTEST_LIFE_SECONDS = 1.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class _Worker:
    number: int
    process: subprocess.Popen[bytes]
    started: float
    served: threading.Event

    def died_early(self) -> bool:
        """Return whether this worker, now dead, never served, or hardly."""
        return not self.served.is_set() or time.monotonic() - self.started < SHORTEST_LIFE_SECONDS

    def let_go(self) -> None:
        """Close this side of a dead worker's standard input."""
        if self.process.stdin is not None:
            self.process.stdin.close()


class Supervisor:
    """Runs ``settings.workers`` workers on one port."""

    def __init__(self, settings: Settings, *, log: IO[bytes] | None = None) -> None:
        settings.check_files()
        # What all workers would trip over is found once, before the first of them is started.
        self.made_key = not settings.key_file.exists()
        if self.made_key:
            # A new installation begins with the folder's pack, and makes nothing where that has a fault.
            load_pack(settings.pack)
        if settings.callers:
            load_callers(settings.callers)
        settings.make_folders()
        self.told = _look_at_packs(settings)
        if self.made_key:
            record(AuditEvent.KEY_CREATED)
        self._held = _hold_port(settings)
        self.settings = settings.model_copy(update={"port": self._held.getsockname()[1]})
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
            for number in range(self.settings.workers):
                self._workers.append(self._start(number))
        except (WorkerStartError, OSError):
            self.stop()
            raise

    def run(self) -> None:
        """Replace workers that die, until ``interrupt`` or ``stop`` is called.

        It never gives up: what a worker dies of, such as a store that is away for an hour, may pass.
        """
        while not self._stopping.wait(_LOOK_SECONDS):
            for place, worker in enumerate(self._workers):
                code = worker.process.poll()
                if code is None:
                    continue
                if self._stopping.wait(SHORTEST_LIFE_SECONDS if worker.died_early() else 0):
                    return
                record(AuditEvent.WORKER_RESTARTED, worker=str(worker.number), exit_code=str(code))
                worker.let_go()
                try:
                    self._workers[place] = self._start(worker.number, wait=False)
                except OSError:
                    # The machine has no process or memory to give just now: it is asked again after the pause.
                    worker.started = time.monotonic()

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
            worker.let_go()
        self._held.close()

    def _start(self, number: int, *, wait: bool = True) -> _Worker:
        reading, writing = os.pipe()
        # Only the end for readiness is passed: a worker that held the writing end of a sibling's standard input would
        # keep the sibling alive after their supervisor's end.
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module, with options of our own making
                [sys.executable, "-m", "router.service.worker", f"--number={number}", f"--ready={writing}"],
                bufsize=0,
                pass_fds=(writing,),
                stdin=subprocess.PIPE,
                stderr=self._log,
                env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        worker = _Worker(number, process, time.monotonic(), threading.Event())
        pass_settings(process, self.settings)
        if not wait:
            hear_later(reading, worker.served)
            return worker
        try:
            if not hears_ready(reading):
                process.kill()
                process.wait()
                worker.let_go()
                raise WorkerStartError(f"worker {number} did not come up; see its line above")
        finally:
            os.close(reading)
        worker.served.set()
        return worker


def _look_at_packs(settings: Settings) -> str:
    """Open the store, which makes a new one, and return a line about the folder's pack where it does not decide."""
    store = open_store(settings.store_url, settings.key_file)
    try:
        with store.read() as reader:
            start = starting_pack(reader, settings.pack, micros(datetime.now(UTC)))
    finally:
        store.close()
    digest, line = told_at_start(start, settings.pack)
    if line:
        record(AuditEvent.PACK_FOLDER_DIFFERS, pack_digest=start.pack.digest, folder_digest=digest)
    return line


def _hold_port(settings: Settings) -> socket.socket:
    """Hold the port without listening, so that workers can share it and nobody takes it between two of their lives."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        held.bind((settings.host, settings.port))
    except OSError as error:
        held.close()
        raise SettingsError(
            f"{settings.whence('host')} and {settings.whence('port')}: the router cannot listen there: "
            f"{error.strerror}: name an address of this machine and a port that is free"
        ) from None
    return held
