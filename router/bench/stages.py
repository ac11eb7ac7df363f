"""Where the time of one decision goes: the same path in this process, in batches of 64, with a clock on each stage."""

from __future__ import annotations

import functools
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from router.model.errors import RouterError
from router.routing import decide as deciding
from router.routing.decide import Decider
from router.rules.engine import Engine
from router.service import doubts, processor, submitting
from router.service.batcher import MOST_IN_A_BATCH
from router.service.core import Core
from router.service.encode import Encoder
from router.service.families import FamilyState
from router.service.processor import Processor
from router.service.validate import validate
from router.service.work import Work, caller_of
from router.v1 import routing_service_pb2 as pb

# Each stage with the functions that it consists of. A function's time is its own: what another stage's function uses
# while it is called counts for that stage only.
_STAGES: tuple[tuple[str, object, str], ...] = (
    ("match", processor, "Workspace"),
    ("match", FamilyState, "record"),
    ("match", doubts, "resolve"),
    ("evaluate: reference", deciding, "evaluate"),
    ("evaluate: engine", Engine, "evaluate"),
    ("decide", Decider, "decide"),
    ("encode", Encoder, "document"),
    ("encode", submitting, "_answer"),
    ("commit", Processor, "_commit"),
    ("record", Processor, "process"),
)
Make = Callable[[Core, Sequence[bytes]], list[Work]]
STAGES = ("decode", *dict.fromkeys(stage for stage, _, _ in _STAGES))
"""In the order of the table. ``record`` is what is left: placing, notices, audit records and the rows of a change."""


@dataclass(slots=True)
class Stopwatch:
    """Counts the processor time of this thread by stage, without what is called from one stage into another."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _inner: list[float] = field(default_factory=list)

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call`` with its time counted for ``stage``."""

        @functools.wraps(call)
        def run(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            started = time.thread_time()
            try:
                return call(*args, **kwargs)
            finally:
                spent = time.thread_time() - started
                self.seconds[stage] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return run


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Microseconds of processor time a decision, by stage; and the wall time of a commit, which waits for the disk."""

    microseconds: dict[str, float]
    total: float
    commit_wall: float


def make_works(core: Core, requests: Sequence[bytes]) -> list[Work]:
    """Return requests as the servicer hands them over: parsed, checked, and decoded."""
    return [_work(core, request) for request in requests]


def run(core: Core, requests: Sequence[bytes], make: Make = make_works) -> Iterator[bytes]:
    """Decide in batches and yield the answers. Raises the first refusal."""
    for start in range(0, len(requests), MOST_IN_A_BATCH):
        for answer in core.processor.process(make(core, requests[start : start + MOST_IN_A_BATCH])):
            if isinstance(answer, RouterError):
                raise answer
            yield answer


def measure(core: Core, requests: Sequence[bytes]) -> StageTimes:
    """Decide ``requests`` and return the time of each stage."""
    watch = Stopwatch()
    before = core.processor.times.commit
    with _clocks_on(watch):
        deque(run(core, requests, watch.timed("decode", make_works)), maxlen=0)
    each = {stage: watch.seconds[stage] / len(requests) * 1e6 for stage in STAGES}
    commit_wall = (core.processor.times.commit - before) / len(requests) * 1e6
    return StageTimes(each, sum(each.values()), commit_wall)


def _work(core: Core, content: bytes) -> Work:
    request = pb.SubmitReferralRequest.FromString(content)
    validate(request)
    return core.servicer.submit(request, caller_of(request.context))


@contextmanager
def _clocks_on(watch: Stopwatch) -> Iterator[None]:
    with ExitStack() as stack:
        for stage, owner, name in _STAGES:
            original = getattr(owner, name)
            setattr(owner, name, watch.timed(stage, original))
            stack.callback(setattr, owner, name, original)
        yield
