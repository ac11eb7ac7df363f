"""Runs a batch: read, decide, commit, answer. Every waiter is answered, and a bad item fails alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from router.audit.events import AuditEvent
from router.audit.log import record, write
from router.model.errors import Reason, RouterError
from router.service.guarding import Guard
from router.service.noticing import acknowledge, escalate
from router.service.quarantining import quarantine
from router.service.responding import respond
from router.service.submitting import submit
from router.service.tools import Tools
from router.service.withdrawing import withdraw
from router.service.work import Acknowledge, Answer, Done, Escalate, Note, Quarantine, Respond, Submit, Withdraw, Work
from router.service.workspace import KeyHash, Workspace
from router.store.interface import Reader, Store


@dataclass(slots=True)
class StageTimes:
    """Seconds of wall time spent in each stage since the start, and how many items went through."""

    items: int = 0
    batches: int = 0
    decided_again: int = 0
    read: float = 0.0
    decide: float = 0.0
    commit: float = 0.0


@dataclass(slots=True)
class Processor:
    """Turns batches of work into answers. One thread only."""

    store: Store
    tools: Tools
    key_hash: KeyHash
    guard: Guard
    times: StageTimes = field(default_factory=StageTimes)

    def process(self, batch: Sequence[Work]) -> list[Answer]:
        """Return the answer to each unit of work, in order. What it answers with success is committed."""
        started = time.perf_counter()
        mark = self.store.mark()
        with self.store.read(to_write=True) as reader:
            space = self._space(reader, batch)
            read = time.perf_counter()
            done = self._decide(batch, space)
        decided = time.perf_counter()
        if any(one.change is not None for one in done):
            done = self._commit(batch, done, space, mark)
        self.times.items += len(batch)
        self.times.batches += 1
        self.times.read += read - started
        self.times.decide += decided - read
        self.times.commit += time.perf_counter() - decided
        return [one.answer for one in done]

    def _commit(self, batch: Sequence[Work], done: list[Done], space: Workspace, mark: int) -> list[Done]:
        keys = {key for keys in space.keys.values() for key in keys}
        with self.store.transaction(sorted(keys)) as transaction:
            if not transaction.unchanged_since(mark) and not space.still_holds(transaction):
                # Somebody else committed to a family that this batch touches: decide again on what is true now.
                self.times.decided_again += 1
                done = self._decide(batch, self._space(transaction, batch))
            written = [(place, one.change) for place, one in enumerate(done) if one.change is not None]
            conflicts = transaction.apply([change for _, change in written])
        for (place, change), conflict in zip(written, conflicts, strict=True):
            if conflict is not None:
                message = "the request met another one for the same thing; send it again with the same request_id"
                done[place] = Done(RouterError(Reason.STORE_UNAVAILABLE, message))
            else:
                for row in change.audit:
                    write(row.leaf)
        return done

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
        }
        if isinstance(work, Note):
            return Done(b"", work.change)
        return handlers[type(work)](work, space, self.tools)
