"""A supervisor that is killed leaves no worker behind, and one whose workers cannot start keeps trying."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO, Any
from unittest.mock import Mock

import grpc
import pytest

from router.service import supervisor as module
from router.service.settings import Settings
from router.service.supervisor import Supervisor, WorkerStartError
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.processes import all_ended, children, router_serve, watched
from tests.support.requests import choice, event, submit

CANARY = "canary-9d1f"
REQUESTS = [submit(event(number, choice("parent_illness_severity", "moderate"))) for number in range(1, 9)]


def answers(address: str) -> list[bytes]:
    """Send the requests, each over a connection of its own so that every worker gets some, and return the answers."""
    found = []
    for request in REQUESTS:
        with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            answer = RoutingServiceStub(channel).SubmitReferral(request, wait_for_ready=True, timeout=60)
            found.append(answer.SerializeToString())
    return found


def wait_for_lines(lines: IO[bytes], mark: bytes, count: int) -> list[bytes]:
    """Read lines until so many of them hold the mark; return those."""
    found: list[bytes] = []
    while len(found) < count:
        line = lines.readline()
        assert line, "the log ended"
        if mark in line:
            found.append(line)
    return found


def assert_each_holds_its_own_lifeline_only(supervisor: Supervisor) -> None:
    """See in every worker's open files that of all lifelines it has the reading end of its own."""
    pipes = {}
    for worker in supervisor._workers:
        assert worker.process.stdin is not None
        pipes[worker.process.pid] = Path(f"/proc/self/fd/{worker.process.stdin.fileno()}").readlink()
    for pid, own in pipes.items():
        held = {file.name: file.readlink() for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
        assert {name for name, pipe in held.items() if pipe in pipes.values()} == {"0"}
        assert held["0"] == own


def test_a_killed_supervisor_leaves_no_worker_behind(tmp_path: Path) -> None:
    """``kill -9``: the workers end, one that was restarted too; what they acknowledged stands; the port is free."""
    log = tmp_path / "router.log"
    os.mkfifo(tmp_path / "lines")
    # Opened for both, so that neither end waits for the other.
    with open(tmp_path / "lines", "r+b", buffering=0) as lines:  # noqa: PTH123
        options = ("--data", str(tmp_path / "data"), "--workers", "2")
        with router_serve(*options, "--port", "0", log=tmp_path / "lines") as first:
            wait_for_lines(lines, b"service:process:started", 2)
            before = answers(first.address)
            workers = children(first.process.pid)
            assert len(workers) == 2
            os.kill(min(workers), signal.SIGKILL)
            wait_for_lines(lines, b"service:process:started", 1)
            workers = children(first.process.pid)
            assert len(workers) == 2
            with watched(workers) as handles:
                first.process.kill()
                first.process.wait()
                assert all_ended(handles)
            stopped = wait_for_lines(lines, b"service:process:stopped", 2)
            assert len(stopped) == 2, "they ended as on SIGTERM"
    with router_serve(*options, "--port", first.address.rpartition(":")[2], log=log) as second:
        assert second.address == first.address
        assert answers(second.address) == before


def test_what_a_worker_is_told_is_in_neither_its_arguments_nor_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password goes over the pipe; a worker that cannot reach the store says one line without it."""
    calls: list[tuple[Any, dict[str, Any]]] = []
    real = subprocess.Popen

    def noting(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        calls.append((args, kwargs))
        return real(*args, **kwargs)

    monkeypatch.setenv("ROUTER_STORE", f"postgresql://router:{CANARY}@127.0.0.1:1/router?connect_timeout=1")
    settings = Settings(data=tmp_path, port=0)
    monkeypatch.setattr(module, "_look_at_packs", Mock(return_value=""))
    monkeypatch.setattr(subprocess, "Popen", noting)
    with (tmp_path / "log").open("wb") as log:
        supervisor = Supervisor(settings, log=log)
        with pytest.raises(WorkerStartError, match="worker 0 did not come up"):
            supervisor.start()
    (call,) = calls
    assert CANARY in settings.to_line().decode()
    assert CANARY not in repr(call)
    assert not [name for name in call[1]["env"] if name.startswith("ROUTER_")]
    said = (tmp_path / "log").read_text()
    assert said.startswith("router: worker 0 cannot start: ")
    assert said.count("\n") == 1
    assert CANARY not in said


def test_workers_come_back_when_the_store_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restarted worker that cannot open the store says so and is tried again, until it serves."""
    monkeypatch.setattr(module, "SHORTEST_LIFE_SECONDS", 0.01)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as lines, os.fdopen(writing, "wb") as log:
        supervisor = Supervisor(Settings(data=tmp_path, port=0, workers=2), log=log)
        supervisor.start()
        wait_for_lines(lines, b"service:process:started", 2)
        before = answers(supervisor.address)
        keeper = threading.Thread(target=supervisor.run)
        keeper.start()
        try:
            key = supervisor.settings.key_file
            key.rename(tmp_path / "away")
            os.kill(supervisor.pids[0], signal.SIGKILL)
            said = wait_for_lines(lines, b"cannot start", 3)
            assert all(str(key) in line.decode() for line in said)
            (tmp_path / "away").rename(key)
            wait_for_lines(lines, b"service:process:started", 1)
            assert answers(supervisor.address) == before
            assert_each_holds_its_own_lifeline_only(supervisor)
        finally:
            supervisor.interrupt()
            keeper.join()
            supervisor.stop()
