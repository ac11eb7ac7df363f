"""No read of the SQLite store walks through a whole table, however full it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from router.store import sqlite_file
from router.store.familyrows import DecisionFilter, EventKind
from router.store.interface import Change, Reader, Store
from router.store.key import load_key
from router.store.open import open_store
from router.store.reviewrows import ReviewFilter
from router.store.sqlite import SqliteReader
from router.store.tables import RECORD
from tests.contract.samples import Samples

TABLES = {table.name for table in RECORD} | {"later", "more", "link_1"}


class Spy:
    """A driver connection that keeps the statements it was given, with what was filled in."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.seen: list[tuple[str, Any]] = []

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement and keep it."""
        self.seen.append((sql, parameters))
        return self._driver.execute(sql, parameters)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Store, Any]]:
    """Return a store with some rows, and a connection to ask for plans."""
    store = open_store(f"sqlite:///{tmp_path}/record.db", tmp_path / "key")
    with store.transaction() as transaction:
        make = Samples()
        assert not any(transaction.apply([make.referral() for _ in range(50)]))
    connection = sqlite_file.connect_reader(tmp_path / "record.db", load_key(tmp_path / "key"))
    yield store, connection
    connection.close()
    store.close()


READS: dict[str, Callable[[Reader], object]] = {
    "answers": lambda reader: reader.answers(["a", "b"]),
    "families_of_keys": lambda reader: reader.families_of_keys([1, 2]),
    "families": lambda reader: reader.families([1, 2]),
    "family_versions": lambda reader: reader.family_versions([1, 2]),
    "referral_versions": lambda reader: reader.referral_versions([("a", "b"), ("c", "d")]),
    "registered_versions": lambda reader: reader.referral_versions([("a", "b")], kind=EventKind.REGISTERED),
    "decisions_by_id": lambda reader: reader.decisions_by_id([1, 2]),
    "list_decisions": lambda reader: reader.list_decisions(DecisionFilter()),
    "list_decisions of a family": lambda reader: reader.list_decisions(DecisionFilter(family_id=1, before_id=9)),
    "list_decisions of a service": lambda reader: reader.list_decisions(DecisionFilter(service="a", before_id=9)),
    "list_decisions of a board": lambda reader: reader.list_decisions(DecisionFilter(board="a")),
    "notices_by_id": lambda reader: reader.notices_by_id([1, 2]),
    "list_notices": lambda reader: reader.list_notices("a", after=5, limit=10),
    "overdue_notices": lambda reader: reader.overdue_notices(1, limit=10),
    "list_desk_items": lambda reader: reader.list_desk_items("a", limit=10),
    "open_reviews": lambda reader: reader.open_reviews([1, 2]),
    "reviews_by_id": lambda reader: reader.reviews_by_id([1, 2]),
    "list_reviews": lambda reader: reader.list_reviews(ReviewFilter()),
    "list_reviews of a desk": lambda reader: reader.list_reviews(ReviewFilter(desk="a", after=(1, 2, 3))),
    "review_events": lambda reader: reader.review_events([1, 2]),
    "judgements": lambda reader: reader.judgements([1, 2]),
    "regroupings": lambda reader: reader.regroupings([1, 2]),
    "regroupings_by_id": lambda reader: reader.regroupings_by_id([1, 2]),
    "moved_links": lambda reader: reader.moved_links(1),
    "list_audit": lambda reader: reader.list_audit(after=5, limit=10),
    "events_by_id": lambda reader: reader.events_by_id([1, 2]),
    "pack": lambda reader: reader.pack("a"),
    "last_pack_act": lambda reader: reader.last_pack_act(),
    "shadow_counts": lambda reader: reader.shadow_counts(1),
    "count_decisions": lambda reader: reader.count_decisions(as_of_from=1, as_of_until=2),
}


WALKS = {
    "list_decisions": ["SCAN decision"],
    "list_reviews": ["SCAN review_state USING INDEX ix_review_state_rank"],
}


@pytest.mark.parametrize("read", READS)
def test_a_read_uses_an_index(place: tuple[Store, Any], monkeypatch: pytest.MonkeyPatch, read: str) -> None:
    """Each statement searches; only the lists of all follow their index from its beginning, up to their limit."""
    store, connection = place
    with store.read() as reader:
        assert isinstance(reader, SqliteReader)
        spy = Spy(reader._driver)
        monkeypatch.setattr(reader, "_driver", spy)
        event.listen(reader._connection, "before_cursor_execute", lambda *given: spy.seen.append(given[2:4]))
        READS[read](reader)
    assert spy.seen
    for sql, parameters in spy.seen:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        walks = [step for step in plan if step.startswith("SCAN") and step.split()[1] in TABLES]
        assert walks == WALKS.get(read, []), plan
        assert not (read.startswith("list") and "USE TEMP B-TREE FOR ORDER BY" in plan), plan


def test_the_desks_list_is_read_in_the_order_of_its_index(place: tuple[Store, Any]) -> None:
    """The index on an expression is there and is the one used."""
    store, connection = place
    with store.transaction() as transaction:
        assert transaction.apply([Change()]) == [None]
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM desk_item WHERE desk = 'a' ORDER BY (danger = ''), created_at, desk_item_id"
    ).fetchall()
    assert [row[3] for row in plan] == ["SEARCH desk_item USING INDEX ix_desk_item_desk (desk=?)"]
