"""What a supervisor and a worker say to each other: the settings, that the worker serves, that the supervisor lives.

The settings go over the worker's standard input and not in its arguments or environment, which others on the machine
can list. The pipe then stays open without a word: only the supervisor holds its other end, so its end is the
supervisor's end, even one by ``kill -9``.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading

from router.service.settings import IsolatedSettings, Settings

READY_SECONDS = 60.0
STANDARD_INPUT = 0


class WorkerStartError(Exception):
    """A worker did not come up. Its own line on standard error says why."""


def pass_settings(process: subprocess.Popen[bytes], settings: Settings) -> None:
    """Tell a worker its settings. One that is dead already is left for its supervisor to find."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(settings.to_line() + b"\n")


def take_settings() -> IsolatedSettings:
    """Return the settings that the supervisor passes. Raises ``WorkerStartError`` when it is gone before."""
    with open(STANDARD_INPUT, "rb", buffering=0, closefd=False) as unbuffered:
        line = unbuffered.readline()
    if not line.endswith(b"\n"):
        raise WorkerStartError("its supervisor ended before it had passed the settings on")
    return IsolatedSettings.from_line(line)


def stop_with_supervisor(stop: threading.Event) -> None:
    """Set ``stop`` when the supervisor ends, so that no worker is left behind to hold the port."""
    threading.Thread(target=_wait_for_end, args=(stop,), name="lifeline", daemon=True).start()


def say_ready(writing: int) -> None:
    """Tell the supervisor that this worker serves."""
    with contextlib.suppress(BrokenPipeError):  # it ended meanwhile, and the lifeline stops this worker
        os.write(writing, b"ready\n")


def hears_ready(reading: int) -> bool:
    """Return whether a worker said that it serves, before it ended and in time."""
    # The pipe ends without a word when the worker dies.
    ready, _, _ = select.select([reading], [], [], READY_SECONDS)
    return bool(ready) and bool(os.read(reading, 16))


def hear_later(reading: int, served: threading.Event) -> None:
    """Set ``served`` when a worker says that it serves, without waiting for it, and close the pipe."""
    threading.Thread(target=_hear, args=(reading, served), daemon=True).start()


def _wait_for_end(stop: threading.Event) -> None:
    # Below Python's own buffers: a thread that holds one of their locks at the interpreter's end would abort it.
    while os.read(STANDARD_INPUT, 64):
        pass
    stop.set()


def _hear(reading: int, served: threading.Event) -> None:
    if os.read(reading, 16):
        served.set()
    os.close(reading)
