"""What other processes do to a store under test. Each function is run by a process of its own."""

from __future__ import annotations

from multiprocessing.connection import Connection

from router.store.interface import Change, Store
from tests.contract import samples
from tests.contract.samples import Samples
from tests.support.places import Place

#: What those who add to the desk lock.
DESK = 7


def load(place: Place, block: int, batches: int, size: int) -> tuple[int, list[str]]:
    """Write batches of referrals and return the process number claimed and the request ids written."""
    store = place.open()
    try:
        number = store.claim_process_number()
        make = Samples(block)
        written = []
        for _ in range(batches):
            changes = [make.referral() for _ in range(size)]
            with store.transaction() as transaction:
                assert not any(transaction.apply(changes))
            written += [change.answer.request_id for change in changes if change.answer]
        return number, written
    finally:
        store.close()


def load_until_killed(place: Place, block: int, acknowledge: Connection) -> None:
    """Write batches of referrals without end, and send the request ids of each batch once it is committed."""
    store = place.open()
    make = Samples(block)
    while True:
        changes = [make.referral() for _ in range(3)]
        with store.transaction() as transaction:
            assert not any(transaction.apply(changes))
        acknowledge.send([change.answer.request_id for change in changes if change.answer])


def count_up(place: Place, block: int, times: int) -> list[int]:
    """Read how many items a desk has, and add one that says so if nobody wrote meanwhile; return what was said."""
    store = place.open()
    try:
        return [one_up(store, block * 1_000 + n) for n in range(1, times + 1)]
    finally:
        store.close()


def one_up(store: Store, item_id: int) -> int:
    """Add an item that says how many there were before it, decided outside the transaction that writes it."""
    while True:
        mark = store.mark()
        with store.read(to_write=item_id % 2 == 0) as reader:
            seen = reader.counts()["desk_item"]
        with store.transaction([DESK]) as transaction:
            if transaction.unchanged_since(mark) or transaction.counts()["desk_item"] == seen:
                item = samples.desk_item(item_id, created_at=seen)
                assert transaction.apply([Change(desk_items=[item])]) == [None]
                return seen


def commit_one(place: Place) -> None:
    """Commit one change."""
    store = place.open()
    try:
        with store.transaction() as transaction:
            assert transaction.apply([Change(audit=[samples.audit(77)])]) == [None]
    finally:
        store.close()


def only_read(place: Place) -> None:
    """Read, and write nothing."""
    store = place.open()
    try:
        with store.read() as reader:
            reader.counts()
    finally:
        store.close()
