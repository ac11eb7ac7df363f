"""Processes that are started, killed and waited for, without sleeping."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WAIT_SECONDS = 60.0
ROUTER = [sys.executable, "-c", "from router.cli.main import run; run()"]


@dataclass(frozen=True)
class Started:
    """A ``router serve`` in a process of its own, and where it serves."""

    process: subprocess.Popen[str]
    address: str
    printed: str


@contextmanager
def router_serve(*options: str, log: Path, env: dict[str, str] | None = None) -> Iterator[Started]:
    """Run ``router serve``, its log in a file, until the block ends."""
    with (
        log.open("ab") as lines,
        subprocess.Popen(
            [*ROUTER, "serve", *options],
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
            env={**os.environ, **(env or {})},
        ) as process,
    ):
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "serves on" in line:
                break
        try:
            yield Started(process, printed.partition("serves on ")[2].partition(" ")[0], printed)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_SECONDS)


def children(pid: int) -> set[int]:
    """Return the ids of a process's children."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(after_name[1]) == pid and after_name[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@contextmanager
def watched(pids: set[int]) -> Iterator[list[int]]:
    """Give a descriptor for each process, by which its end can be waited for; the processes must live."""
    handles = [os.pidfd_open(pid) for pid in sorted(pids)]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def all_ended(handles: list[int]) -> bool:
    """Wait until every watched process has ended; return whether they did in time."""
    return all(select.select([one], [], [], WAIT_SECONDS)[0] for one in handles)
