"""Sees to it that a crash in the rule engine's C code ends at most one worker, and loses nothing.

Before the engine is asked a question, a digest of it is marked where it outlives the process. Whoever starts next, and
whoever meets the same question, counts the death against it. A question that has ended one process is put to the engine
in a child; one that has ended that child too is not put to it again, and a desk decides. Workers alone never bring it
that far: one may have been killed by somebody else just then, twice, and a trial tells.

What is marked is the question: the pack, the truths of the criteria and the circumstances, which is all that the C code
is told. It stays the same when a request is sent again, and comes again with another version, another caller or a dry
run of the same content.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from router.audit.events import AuditEvent
from router.audit.log import Fields, write
from router.model.errors import Reason, RouterError
from router.rules.engine import Conclusion, EngineCrashedError, EngineFaultError, Question, Run
from router.rules.pack import Pack
from router.service.decode import micros
from router.service.marks import MARK_BYTES, Marks
from router.service.recording import Recorder
from router.service.trial import TrialDiedError, TrialStoppedError, try_out, written
from router.store.interface import Change, Reader, Store

#: A question that ended so many processes is not put to the engine again.
MOST_DEATHS = 2
MOST_REMEMBERED = 256
_SHOWN = 8


class PutOffError(RouterError):
    """The work needs a trial first, which is not held inside a batch: call ``prepare``, and do the work again, alone.

    To whoever does not, it is a refusal like any other.
    """

    def __init__(self, prepare: Callable[[], None]) -> None:
        message = "the request was put off; try again with the same request_id"
        super().__init__(Reason.STORE_UNAVAILABLE, message)
        self.prepare = prepare


class Guard:
    """Stands between an engine and its C code. One thread's, but for ``sweep`` before that thread starts.

    ``around`` is the engine's; ``look`` tells of each new snapshot that decisions are made from.
    """

    def __init__(
        self,
        pack: Pack,
        store: Store,
        recorder: Recorder,
        secret: bytes,
        folder: Path,
        *,
        now: Callable[[], datetime],
        trial: Callable[[Pack, Question], Conclusion | None] = try_out,
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._now = now
        self._trial = trial
        self._marks = Marks(folder)
        self._key = hashlib.blake2b(b"router engine suspects", key=secret[:64], digest_size=32).digest()
        self.use(pack)
        self._reader: Reader | None = None
        self._known: dict[bytes, int] | None = None
        self._tried: dict[bytes, Conclusion | None] = {}

    def use(self, pack: Pack) -> None:
        """From now on, take what is asked as asked of this pack's rules."""
        self._pack = pack
        # With another pack, or another engine, it is another question.
        kind = f"{pack.digest}\0{version('durable-rules')}\0".encode()
        self._hash = hashlib.blake2b(kind, key=self._key, digest_size=MARK_BYTES)

    def look(self, reader: Reader) -> None:
        """From now on, ask this snapshot for suspects; it is asked at most once, and only if the engine is to run."""
        self._reader = reader
        self._known = None

    def around(self, run: Run, question: Question) -> Conclusion:
        """Answer a question: by the engine here, by what a trial brought, or not at all.

        Raises ``EngineFaultError``, or ``PutOffError`` where a trial must be held first.
        """
        mark = self._mark(question)
        if mark in self._tried:
            tried = self._tried[mark]
            if tried is None:
                raise EngineFaultError("the rule engine came to no answer in its trial")
            return tried
        deaths = self._deaths(mark)
        if deaths >= MOST_DEATHS:
            raise EngineCrashedError(f"the rule engine has ended {deaths} processes over this question")
        if deaths:
            raise PutOffError(lambda: self._try(mark, question))
        with self._marks.marked(mark):
            return run(question)

    def sweep(self) -> None:
        """Count the deaths of processes that left a mark. A mark is removed after its death was committed."""
        for left in self._marks.left():
            self._count(left.mark, left.process, most=MOST_DEATHS - 1)

    def close(self) -> None:
        """Take away what shows that this process lives."""
        self._marks.close()

    def _mark(self, question: Question) -> bytes:
        whole = self._hash.copy()
        whole.update(written(question))
        return whole.digest()

    def _deaths(self, mark: bytes) -> int:
        if self._known is None:
            # In this order: a death that is being counted meanwhile is seen in one place or in both.
            self._marks.look_round()
            self._known = self._reader.suspects() if self._reader is not None else {}
        return self._known.get(mark, 0) or int(self._marks.is_held_elsewhere(mark))

    def _try(self, mark: bytes, question: Question) -> None:
        """Hold the trial of a question, and keep what it brings for when the work is done again."""
        self.sweep()
        with self._store.read() as reader:
            if reader.suspects().get(mark, 0) >= MOST_DEATHS:
                return
        try:
            conclusion = self._trial(self._pack, question)
        except TrialDiedError:
            self._count(mark, f"trial-{secrets.token_hex(8)}", most=MOST_DEATHS)
            return
        except TrialStoppedError:
            return
        if len(self._tried) >= MOST_REMEMBERED:
            self._tried.clear()
        self._tried[mark] = conclusion

    def _count(self, mark: bytes, process: str, *, most: int) -> None:
        now = self._now()
        with self._store.transaction([int.from_bytes(mark[:8], "big") >> 1]) as transaction:
            if transaction.suspects().get(mark, 0) >= most:
                return
            deaths = transaction.count_death(mark, process, micros(now))
            if not deaths:
                return
            fields: Fields = {"suspect": mark[:_SHOWN].hex(), "deaths": deaths, "pack_digest": self._pack.digest}
            row = self._recorder.audit(AuditEvent.ENGINE_CRASHED, now, fields)
            transaction.apply([Change(audit=[row])])
        write(row.leaf)
