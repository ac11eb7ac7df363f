"""What is measured of looking families up: one event at a time, and whole decisions, on stores of two sizes."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from router.bench.register import SYSTEM
from router.bench.register_events import Arrivals
from router.matching import MatchResult, resolve
from router.model.errors import RouterError
from router.service.core import Core, build_core
from router.service.families import family_state
from router.service.settings import IsolatedSettings
from router.service.work import Submit, caller_of
from router.service.workspace import MOST_FAMILIES_OF_A_KEY, Workspace
from router.store.familyrows import EventKind
from router.store.interface import Reader
from router.v1 import routing_service_pb2 as pb

_PIECE = 1 << 20
_STATUS = Path("/proc/self/status")


@dataclass(slots=True)
class Looked:
    """Times of lookups in milliseconds, and what they read. ``outcomes`` are of events about known families and not."""

    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    read: list[int] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Found:
    """What blocking keys find, by kind of key: how many an event has, families found by them, and the right one.

    ``shared`` counts families that share any key, ``passed_over`` the right ones among them that are not read;
    ``decided_otherwise`` counts events that would be decided otherwise if every family that shares a key were read.
    """

    events: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    biggest: Counter[str] = field(default_factory=Counter)
    shared: int = 0
    passed_over: int = 0
    decided_otherwise: int = 0


@contextmanager
def served(data: Path) -> Iterator[Core]:
    """Open a store as a worker does."""
    core = build_core(IsolatedSettings(data=data, port=0))
    try:
        yield core
    finally:
        core.close()


def work_of(core: Core, arrivals: Arrivals) -> tuple[Submit, int | None]:
    """Return the next arrival as the servicer hands it over, with the number of its family."""
    event, number = arrivals.next()
    context = pb.CallContext(caller=event.source_system, reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)
    request = pb.SubmitReferralRequest(request_id=event.source_reference, context=context, event=event)
    work = core.servicer.submit(request, caller_of(context))
    assert isinstance(work, Submit)  # noqa: S101 - what was asked for
    return work, number


def look_up(core: Core, arrivals: Arrivals, count: int) -> Looked:
    """Look families up one event at a time: keys, what is under them, the families, their comparison."""
    looked = Looked()
    tools = core.processor.tools
    for _ in range(count):
        work, number = work_of(core, arrivals)
        with core.store.read(to_write=True) as reader:
            cpu, began = time.thread_time(), time.perf_counter()
            space = Workspace(reader, tools.memory, core.processor.key_hash, [work])
            read = time.perf_counter()
            records = [one.record() for one in space.candidates(space.keys[id(work)])]
            match = resolve(work.event.people, work.event.household, records, tools.weights)
            ended, cpu = time.perf_counter(), time.thread_time() - cpu
            right = _family_of(reader, number)
        looked.times.append((ended - began) * 1e3)
        looked.cpu.append(cpu * 1e3)
        looked.stages["keys, and reading what is under them"] += (read - began) * 1e3
        looked.stages["comparing"] += (ended - read) * 1e3
        looked.read.append(len(records))
        looked.outcomes[_outcome(match, number, right)] += 1
    return looked


def look_at_keys(core: Core, arrivals: Arrivals, count: int) -> Found:
    """Count what each kind of key finds, and what would be decided if all of it were read."""
    found = Found()
    tools, key_hash = core.processor.tools, core.processor.key_hash
    for _ in range(count):
        work, number = work_of(core, arrivals)
        kinds = key_hash.of(work.event)
        with core.store.read(to_write=True) as reader:
            right = _family_of(reader, number)
            under = reader.families_of_keys(list(kinds), most=MOST_FAMILIES_OF_A_KEY)
            space = Workspace(reader, tools.memory, key_hash, [work])
            short = [one.record() for one in space.candidates(space.keys[id(work)])]
            every = {family_id for families in under.values() for family_id in families}
            rows = reader.families(sorted(every))
            long = [family_state(rows[one], tools.memory).record() for one in sorted(every)]
        found.events += 1
        for key, kind in kinds.items():
            families = under.get(key, ())
            found.keys[kind] += 1
            found.hits[kind] += len(families)
            found.right[kind] += right in families
            found.biggest[kind] = max(found.biggest[kind], len(families))
        found.shared += len(every)
        found.passed_over += right in every and right not in {one.family_id for one in short}
        decided = [
            resolve(work.event.people, work.event.household, records, tools.weights) for records in (short, long)
        ]
        one, other = ((each.outcome, each.family_id) for each in decided)
        found.decided_otherwise += one != other
    return found


def decide(core: Core, works: Sequence[Submit], at_once: int) -> tuple[float, float]:
    """Decide and commit in batches, and return milliseconds of wall time and of processor time for an event."""
    cpu, began = time.process_time(), time.perf_counter()
    for start in range(0, len(works), at_once):
        for answer in core.processor.process(works[start : start + at_once]):
            if isinstance(answer, RouterError):
                raise answer
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return seconds / len(works) * 1e3, cpu / len(works) * 1e3


def forget_file(data: Path) -> None:
    """Let the system forget what it has in memory of a store's file, as far as it does so when asked."""
    with (data / "router.db").open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def recall_file(data: Path) -> None:
    """Let the system have a store's file in memory, as a host that serves it has."""
    with (data / "router.db").open("rb") as file:
        while file.read(_PIECE):
            pass


def memory_mb(name: str = "VmRSS") -> float:
    """Return this process's memory, VmRSS now or VmHWM at the most, in millions of bytes."""
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
    return int(lines[name].split()[0]) * 1024 / 1e6


def _family_of(reader: Reader, number: int | None) -> int | None:
    if number is None:
        return None
    source = (SYSTEM, f"F{number:08d}")
    return reader.referral_versions([source], kind=EventKind.REGISTERED)[source][0].family_id


def _outcome(match: MatchResult, number: int | None, right: int | None) -> str:
    whose = "stranger" if number is None else "known"
    which = "" if match.family_id is None else ", right" if match.family_id == right else ", other"
    return f"{whose}: {match.outcome.value}{which}"
