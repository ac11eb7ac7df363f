"""Who is let in: by how long what is under way is expected to take, danger last to be turned away.

A count would not do. How long 64 calls take depends on the machine, the store and what is asked; how long a caller
waits is what callers feel. So each batch that is done says what an item costs, and a call is let in while the items
before it, and itself, are expected to take no longer than the limit of its rank.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from types import TracebackType
from typing import Any, Self

# One item weighs this much in the estimate: the last few dozen count, a single slow one hardly does.
_WEIGHT = 0.03
# Before the first batch: about what an item costs on a slow machine.
FIRST_GUESS_SECONDS = 0.003
LONGEST_RETRY_SECONDS = 5.0
SHORTEST_RETRY_SECONDS = 0.02


class Rank(IntEnum):
    """Who is turned away first, the lowest rank before the others."""

    BULK = 0
    """Items of a stream: the sender waits for nobody's answer in particular, and the stream can be read later."""
    ORDINARY = 1
    """Calls."""
    BEGUN = 2
    """What serves families whose care has begun: answers to proposals, notices and their acknowledgement."""
    DANGER = 3
    """Red flags, safeguarding and emergencies, and what may be one."""


SHARES = {Rank.BULK: 0.75, Rank.ORDINARY: 1.0, Rank.BEGUN: 2.0, Rank.DANGER: 4.0}
"""The limit of each rank, in ordinary limits."""
LEAST = {Rank.BULK: 8, Rank.ORDINARY: 10, Rank.BEGUN: 20, Rank.DANGER: 128}
"""So many are let in whatever they are expected to cost. In small batches each item costs more, so that a router that
takes fewer the longer they take would end with one at a time. For danger it is what comes while a machine stands still
for a second: at 40, five referrals were once turned away."""
PLACES = {Rank.BULK: 48, Rank.ORDINARY: 64, Rank.BEGUN: 128, Rank.DANGER: 256}
"""The most under way whatever they cost, since each takes memory."""


class Place:
    """One place among what is under way. It is given back once: at the end of the block, or with the work's future."""

    __slots__ = ("_admission", "_held")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._held = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Give the place back, unless it is kept for work."""
        if self._held:
            self._held = False
            self._admission.give_back()

    def until_done(self, future: Future[Any]) -> None:
        """Keep the place until ``future`` ends: work goes on when its caller has stopped waiting."""
        self._held = False
        future.add_done_callback(self._ended)

    def _ended(self, _: Future[Any]) -> None:
        self._admission.give_back()


class Admission:
    """Counts what is under way and keeps an estimate of what an item costs. Shared by every thread."""

    def __init__(self, *, queue_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = {rank: queue_seconds * share for rank, share in SHARES.items()}
        self._clock = clock
        self._changed = threading.Condition()
        self._under_way = 0
        self._waiting = 0
        self._cost: float | None = None

    @property
    def under_way(self) -> int:
        """How many places are taken."""
        return self._under_way

    @property
    def cost_seconds(self) -> float:
        """What one item is expected to take."""
        return FIRST_GUESS_SECONDS if self._cost is None else self._cost

    @property
    def most_in_a_batch(self) -> int:
        """How many items to decide at once: half of what may wait, so that the next gather meanwhile."""
        return max(LEAST[Rank.ORDINARY] // 2, int(self._limits[Rank.ORDINARY] / 2 / self.cost_seconds))

    def take(self, rank: Rank) -> Place | None:
        """Take a place, or None where the rank's limit is reached. Who comes to an idle router gets one."""
        with self._changed:
            return self._take(rank)

    def wait(self, rank: Rank, seconds: float) -> Place | None:
        """Take a place as soon as there is one, or None after so many seconds."""
        end = self._clock() + seconds
        with self._changed:
            self._waiting += 1
            try:
                while (place := self._take(rank)) is None and (left := end - self._clock()) > 0:
                    self._changed.wait(left)
            finally:
                self._waiting -= 1
            return place

    def give_back(self) -> None:
        """Give a place back."""
        with self._changed:
            self._under_way -= 1
            if self._waiting:
                self._changed.notify()

    def learn(self, items: int, seconds: float) -> None:
        """Hear what a batch took."""
        cost = seconds / items
        if self._cost is None:
            self._cost = cost
        else:
            self._cost += (cost - self._cost) * (1 - (1 - _WEIGHT) ** items)

    def retry_seconds(self, turned_away: int = 0) -> float:
        """Return when somebody who is turned away had better come again: when what is under way will be done.

        Those who were turned away lately come again too, and had they all the same time to wait, they would meet here:
        ``turned_away`` is how many of them to wait for besides.
        """
        seconds = (self._under_way + turned_away) * self.cost_seconds
        return min(max(seconds, SHORTEST_RETRY_SECONDS), LONGEST_RETRY_SECONDS)

    def _take(self, rank: Rank) -> Place | None:
        count = self._under_way
        if count >= LEAST[rank] and (count >= PLACES[rank] or (count + 1) * self.cost_seconds > self._limits[rank]):
            return None
        self._under_way += 1
        return Place(self)
