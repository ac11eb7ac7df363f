"""One installation as an operator would run it: replicas of ``router serve`` over one store, as processes of their own.

Everything can be killed with SIGKILL and started anew, the database included. Ports stay the same throughout.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from router.bench.postgres import PostgresServer
from router.store.interface import Store
from router.store.open import open_store

ROUTER = Path(sys.executable).with_name("router")
_READY = "router serves on"


class NotServingError(Exception):
    """A replica did not come up."""


@dataclass
class Replica:
    """One ``router serve`` with its workers, on a port of its own."""

    command: list[str]
    held: socket.socket
    log: IO[bytes]
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.held.getsockname()[1]}"

    @property
    def pid(self) -> int:
        """The supervisor's process."""
        assert self.process is not None
        return self.process.pid

    def workers(self) -> list[int]:
        """Return the processes of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(each) for each in children.read_text().split()] if children.exists() else []

    def start(self) -> None:
        """Start it and return once it says that it serves."""
        self.process = subprocess.Popen(
            [*self.command, f"--port={self.held.getsockname()[1]}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")},
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(_READY):
                return
        last = Path(self.log.name).read_text().splitlines()[-1:]
        raise NotServingError(f"{self.address} did not come up; the last that it said: {last}")

    def kill(self) -> None:
        """Kill the supervisor with SIGKILL; its workers are to end by themselves."""
        assert self.process is not None
        self.process.kill()
        self._wait()

    def kill_with_workers(self) -> None:
        """Kill the supervisor and its workers, each with SIGKILL."""
        # The supervisor first, which would start others.
        for pid in (self.pid, *self.workers()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        # Read to its end, so that nobody who stops waits for room to say so.
        self.process.communicate()


@dataclass
class Installation:
    """Replicas over one store."""

    kind: str
    folder: Path
    url: str
    key_file: Path
    database: PostgresServer | None = None
    replicas: list[Replica] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Where the replicas listen."""
        return [each.address for each in self.replicas]

    def logs(self) -> list[Path]:
        """Return the replicas' logs."""
        return [Path(each.log.name) for each in self.replicas]

    def open_store(self) -> Store:
        """Open the store past the replicas."""
        return open_store(self.url, self.key_file, create=False)

    def check(self) -> list[str]:
        """Run ``router store check`` and return what it found wrong."""
        command = [ROUTER, "store", "check", "--json", f"--store={self.url}", f"--key-file={self.key_file}"]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        wrong = [f"{one['check']}: {one['wrong']}, such as {one['examples']}" for one in results if one["wrong"]]
        return wrong if results and done.returncode == bool(wrong) else [f"the check ended with {done.returncode}"]

    def add_replica(self, *, workers: int) -> Replica:
        """Start one more replica."""
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Bound and not listening: nobody else takes the port between two of the replica's lives.
        held.bind(("127.0.0.1", 0))
        number = len(self.replicas)
        command = [str(ROUTER), "serve", f"--data={self.folder / f'replica{number}'}", f"--workers={workers}"]
        command += [f"--store={self.url}", f"--key-file={self.key_file}"]
        replica = Replica(command, held, (self.folder / f"replica{number}.log").open("ab"))
        self.replicas.append(replica)
        replica.start()
        return replica


@contextmanager
def installation(kind: str, *, replicas: int, workers: int) -> Iterator[Installation]:
    """Run an installation of ``replicas`` over a new store of this kind until the block ends."""
    with tempfile.TemporaryDirectory(prefix="router-fault-") as name, _database(kind) as database:
        folder = Path(name)
        url = database.new_database() if database else f"sqlite:///{folder}/router.db"
        made = Installation(kind, folder, url, folder / "router.key", database)
        try:
            for _ in range(replicas):
                made.add_replica(workers=workers)
            yield made
        finally:
            for replica in made.replicas:
                replica.stop()
                replica.held.close()
                replica.log.close()


@contextmanager
def _database(kind: str) -> Iterator[PostgresServer | None]:
    if kind == "sqlite":
        yield None
    else:
        with PostgresServer() as server:
            yield server
