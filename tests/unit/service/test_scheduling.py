"""How a worker asks the kernel to share the processor among its threads."""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.service import scheduling
from router.service.scheduling import SLICE_SECONDS, interrupt_nobody

_SCHED_GETATTR = {"x86_64": 315, "aarch64": 275}
pytestmark = pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="the kernel has no SCHED_BATCH")


def said() -> tuple[int, int]:
    """Return the policy and the slice, in nanoseconds, of the thread that asks."""
    held = ctypes.create_string_buffer(scheduling._SCHED_ATTR.size)
    assert ctypes.CDLL(None).syscall(_SCHED_GETATTR[os.uname().machine], 0, held, len(held), 0) == 0
    _, policy, _, _, _, runtime, _, _ = scheduling._SCHED_ATTR.unpack(held.raw)
    return policy, runtime


def after() -> tuple[int, tuple[int, int], tuple[int, int]]:
    """Return, of a thread of its own: its nice value, what it is told once it has said so, and of one it starts."""
    with ThreadPoolExecutor(1) as own:

        def say() -> tuple[int, tuple[int, int], tuple[int, int]]:
            interrupt_nobody()
            with ThreadPoolExecutor(1) as started:
                return os.getpriority(os.PRIO_PROCESS, 0), said(), started.submit(said).result()

        return own.submit(say).result()


@pytest.mark.skipif(os.uname().machine not in _SCHED_GETATTR, reason="the number of sched_getattr is not known here")
def test_no_thread_that_a_worker_starts_interrupts_another() -> None:
    """The thread that says so, and each that it starts; where the kernel has slices of one's own, they are long."""
    nice, own, started = after()
    assert nice == os.getpriority(os.PRIO_PROCESS, 0)
    assert own == started
    assert own[0] == os.SCHED_BATCH
    if own[1]:
        assert own[1] == int(SLICE_SECONDS * 1e9)


def test_where_the_kernel_is_not_known_nothing_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number of another machine's is called."""
    monkeypatch.setattr(scheduling, "_SCHED_SETATTR", {})
    monkeypatch.setattr(scheduling.ctypes, "CDLL", None)
    with ThreadPoolExecutor(1) as own:
        own.submit(interrupt_nobody).result()
