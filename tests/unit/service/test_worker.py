"""What a worker asks of the kernel and of the collector."""

from __future__ import annotations

import threading
import weakref

import pytest

from router.service.worker import collect_when_idle


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
