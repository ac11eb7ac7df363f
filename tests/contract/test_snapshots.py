"""Who sees what when, and whether a decision still rests on what was read."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.store.interface import Change, Store, StoreError
from tests.contract import samples, writers
from tests.contract.samples import REFERRAL_ROWS, Samples
from tests.support.places import Place


def commit_one(store: Store) -> None:
    """Commit one change."""
    with store.transaction() as transaction:
        assert transaction.apply([Change(audit=[samples.audit(88)])]) == [None]


def in_thread(task: Callable[[], None]) -> None:
    """Run a task in another thread and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(task).result()


def in_process(task: Callable[[Place], None], place: Place) -> None:
    """Run a task in another process and wait for it."""
    process = multiprocessing.get_context("spawn").Process(target=task, args=(place,))
    process.start()
    process.join()
    assert process.exitcode == 0


def with_another(place: Place, task: Callable[[Store], None]) -> None:
    """Run a task on another handle to the same store."""
    other = place.open()
    try:
        task(other)
    finally:
        other.close()


@pytest.mark.parametrize("to_write", [False, True])
def test_a_snapshot_does_not_see_what_is_committed_after_it_was_opened(
    store: Store, place: Place, *, to_write: bool
) -> None:
    """Even the first read of a snapshot shows the moment of its opening."""
    other = place.open()
    with store.read(to_write=to_write) as reader:
        commit_one(other)
        assert reader.counts()["audit"] == 0
        commit_one_more = Change(audit=[samples.audit(89)])
        with other.transaction() as transaction:
            transaction.apply([commit_one_more])
        assert reader.list_audit(after=0, limit=10) == ()
    with store.read() as reader:
        assert reader.counts()["audit"] == 2
    other.close()


def test_a_snapshot_does_not_see_what_is_not_committed(store: Store) -> None:
    """Readers neither wait for a writer nor see its rows before the commit."""
    with store.transaction() as transaction:
        transaction.apply([Samples().referral()])
        with store.read() as reader:
            assert set(reader.counts().values()) == {0}


def test_readers_in_threads_see_whole_batches_only(store: Store) -> None:
    """While one thread writes batches, every snapshot in another holds whole batches."""
    done = threading.Event()

    def read() -> int:
        looks = 0
        while not done.is_set() or not looks:
            with store.read() as reader:
                counts = reader.counts()
                families = reader.families(range(1, 2_000))
            assert counts == {table: rows * counts["answer"] for table, rows in REFERRAL_ROWS.items()}
            assert counts["answer"] % 8 == 0
            assert len(families) == counts["family"]
            assert all(len(rows.events) == len(rows.leads) == 1 for rows in families.values())
            looks += 1
        return looks

    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(read) for _ in range(4)]
        make = Samples()
        try:
            for _ in range(20):
                with store.transaction() as transaction:
                    assert not any(transaction.apply([make.referral() for _ in range(8)]))
        finally:
            done.set()
        assert all(looks.result() for looks in looking)


def look(store: Store) -> None:
    """Read, and write nothing."""
    with store.read() as reader:
        reader.counts()


def mark_again(store: Store) -> None:
    """Take a mark and forget it."""
    store.mark()


UNCHANGED: dict[str, Callable[[Store, Place], None]] = {
    "nothing": lambda _store, _place: None,
    "a read here": lambda store, _place: look(store),
    "a read in another process": lambda _store, place: in_process(writers.only_read, place),
    "another mark": lambda store, _place: mark_again(store),
}
CHANGED: dict[str, Callable[[Store, Place], None]] = {
    "a commit by this thread": lambda store, _place: commit_one(store),
    "a commit by another thread": lambda store, _place: in_thread(lambda: commit_one(store)),
    "a commit by another handle": lambda _store, place: with_another(place, commit_one),
    "a commit by another process": lambda _store, place: in_process(writers.commit_one, place),
}


only_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
"""For what no store has to promise: that a mark holds. That a void one never does, each has to."""


@only_sqlite
@pytest.mark.parametrize("between", UNCHANGED)
@pytest.mark.parametrize("in_another_thread", [False, True])
def test_a_mark_holds_while_nobody_commits(
    store: Store, place: Place, between: str, *, in_another_thread: bool
) -> None:
    """The mark vouches for the reads after it, and what the transaction itself writes does not undo that."""

    def check() -> None:
        with store.transaction() as transaction:
            assert transaction.unchanged_since(mark)
            assert transaction.apply([Samples().referral()]) == [None]
            assert transaction.unchanged_since(mark)

    commit_one(store)
    mark = store.mark()
    UNCHANGED[between](store, place)
    if in_another_thread:
        in_thread(check)
    else:
        check()


@pytest.mark.parametrize("between", CHANGED)
@pytest.mark.parametrize("then", UNCHANGED)
def test_a_mark_is_void_once_anyone_has_committed(store: Store, place: Place, between: str, then: str) -> None:
    """Any commit voids it, whatever else is done before the transaction that asks."""
    mark = store.mark()
    CHANGED[between](store, place)
    UNCHANGED[then](store, place)
    with store.transaction() as transaction:
        assert not transaction.unchanged_since(mark)


@only_sqlite
def test_a_mark_taken_after_a_commit_holds(store: Store, place: Place) -> None:
    """A mark is void for what came before it only."""
    for change in (commit_one, lambda _: in_process(writers.only_read, place)):
        change(store)
        mark = store.mark()
        with store.transaction() as transaction:
            assert transaction.unchanged_since(mark)


def test_decisions_made_outside_the_transaction_never_rest_on_stale_reads(store: Store) -> None:
    """Threads of one process that read, decide and write never decide twice from the same state."""
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda n: writers.one_up(store, n), range(1, 61)))
    assert sorted(said) == list(range(60))
    with store.read() as reader:
        assert reader.counts()["desk_item"] == 60


@pytest.mark.parametrize("again", ["transaction", "mark", "read"])
def test_a_second_hold_by_the_same_thread_is_refused(store: Store, again: str) -> None:
    """What would wait for itself for ever is told so instead."""

    def hold() -> None:
        if again == "mark":
            store.mark()
        else:
            with store.transaction() if again == "transaction" else store.read(to_write=True):
                pass

    with store.transaction(), pytest.raises(StoreError, match="already holds"):
        hold()
    hold()


def test_a_closed_store_says_so(place: Place) -> None:
    """Work on a closed store is refused, and closing twice is harmless."""
    store = place.open()
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.mark()
    with pytest.raises(StoreError, match="closed"):
        look(store)
