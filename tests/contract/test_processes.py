"""Several processes on one store, and processes that die."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from router.store.interface import Store
from tests.contract import writers
from tests.contract.samples import REFERRAL_ROWS
from tests.support.places import Place, Sql

SPAWN = multiprocessing.get_context("spawn")


def whole(store: Store, request_ids: list[str]) -> bool:
    """Return whether the store holds these requests, and every change it holds is whole."""
    with store.read() as reader:
        counts = reader.counts()
        held = reader.answers(request_ids)
        families = reader.families(reader.family_versions(range(1, 100_000)))
    assert counts == {table: rows * counts["answer"] for table, rows in REFERRAL_ROWS.items()}
    assert all(len(rows.persons) == 2 and len(rows.events) == 1 for rows in families.values())
    return set(held) == set(request_ids)


def test_processes_that_write_at_once_lose_nothing(place: Place) -> None:
    """Processes that begin together, before there is a store, make one store and each writes all that it meant to."""
    with SPAWN.Pool(3) as pool:
        results = pool.starmap(writers.load, [(place, block, 12, 7) for block in range(3)])
    assert sorted(number for number, _ in results) == [0, 1, 2]
    store = place.open(create=False)
    with store.read() as reader:
        assert reader.counts() == {table: rows * 3 * 12 * 7 for table, rows in REFERRAL_ROWS.items()}
    assert whole(store, [request_id for _, written in results for request_id in written])
    store.close()


def test_processes_that_decide_at_once_never_decide_on_stale_reads(place: Place) -> None:
    """Each of the processes' decisions rests on a state of its own."""
    with SPAWN.Pool(3) as pool:
        said = pool.starmap(writers.count_up, [(place, block, 15) for block in range(3)])
    assert sorted(number for numbers in said for number in numbers) == list(range(45))


def test_a_killed_writer_leaves_whole_changes_only(place: Place) -> None:
    """After kill -9 in the middle of a load, what was acknowledged is there and nothing is there by half."""
    acknowledged: list[str] = []
    for block in range(5):
        ours, theirs = SPAWN.Pipe(duplex=False)
        writer = SPAWN.Process(target=writers.load_until_killed, args=(place, block, theirs))
        writer.start()
        for _ in range(1 + 4 * block):
            acknowledged += ours.recv()
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        theirs.close()
        while True:
            try:
                acknowledged += ours.recv()
            except EOFError:
                break
        store = place.open(create=False)
        assert whole(store, acknowledged)
        store.close()


def test_process_numbers_wrap_round(store: Store, sql: Sql) -> None:
    """Numbers are given in turn, and after 4,096 of them they begin again."""
    first = [store.claim_process_number() for _ in range(3)]
    sql("UPDATE process SET claims = 4094")
    assert [*first, *(store.claim_process_number() for _ in range(4))] == [0, 1, 2, 4094, 4095, 0, 1]


def test_handles_and_reopened_stores_share_one_count_of_process_numbers(place: Place) -> None:
    """A number is not given again because a store was closed."""
    first = place.open()
    second = place.open()
    numbers = [first.claim_process_number(), second.claim_process_number()]
    first.close()
    second.close()
    third = place.open()
    assert [*numbers, third.claim_process_number()] == [0, 1, 2]
    third.close()


@pytest.mark.parametrize("create", [False, True])
def test_what_was_written_is_there_after_reopening(place: Place, *, create: bool) -> None:
    """Closing and opening loses nothing."""
    store = place.open()
    store.close()
    _, written = writers.load(place, 1, 2, 3)
    again = place.open(create=create)
    assert whole(again, written)
    again.close()
