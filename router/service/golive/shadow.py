"""A worker's side of a shadow: hears of decisions, has them made again by a child, and writes down what differs.

All of it is beside the batches. To hear of a decision costs a few numbers in a list; the child opens the store itself.
"""

from __future__ import annotations

import select
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from router.audit.events import AuditEvent
from router.audit.log import record
from router.service.decode import micros
from router.service.golive.book import Book, Entry
from router.service.golive.shadowing import FAILED
from router.store.interface import Change, Store, StoreError
from router.store.packrows import ShadowRow

COMMAND = (sys.executable, "-m", "router.service.golive.shadowing")
#: Decisions that wait to be made again: beyond it the oldest are left out, and count as not compared.
MOST_WAITING = 10_000
AT_ONCE = 64
#: A child starts in a second or two on a machine with little else to do.
ANSWER_SECONDS = 60.0
LOOK_SECONDS = 0.5
REST_SECONDS = 2.0

Found = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store is, for the child to open."""

    store_url: str
    key_file: Path


class ChildDiedError(Exception):
    """The child came to no answer."""


class Child:
    """A process that makes decisions again under one pack."""

    def __init__(self, place: Place, digest: str, *, command: Sequence[str] = COMMAND) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A trace could hold what a family's facts were.
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        told = {"store_url": place.store_url, "key_file": str(place.key_file), "digest": digest}
        self._first = orjson.dumps(told) + b"\n"

    def ask(self, ids: Sequence[int], *, seconds: float = ANSWER_SECONDS) -> list[Found]:
        """Return what the child finds of these decisions. Raises ``ChildDiedError`` where it does not answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - they are pipes
        assert stdout is not None  # noqa: S101
        try:
            stdin.write(self._first + orjson.dumps(list(ids)) + b"\n")
            stdin.flush()
        except OSError:
            raise ChildDiedError from None
        self._first = b""
        ready, _, _ = select.select([stdout], [], [], seconds)
        line = stdout.readline() if ready else b""
        if not line.endswith(b"\n"):
            raise ChildDiedError
        return [(one, what, before, after) for one, what, before, after in orjson.loads(line)]

    def kill(self) -> None:
        """Let the child end, and with it whatever is being asked of it in another thread."""
        self._process.kill()

    def close(self) -> None:
        """End the child."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


class Shadow:
    """Follows the shadow of one process. ``hear`` may be called by any thread, ``step`` by one."""

    def __init__(
        self,
        store: Store,
        place: Place | None,
        book: Callable[[], Book],
        *,
        now: Callable[[], datetime],
        start: Callable[[Place, str], Child] = Child,
    ) -> None:
        self._store = store
        self._place = place
        self._book = book
        self._now = now
        self._start = start
        self._waiting: deque[int] = deque(maxlen=MOST_WAITING)
        self._entry: Entry | None = None
        self._child: Child | None = None
        self._suspects: deque[int] = deque()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def hear(self, decisions: Sequence[int]) -> None:
        """Hear of decisions that were committed."""
        if self._entry is not None:
            self._waiting.extend(decisions)

    def start(self) -> None:
        """Work from now on beside what serves."""
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End. What still waits is left out."""
        self._stopped.set()
        child = self._child
        if child is not None:
            # Or the thread would wait for the answer.
            child.kill()
        if self._thread is not None:
            self._thread.join()
        self._end_child()

    def step(self) -> bool:
        """Begin or end a shadow as the book says, and have some decisions made again. Returns whether more wait."""
        entry = self._book().in_shadow if self._place is not None else None
        if (entry and entry.shadow) != (self._entry and self._entry.shadow):
            self._end_child()
            self._waiting.clear()
            self._suspects.clear()
        self._entry = entry
        if entry is None or entry.shadow is None:
            return False
        # After a death one at a time, so that the one that the child dies of is told from the others.
        alone = bool(self._suspects)
        ids = [self._suspects.popleft()] if alone else self._next()
        if not ids:
            return False
        found = self._ask(entry.digest, ids, alone=alone)
        if found is not None:
            at = micros(self._now())
            rows = [ShadowRow(entry.shadow.act_id, one, at, what, before, after) for one, what, before, after in found]
            with self._store.transaction() as transaction:
                transaction.apply([Change(shadows=rows)])
        return bool(self._suspects or self._waiting)

    def _ask(self, digest: str, ids: Sequence[int], *, alone: bool) -> list[Found] | None:
        """Return what the child finds, None after its death where it is to be asked again."""
        assert self._place is not None  # noqa: S101 - without one there is no entry
        try:
            if self._child is None:
                self._child = self._start(self._place, digest)
            return self._child.ask(ids)
        except (ChildDiedError, OSError) as fault:
            record(AuditEvent.SHADOW_FAILED, pack_digest=digest, count=len(ids), error=type(fault).__name__)
            self._end_child()
        if not alone:
            self._suspects.extend(ids)
            return None
        with self._store.read() as reader:
            rows = reader.decisions_by_id(ids)
        return [(one, FAILED, row.service, "") for one, row in rows.items()]

    def _next(self) -> list[int]:
        """Take the next decisions out of the queue, which another thread adds to."""
        found: list[int] = []
        while len(found) < AT_ONCE:
            try:
                found.append(self._waiting.popleft())
            except IndexError:
                break
        return found

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _run(self) -> None:
        rest = LOOK_SECONDS
        while not self._stopped.wait(rest):
            try:
                more = self.step()
                rest = (REST_SECONDS if self._suspects else 0.0) if more else LOOK_SECONDS
            except StoreError:
                rest = REST_SECONDS
            except Exception as fault:  # noqa: BLE001 - a shadow's fault is nobody's but its own
                record(AuditEvent.SHADOW_FAILED, error=type(fault).__name__)
                rest = REST_SECONDS
