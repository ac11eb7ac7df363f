"""An act on families and an arrival that meet: whichever commits first, the other sees it and decides again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.store.familyrows import EventKind
from router.store.interface import Store, Transaction
from router.v1 import family_service_pb2 as pb
from tests.support.places import STORES
from tests.support.processing import Process, process
from tests.support.requests import choice, event, yes
from tests.support.reviewing import act, decide, perhaps, rows_of, sound, undo

SEVERE = choice("parent_illness_severity", "severe")


class Interrupted:
    """A store before whose next transaction another process does something."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.before: Callable[[], object] | None = None
        self.mark = store.mark
        self.read = store.read

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[Transaction]:
        """Let the other process do it, then open the transaction."""
        first, self.before = self.before, None
        if first is not None:
            first()
        with self._store.transaction(lock_keys) as transaction:
            yield transaction


@pytest.fixture(params=STORES)
def two(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Process, Process, Interrupted]]:
    """Two processes on one store, the second of which can be interrupted before it commits."""
    with process(tmp_path, request.param) as one, process(tmp_path, place=one.place) as other:
        interrupted = Interrupted(other.core.processor.store)
        other.core.processor.store = interrupted  # type: ignore[assignment]
        yield one, other, interrupted
        assert sound(one) == []


def referrals(running: Process, family_id: str) -> int:
    """Return how many referrals a family holds."""
    return sum(row.kind is EventKind.REFERRAL for row in rows_of(running, family_id).events)


def test_an_arrival_meets_a_merge(two: tuple[Process, Process, Interrupted]) -> None:
    """What was decided for the family that was merged away goes where its events went."""
    one, other, interrupted = two
    (known,) = one.submit(event(1, SEVERE))
    (asked,) = one.submit(perhaps(1))
    newer = perhaps(1, yes("suicidal_intent"))
    newer.source_version = 2
    interrupted.before = lambda: decide(one, asked.match.review_id, same=True)
    (arrived,) = other.submit(newer)
    assert arrived.family_id == known.family_id
    assert (referrals(one, known.family_id), referrals(one, asked.family_id)) == (3, 0)


def test_a_merge_meets_an_arrival(two: tuple[Process, Process, Interrupted]) -> None:
    """What arrived in the family meanwhile is merged with the rest."""
    one, other, interrupted = two
    (known,) = one.submit(event(1, SEVERE))
    (asked,) = one.submit(perhaps(1))
    newer = perhaps(1, yes("suicidal_intent"))
    newer.source_version = 2
    interrupted.before = lambda: one.submit(newer)
    answer = decide(other, asked.match.review_id, same=True)
    assert [one.trigger for one in answer.consequences.decisions[0].safety] == ["suicidal-intent"]
    assert (referrals(one, known.family_id), referrals(one, asked.family_id)) == (3, 0)


def test_an_arrival_meets_an_undo(two: tuple[Process, Process, Interrupted]) -> None:
    """A version of what returns is put where it returned to."""
    one, other, interrupted = two
    (known,) = one.submit(event(1, SEVERE))
    (asked,) = one.submit(perhaps(1))
    decide(one, asked.match.review_id, same=True)
    newer = perhaps(1)
    newer.source_version = 2
    interrupted.before = lambda: undo(one, asked.family_id)
    (arrived,) = other.submit(newer)
    assert arrived.family_id == asked.family_id
    assert (referrals(one, known.family_id), referrals(one, asked.family_id)) == (1, 2)


def test_two_people_decide_at_once(two: tuple[Process, Process, Interrupted]) -> None:
    """The second is told that it was answered, and nothing is done twice."""
    one, other, interrupted = two
    one.submit(event(1, SEVERE))
    (asked,) = one.submit(perhaps(1))
    interrupted.before = lambda: decide(one, asked.match.review_id, same=False)
    refused = decide(other, asked.match.review_id, same=True)
    assert refused.reason.value == "REVIEW_CLOSED"
    (known, *_) = act(one, pb.GetReviewRequest(review_id=asked.match.review_id)).history
    assert known.kind == "said_different"
