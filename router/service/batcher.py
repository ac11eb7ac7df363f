"""Gathers work of many callers into batches for the one thread that decides and commits."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from router.model.errors import Reason, RouterError
from router.service.admission import Admission
from router.service.guarding import PutOffError
from router.service.work import Answer, Work

MOST_IN_A_BATCH = 64
# One is enough, unless the family changes while it is held.
MOST_TRIALS = 3
_PAUSE_SECONDS = 0.0005

_Item = tuple[Work, "Future[Answer]"]


class Batcher:
    """One thread that takes whatever waits, at most 64 units of work at once, and answers every waiter.

    A batch is no longer than a part of the time that callers may wait: all of a batch are answered when it is done.
    No time is spent waiting for a fuller batch: while one batch commits, the next gathers by itself.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Work]], list[Answer]],
        *,
        on_fault: Callable[[Exception], None],
        admission: Admission,
    ) -> None:
        self._process = process
        self._admission = admission
        self._on_fault = on_fault
        self._waiting: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[Answer]:
        """Hand over one unit of work. The future always ends, with an answer or a refusal."""
        future: Future[Answer] = Future()
        if self._closed.is_set():
            future.set_result(RouterError(Reason.SHUTTING_DOWN, "the router is shutting down; try again shortly"))
            return future
        self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Finish what was handed over, and stop."""
        self._closed.set()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_for_more = True
        while open_for_more:
            batch: list[_Item] = []
            most = min(MOST_IN_A_BATCH, self._admission.most_in_a_batch)
            item = self._waiting.get()
            while item is not None:
                # Work whose caller has gone is not begun: nobody would learn of its answer, and a retry brings it back.
                if item[1].set_running_or_notify_cancel():
                    batch.append(item)
                if len(batch) == most:
                    break
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    break
            open_for_more = item is not None or not self._closed.is_set()
            if batch:
                self._answer(batch)

    def _answer(self, batch: list[_Item]) -> None:
        started = time.perf_counter()
        try:
            answers = self._process([work for work, _ in batch])
        except Exception as fault:  # noqa: BLE001 - the thread must outlive any fault of the store
            self._on_fault(fault)
            message = "the store did not take the request; try again with the same request_id"
            answers = [RouterError(Reason.STORE_UNAVAILABLE, message)] * len(batch)
        self._admission.learn(len(batch), time.perf_counter() - started)
        put_off = []
        for item, answer in zip(batch, answers, strict=True):
            if isinstance(answer, PutOffError):
                put_off.append((item, answer))
            else:
                item[1].set_result(answer)
        if len(batch) > 1:
            # The thread that reads calls takes in who waits, and they are not left to some time in the next batch.
            time.sleep(_PAUSE_SECONDS)
        # After the others have their answers: a trial takes as long as a process takes to start.
        for (work, future), answer in put_off:
            future.set_result(self._after_trial(work, answer))

    def _after_trial(self, work: Work, answer: Answer) -> Answer:
        """Prepare what was put off, and do it alone."""
        for _ in range(MOST_TRIALS):
            if not isinstance(answer, PutOffError):
                break
            try:
                answer.prepare()
                (answer,) = self._process([work])
            except Exception as fault:  # noqa: BLE001 - as above
                self._on_fault(fault)
                break
        return answer
