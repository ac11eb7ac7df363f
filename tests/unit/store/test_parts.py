"""What answers and decisions have in common is kept once, and read back byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.store.familyrows import DecisionFilter
from router.store.interface import Change, Store, StoreError
from router.store.key import load_key
from router.store.open import open_store
from router.store.parts import Joined, digests_in, kept, rows, whole
from router.store.sqlite import _engine
from tests.contract.samples import Samples

SHARED = (b"the first part", b"the second part", b"")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a new store."""
    opened = open_store(f"sqlite:///{tmp_path}/record.db", tmp_path / "key")
    yield opened
    opened.close()


def execute(tmp_path: Path, statement: str) -> list[Any]:
    """Run a statement past the store."""
    engine = _engine(tmp_path / "record.db", load_key(tmp_path / "key"))
    try:
        with engine.begin() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []
    finally:
        engine.dispose()


def referral(samples: Samples, number: int) -> Change:
    """Return a change whose answer and document end alike."""
    change = samples.referral()
    assert change.answer is not None
    change.answer = replace(change.answer, answer=Joined.of(b"answer %d" % number, SHARED))
    change.decisions = [replace(row, document=Joined.of(b"document %d" % number, SHARED)) for row in change.decisions]
    return change


def apply(store: Store, changes: list[Change]) -> None:
    """Write changes of which none conflicts."""
    with store.transaction() as transaction:
        assert not any(transaction.apply(changes))


@given(head=st.binary(max_size=40), parts=st.lists(st.binary(max_size=40), max_size=5))
def test_what_is_kept_is_whole_again(head: bytes, parts: list[bytes]) -> None:
    """Whatever the bytes are, joined or plain, empty or not."""
    joined = Joined.of(head, parts)
    found = dict(rows([joined, head]))
    assert joined == head + b"".join(parts)
    assert whole(kept(joined), found) == joined
    assert whole(kept(bytes(joined)), {}) == joined
    assert set(digests_in(kept(joined))) == set(found)


def test_answers_and_documents_are_read_back_byte_for_byte(store: Store) -> None:
    """Every read gives them whole."""
    samples = Samples()
    changes = [referral(samples, number) for number in range(3)]
    apply(store, changes)
    plain = samples.referral()
    apply(store, [plain])
    with store.read() as reader:
        for change in (*changes, plain):
            assert change.answer is not None
            found = reader.answers([change.answer.request_id])
            assert found[change.answer.request_id].answer == change.answer.answer
            for row in change.decisions:
                assert reader.decisions_by_id([row.decision_id]) == {row.decision_id: row}
        listed = reader.list_decisions(DecisionFilter(limit=10))
        assert {row.decision_id: row for row in listed} == {
            row.decision_id: row for change in (*changes, plain) for row in change.decisions
        }


def test_a_part_is_kept_once(store: Store, tmp_path: Path) -> None:
    """However many rows of however many batches end in it."""
    samples = Samples()
    for batch in range(2):
        apply(store, [referral(samples, 10 * batch + number) for number in range(3)])
    assert sorted(content for (content,) in execute(tmp_path, "SELECT content FROM part")) == sorted(SHARED)


def test_a_change_beside_a_conflict_keeps_its_parts(store: Store) -> None:
    """A batch that is written one by one, since one of it conflicts, is whole too."""
    samples = Samples()
    known, new = referral(samples, 1), referral(samples, 2)
    apply(store, [known])
    again = samples.referral()
    again.answer = known.answer
    with store.transaction() as transaction:
        assert [one is None for one in transaction.apply([again, new])] == [False, True]
    with store.read() as reader:
        (row,) = new.decisions
        assert reader.decisions_by_id([row.decision_id])[row.decision_id].document == row.document


@pytest.mark.parametrize("statement", ["UPDATE part SET content = x'00'", "DELETE FROM part"])
def test_a_part_cannot_be_changed(store: Store, tmp_path: Path, statement: str) -> None:
    """Since rows of every age end in it."""
    apply(store, [referral(Samples(), 1)])
    with pytest.raises(Exception, match="rows of part are never"):
        execute(tmp_path, statement)


def test_a_missing_part_is_a_fault_of_the_store() -> None:
    """Half an answer is never given."""
    with pytest.raises(StoreError, match="missing"):
        whole(kept(Joined.of(b"head", SHARED)), {})
