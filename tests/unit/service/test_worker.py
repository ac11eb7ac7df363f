"""What a worker asks of the kernel and of the collector."""

from __future__ import annotations

import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.service.worker import collect_when_idle, interrupt_nobody


class Ring:
    """Refers to itself, so that only the collector ends it."""

    def __init__(self) -> None:
        self.itself = self


class Hours(threading.Event):
    """Stops after so many hours, of which none passes."""

    def __init__(self, hours: int) -> None:
        super().__init__()
        self.left = hours

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize(("under_way", "stays"), [(0, False), (1, True)])
def test_what_is_left_is_collected_in_an_hour_in_which_nothing_is_under_way(under_way: int, stays: bool) -> None:
    """A worker that has calls to answer does not stop for it."""
    ring = weakref.ref(Ring())
    collect_when_idle(Hours(0), lambda: 0)
    assert ring() is not None
    collect_when_idle(Hours(2), lambda: under_way)
    assert (ring() is not None) is stays


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="the kernel has no SCHED_BATCH")
def test_no_thread_that_a_worker_starts_interrupts_another() -> None:
    """The thread that says so, and each that it starts."""

    def said() -> tuple[int, int]:
        interrupt_nobody()
        with ThreadPoolExecutor(1) as started:
            return os.sched_getscheduler(0), started.submit(os.sched_getscheduler, 0).result()

    with ThreadPoolExecutor(1) as own:
        assert own.submit(said).result() == (os.SCHED_BATCH, os.SCHED_BATCH)
