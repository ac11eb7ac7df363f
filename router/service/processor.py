"""Runs a batch: read, decide, commit, answer. Every waiter is answered, and a bad item fails alone."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from router.audit.events import AuditEvent
from router.audit.log import record, write
from router.model.errors import Reason, RouterError
from router.service.golive import acts as rules
from router.service.golive.work import (
    ActivatePack,
    ApprovePack,
    ProposePack,
    RejectPack,
    RollBackPack,
    ShadowPack,
)
from router.service.guarding import Guard
from router.service.noticing import acknowledge, escalate
from router.service.quarantining import quarantine
from router.service.responding import respond
from router.service.reviews.moving import move_infant
from router.service.reviews.parting import split_family, undo_merge
from router.service.reviews.returning import undo_infant_move
from router.service.reviews.reviewing import claim_review, decide_review, release_review, reopen_review
from router.service.submitting import submit
from router.service.tools import Tools
from router.service.withdrawing import withdraw
from router.service.work import (
    Acknowledge,
    Answer,
    ClaimReview,
    DecideReview,
    Done,
    Escalate,
    MoveInfant,
    Note,
    PersonsAct,
    Quarantine,
    ReleaseReview,
    ReopenReview,
    Respond,
    SplitFamily,
    Submit,
    UndoInfantMove,
    UndoMerge,
    Withdraw,
    Work,
)
from router.service.workspace import KeyHash, Workspace
from router.store.interface import Reader, Store, StoreBusyError

#: Seconds to wait before each further try: long enough together for a server that starts anew.
_PAUSES = (0.02, 0.1, 0.3, 0.8)
_UNAVAILABLE = RouterError(
    Reason.STORE_UNAVAILABLE, "the store did not take the request; try again with the same request_id"
)


@dataclass(slots=True)
class StageTimes:
    """Seconds of wall time spent in each stage since the start, and how many items went through.

    ``decided_again`` counts batches that were decided anew inside their transaction, ``met_another`` items that another
    process had written first, ``gave_way`` tries that the store could not do.
    """

    items: int = 0
    batches: int = 0
    decided_again: int = 0
    met_another: int = 0
    gave_way: int = 0
    read: float = 0.0
    decide: float = 0.0
    commit: float = 0.0


@dataclass(slots=True)
class Processor:
    """Turns batches of work into answers. One thread only.

    ``follow`` may be called by any thread: the next batch, and all after it, are decided with other tools. ``decided``
    hears the ids of decisions once they are committed.
    """

    store: Store
    tools: Tools
    key_hash: KeyHash
    guard: Guard
    times: StageTimes = field(default_factory=StageTimes)
    pause: Callable[[float], None] = time.sleep
    decided: Callable[[Sequence[int]], None] | None = None
    _following: Tools | None = None

    def follow(self, tools: Tools) -> None:
        """Decide from the next batch on with these tools; the batch under way ends with those that it began with."""
        self._following = tools

    def process(self, batch: Sequence[Work]) -> list[Answer]:
        """Return the answer to each unit of work, in order. What it answers with success is committed.

        What met another process's work, or found the store away, is done again from the beginning, a few times: under
        the same ``request_id`` nothing is done twice. A person's act on families is done by itself, in its turn.
        """
        following = self._following
        if following is not None and following is not self.tools:
            self.guard.use(following.pack)
            self.tools = following
        return [answer for part in _parts(batch) for answer in self._process(part)]

    def _process(self, batch: Sequence[Work]) -> list[Answer]:
        answers: list[Answer] = [_UNAVAILABLE] * len(batch)
        waiting = list(enumerate(batch))
        for pause in (*_PAUSES, None):
            try:
                done, met = self._attempt([work for _, work in waiting])
            except StoreBusyError as fault:
                if fault.too_much and len(waiting) > 1:
                    half = len(waiting) // 2
                    for part in (waiting[:half], waiting[half:]):
                        for (place, _), answer in zip(part, self._process([work for _, work in part]), strict=True):
                            answers[place] = answer
                    break
                self.times.gave_way += 1
                if pause is None:
                    record(AuditEvent.CALL_FAILED, method="batch", error=type(fault).__name__)
                else:
                    self.pause(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that two do not meet again
                continue
            for (place, _), one in zip(waiting, done, strict=True):
                answers[place] = one.answer
            waiting = [waiting[place] for place in met]
            if not waiting:
                break
            self.times.met_another += len(waiting)
        self.times.items += len(batch)
        return answers

    def _attempt(self, batch: Sequence[Work]) -> tuple[list[Done], list[int]]:
        """Read, decide and commit once, and return the outcomes, with the places of those that met another's work."""
        started = time.perf_counter()
        mark = self.store.mark()
        with self.store.read(to_write=True) as reader:
            space = self._space(reader, batch)
            read = time.perf_counter()
            done = self._decide(batch, space)
        decided = time.perf_counter()
        met: list[int] = []
        if any(one.change is not None for one in done):
            done, met = self._commit(batch, done, space, mark)
        self.times.batches += 1
        self.times.read += read - started
        self.times.decide += decided - read
        self.times.commit += time.perf_counter() - decided
        return done, met

    def _commit(
        self, batch: Sequence[Work], done: list[Done], space: Workspace, mark: int
    ) -> tuple[list[Done], list[int]]:
        with self.store.transaction(space.locks) as transaction:
            if not transaction.unchanged_since(mark) and not space.still_holds(transaction):
                # Somebody else committed to a family that this batch touches: decide again on what is true now.
                self.times.decided_again += 1
                done = self._decide(batch, self._space(transaction, batch))
            written = [(place, one.change) for place, one in enumerate(done) if one.change is not None]
            conflicts = transaction.apply([change for _, change in written])
        met, made = [], []
        for (place, change), conflict in zip(written, conflicts, strict=True):
            if conflict is not None:
                done[place] = Done(_UNAVAILABLE)
                met.append(place)
            else:
                made += [row.decision_id for row in change.decisions]
                for row in change.audit:
                    write(row.leaf)
        if made and self.decided is not None:
            self.decided(made)
        return done, met

    def _space(self, reader: Reader, batch: Sequence[Work]) -> Workspace:
        self.guard.look(reader)
        return Workspace(reader, self.tools.memory, self.key_hash, batch)

    def _decide(self, batch: Sequence[Work], space: Workspace) -> list[Done]:
        return [self._one(work, space) for work in batch]

    def _one(self, work: Work, space: Workspace) -> Done:
        try:
            return self._handle(work, space)
        except RouterError as refusal:
            return Done(refusal)
        except Exception as fault:  # noqa: BLE001 - one bad item must not take the batch with it
            record(
                AuditEvent.CALL_FAILED,
                method=work.method,
                caller=work.caller.name,
                request_id=work.request_id or None,
                error=type(fault).__name__,
            )
            message = (
                "the request met a fault of the router's own; nothing was changed; tell its operators the request_id"
            )
            return Done(RouterError(Reason.INTERNAL, message))

    def _handle(self, work: Work, space: Workspace) -> Done:
        handlers: dict[type[Work], Callable[..., Done]] = {
            Submit: submit,
            Withdraw: withdraw,
            Respond: respond,
            Quarantine: quarantine,
            Acknowledge: acknowledge,
            Escalate: escalate,
            ClaimReview: claim_review,
            ReleaseReview: release_review,
            DecideReview: decide_review,
            ReopenReview: reopen_review,
            SplitFamily: split_family,
            UndoMerge: undo_merge,
            MoveInfant: move_infant,
            UndoInfantMove: undo_infant_move,
            ProposePack: rules.propose,
            ApprovePack: rules.approve,
            RejectPack: rules.reject,
            ActivatePack: rules.activate,
            ShadowPack: rules.run_in_shadow,
            RollBackPack: rules.roll_back,
        }
        if isinstance(work, Note):
            return Done(b"", work.change)
        return handlers[type(work)](work, space, self.tools)


def _parts(batch: Sequence[Work]) -> Iterator[Sequence[Work]]:
    """Yield a batch in parts, each act of a person by itself: the next item must see all that it changed."""
    start = 0
    for place, work in enumerate(batch):
        if isinstance(work, PersonsAct):
            if start < place:
                yield batch[start:place]
            yield batch[place : place + 1]
            start = place + 1
    if start < len(batch):
        yield batch[start:]
