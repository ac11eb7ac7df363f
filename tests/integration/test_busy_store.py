"""A store that gives way, or goes away, in the middle of a batch: each request is done once or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from random import Random

import pytest

from router.model.errors import Reason, RouterError
from router.service.processor import Processor
from router.store.interface import Change, ChangeConflict, Store, StoreBusyError, Transaction
from router.v1 import routing_service_pb2 as pb
from tests.support.processing import Process
from tests.support.requests import choice, event

MODERATE = choice("parent_illness_severity", "moderate")
BEFORE, AFTER, TOO_MUCH = "before", "after", "too much"


class Busy:
    """A store whose transactions fail as ``plan`` says: before their commit, after it, or with too much at once."""

    def __init__(self, store: Store, plan: list[str]) -> None:
        self._store = store
        self.plan = plan
        self.claim_process_number = store.claim_process_number
        self.mark = store.mark
        self.read = store.read
        self.close = store.close

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[Transaction]:
        """Open a transaction, or the semblance of one."""
        fate = self.plan.pop(0) if self.plan else ""
        with self._store.transaction(lock_keys) as transaction:
            yield transaction
            if fate == BEFORE:
                raise StoreBusyError("gave way")
            if fate == TOO_MUCH:
                raise StoreBusyError("no room for so many locks", too_much=True)
        if fate == AFTER:
            # The commit stands, and the word of it never came.
            raise StoreBusyError("the connection broke")


def processor(running: Process, plan: list[str]) -> tuple[Processor, list[float]]:
    """Return a processor on a store that fails as planned, and the pauses that it makes."""
    pauses: list[float] = []
    ours = running.core.processor
    return Processor(Busy(running.core.store, plan), ours.tools, ours.key_hash, ours.guard, pause=pauses.append), pauses


def counts(running: Process) -> dict[str, int]:
    """Return how many rows each table holds."""
    with running.core.store.read() as reader:
        return reader.counts()


@pytest.mark.parametrize("plan", [[BEFORE], [AFTER], [TOO_MUCH], [BEFORE, BEFORE, AFTER], [TOO_MUCH, TOO_MUCH, AFTER]])
def test_what_the_store_could_not_do_is_done_again_and_once(running: Process, plan: list[str]) -> None:
    """Each request is answered, and leaves one event, one decision and one answer, wherever the store failed."""
    works = [running.work(event(number, MODERATE, source=f"source-{number % 3}")) for number in range(1, 9)]
    trying, pauses = processor(running, list(plan))
    answers = trying.process(works)
    assert all(isinstance(answer, bytes) for answer in answers)
    held = counts(running)
    assert (held["answer"], held["event"], held["decision"], held["family"]) == (8, 8, 8, 8)
    assert len(pauses) == sum(fate != TOO_MUCH for fate in plan)
    assert trying.process(works) == answers


def test_tries_are_bounded_and_then_the_caller_is_told(running: Process) -> None:
    """A store that stays away ends in a refusal that says to come again, and nothing is left."""
    trying, pauses = processor(running, [BEFORE] * 99)
    (answer,) = trying.process([running.work(event(1, MODERATE))])
    assert isinstance(answer, RouterError)
    assert answer.reason is Reason.STORE_UNAVAILABLE
    assert len(pauses) == 4
    assert 0 < sum(pauses) < 3
    assert counts(running)["event"] == 0


def test_random_faults_never_double_a_request(running: Process) -> None:
    """Sent until they are answered through a store that fails at random, all requests are done once."""
    chance = Random(11)
    works = [running.work(event(number // 2 + 1, MODERATE, source=f"source-{number % 2}")) for number in range(60)]
    answers: dict[str, bytes] = {}
    while len(answers) < len(works):
        batch = chance.sample(works, 7)
        plan = chance.choices(["", BEFORE, AFTER, TOO_MUCH], [2, 3, 3, 1], k=12)
        trying, _ = processor(running, plan)
        for work, answer in zip(batch, trying.process(batch), strict=True):
            if isinstance(answer, bytes):
                assert answers.setdefault(work.request_id, answer) == answer
    held = counts(running)
    assert (held["answer"], held["event"], held["decision"], held["family"]) == (60, 60, 60, 30)
    families = {pb.SubmitReferralResponse.FromString(one).decision.family_id for one in answers.values()}
    assert len(families) == 30


class Conflicting(Busy):
    """A store in which the first change of a call meets another process's, as often as ``plan`` has entries."""

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[Transaction]:
        """Open a transaction that refuses its first change."""
        with self._store.transaction(lock_keys) as transaction:
            yield _Refusing(transaction) if self.plan and self.plan.pop() else transaction  # type: ignore[misc]


class _Refusing:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def __getattr__(self, name: str) -> object:
        return getattr(self._transaction, name)

    def apply(self, changes: list[Change]) -> list[ChangeConflict | None]:
        """Write all but the first."""
        return [ChangeConflict("answer"), *self._transaction.apply(changes[1:])]


def test_what_met_another_process_is_done_again_alone(running: Process) -> None:
    """A change that conflicted is decided anew; the others of its batch are written and answered the first time."""
    trying, pauses = processor(running, [])
    trying.store = Conflicting(running.core.store, ["yes", "yes"])
    works = [running.work(event(number, MODERATE)) for number in range(1, 4)]
    assert all(isinstance(answer, bytes) for answer in trying.process(works))
    assert counts(running)["event"] == 3
    assert trying.times.met_another == 2
    assert pauses == []
