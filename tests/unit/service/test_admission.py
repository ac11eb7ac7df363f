"""Who is let in, and in which order callers are turned away."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.service.admission import (
    FIRST_GUESS_SECONDS,
    LEAST,
    LONGEST_RETRY_SECONDS,
    PLACES,
    SHARES,
    SHORTEST_RETRY_SECONDS,
    Admission,
    Place,
    Rank,
)
from tests.support.events import quick

QUEUES = st.floats(0.001, 1)
COSTS = st.floats(0.000_01, 2)
RANKS = st.sampled_from(Rank)


def taken(admission: Admission, rank: Rank) -> Place:
    """Take a place that there must be."""
    place = admission.take(rank)
    assert place is not None
    return place


def filled(admission: Admission, rank: Rank) -> list[Place]:
    """Take places until there is none of this rank."""
    places = []
    while (place := admission.take(rank)) is not None:
        places.append(place)
    return places


def test_ranks_are_turned_away_in_their_order() -> None:
    """Each rank's limits are above those of the rank before; danger's is several times an ordinary one."""
    for limits in (SHARES, LEAST, PLACES):
        assert list(limits) == list(Rank)
        assert list(limits.values()) == sorted(set(limits.values()))
        assert limits[Rank.DANGER] >= 4 * limits[Rank.ORDINARY]


@quick(40)
@given(queue=QUEUES, cost=COSTS, before=st.lists(RANKS, max_size=300), lower=RANKS, higher=RANKS)
def test_nobody_is_let_in_where_a_higher_rank_is_turned_away(
    queue: float, cost: float, before: list[Rank], lower: Rank, higher: Rank
) -> None:
    """Whatever is under way and costs what: a place for an ordinary call is a place for danger."""
    lower, higher = min(lower, higher), max(lower, higher)
    admission = Admission(queue_seconds=queue)
    admission.learn(1, cost)
    for rank in before:
        admission.take(rank)
    under_way = admission.under_way
    if (place := admission.take(lower)) is not None:
        place.give_back()
        assert admission.under_way == under_way
        assert admission.take(higher) is not None


@quick(40)
@given(queue=QUEUES, cost=COSTS, rank=RANKS)
def test_an_idle_router_lets_anybody_in(queue: float, cost: float, rank: Rank) -> None:
    """Even where one item alone is expected to take longer than the limit."""
    admission = Admission(queue_seconds=queue)
    admission.learn(1, cost)
    assert admission.take(rank) is not None


@quick(40)
@given(queue=QUEUES, cost=COSTS, rank=RANKS)
def test_what_is_let_in_is_expected_to_be_done_in_time(queue: float, cost: float, rank: Rank) -> None:
    """All that is under way takes no longer than the limit, unless it is the least number; and it has threads."""
    admission = Admission(queue_seconds=queue)
    admission.learn(1, cost)
    filled(admission, rank)
    assert admission.under_way == LEAST[rank] or admission.under_way * cost <= queue * SHARES[rank] * 1.000_001
    assert admission.under_way <= PLACES[rank]


@quick(40)
@given(ops=st.lists(st.tuples(RANKS, st.sampled_from(["end", "fail", "done", "cancel", "keep"])), max_size=60))
def test_places_are_always_given_back(ops: list[tuple[Rank, str]]) -> None:
    """However a call ends: at the end of the block, with a fault, or with its work, done or cancelled; once each."""
    admission = Admission(queue_seconds=10)
    kept: list[Future[None]] = []
    for rank, ending in ops:
        work: Future[None] = Future()
        try:
            with taken(admission, rank) as place:
                if ending == "fail":
                    raise RuntimeError  # noqa: TRY301 - the block is what is tried
                if ending != "end":
                    place.until_done(work)
        except RuntimeError:
            pass
        if ending == "done":
            work.set_result(None)
        elif ending == "cancel":
            work.cancel()
        elif ending == "keep":
            kept.append(work)
        assert admission.under_way == len(kept)
    for work in kept:
        work.set_result(None)
    assert admission.under_way == 0


@quick(40)
@given(batches=st.lists(st.tuples(st.integers(1, 64), COSTS), min_size=1, max_size=50))
def test_the_estimate_stays_within_what_was_observed(batches: list[tuple[int, float]]) -> None:
    """It lies between the cheapest batch and the dearest, and a batch never becomes too small to be worth it."""
    admission = Admission(queue_seconds=0.04)
    assert admission.cost_seconds == FIRST_GUESS_SECONDS
    for items, cost in batches:
        admission.learn(items, cost * items)
        assert admission.most_in_a_batch >= LEAST[Rank.ORDINARY] // 2
    costs = [cost for _, cost in batches]
    assert min(costs) * 0.999_999 <= admission.cost_seconds <= max(costs) * 1.000_001


def test_the_estimate_follows_what_lasts() -> None:
    """One slow item is hardly noticed; a store that has become slow is, within some dozen items."""
    admission = Admission(queue_seconds=0.04)
    admission.learn(10, 0.02)
    admission.learn(1, 0.05)
    assert admission.cost_seconds < 0.004
    for _ in range(10):
        admission.learn(10, 0.5)
    assert admission.cost_seconds > 0.045


@quick(40)
@given(cost=COSTS, fewer=st.integers(0, 5000), more=st.integers(0, 5000))
def test_the_time_to_wait_grows_with_who_waits_and_has_bounds(cost: float, fewer: int, more: int) -> None:
    """The more were turned away, the longer; never nothing, and never for ever."""
    admission = Admission(queue_seconds=0.04)
    admission.learn(1, cost)
    shorter, longer = sorted(admission.retry_seconds(count) for count in (min(fewer, more), max(fewer, more)))
    assert SHORTEST_RETRY_SECONDS <= shorter <= longer <= LONGEST_RETRY_SECONDS
    assert admission.retry_seconds(max(fewer, more)) == longer


@pytest.mark.parametrize("room", [True, False])
def test_waiting_ends_with_a_place_or_with_the_time(room: bool) -> None:
    """A place that is given back wakes who waits; nobody waits longer than said."""
    admission = Admission(queue_seconds=0.01)
    places = filled(admission, Rank.ORDINARY)
    found: list[Place | None] = []
    waiter = threading.Thread(target=lambda: found.append(admission.wait(Rank.ORDINARY, 30 if room else 0.01)))
    waiter.start()
    if room:
        places[0].give_back()
    waiter.join(timeout=20)
    assert not waiter.is_alive()
    assert [one is not None for one in found] == [room]
