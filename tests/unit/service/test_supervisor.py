"""When the supervisor starts a dead worker anew at once, and when it pauses first."""

from __future__ import annotations

import threading
import time
from unittest.mock import Mock

import pytest

from router.service.supervisor import SHORTEST_LIFE_SECONDS, _Worker


@pytest.mark.parametrize(
    ("served", "lived", "early"),
    [
        (True, 0.0, True),
        (True, 10 * SHORTEST_LIFE_SECONDS, False),
        # A worker takes longer than the shortest life to find that the store is away: it has not lived for all that.
        (False, 10 * SHORTEST_LIFE_SECONDS, True),
    ],
)
def test_a_worker_that_never_served_is_not_started_again_at_once(
    monkeypatch: pytest.MonkeyPatch, served: bool, lived: float, early: bool
) -> None:
    """Nor is one that hardly did."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + lived)
    worker = _Worker(0, Mock(), 1000.0, threading.Event())
    if served:
        worker.served.set()
    assert worker.died_early() is early
