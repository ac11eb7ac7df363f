"""A stage's time is its own: what it calls of another stage counts for the other one."""

from __future__ import annotations

import time

from router.bench.stages import Stopwatch


def _work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_inner_time_is_not_counted_twice() -> None:
    """The outer stage has what is left."""
    watch = Stopwatch()
    inner = watch.timed("inner", _work)

    def outer() -> None:
        _work(0.01)
        inner(0.05)

    watch.timed("outer", outer)()
    assert watch.seconds["inner"] >= 0.05
    assert 0.01 <= watch.seconds["outer"] < 0.04


def test_time_is_counted_when_the_call_fails() -> None:
    """A refusal takes time too."""
    watch = Stopwatch()

    def fail() -> None:
        _work(0.01)
        raise ValueError

    for _ in range(2):
        try:
            watch.timed("failing", fail)()
        except ValueError:
            continue
    assert watch.seconds["failing"] >= 0.02
