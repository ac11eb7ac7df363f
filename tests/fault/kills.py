"""Kills: workers, supervisors and the database end by SIGKILL at random moments under load.

``python -m tests.fault.kills --store postgresql --kills 200`` prints what came of it, and exits with 1 if anything that
was acknowledged is lost, written by half, or answered otherwise when it is sent again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import itertools
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Self

from router.bench.postgres import PostgresServer
from router.store.ids import parse
from router.store.interface import Reader
from router.v1 import routing_service_pb2 as pb
from tests.fault.delivery import Delivery
from tests.fault.families import MODERATE, SUICIDAL, sent_by
from tests.fault.installation import Installation, NotServingError, Replica, installation
from tests.fault.outcome import Outcome
from tests.support.places import Place
from tests.support.requests import submit

REPLICAS = 2
WORKERS = 2
#: Enough that something is always under way; more would only slow the starts of what was killed.
SENDERS = 6
#: How many answers come between two kills, at most.
_ANSWERS_BETWEEN = 30
_STARTS = 5
#: How many answers to look up in the store at once.
_AT_ONCE = 500
#: What is killed, and how often beside the others.
_TARGETS = {
    "sqlite": {"worker": 6, "supervisor": 2, "all replicas": 2},
    "postgresql": {"worker": 3, "supervisor": 2, "all replicas": 1, "database process": 2, "database": 2},
}


@dataclass(kw_only=True)
class Kills(Outcome):
    """What came of all kills. A silence is the longest time between a kill and the answers after it."""

    killed: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    tries: int = 0
    sent_again: int = 0
    longest_silence_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is remembered of an answer: tens of thousands of them are large."""

    digest: bytes
    referral_id: int
    decision_id: int
    family_id: str

    @classmethod
    def of(cls, answer: pb.SubmitReferralResponse) -> Self:
        """Remember an answer."""
        return cls(
            hashlib.sha256(answer.SerializeToString()).digest(),
            parse("ref", answer.referral_id),
            parse("dec", answer.decision.decision_id),
            answer.decision.family_id,
        )


@dataclass
class _Load:
    """What was sent and what was acknowledged, by request id."""

    requests: dict[str, pb.SubmitReferralRequest] = field(default_factory=dict)
    answers: dict[str, _Answer] = field(default_factory=dict)
    answered: asyncio.Condition = field(default_factory=asyncio.Condition)
    over: bool = False


async def run(installed: Installation, kills: int, seed: int, outcome: Kills) -> _Load:
    """Send referrals without a pause, kill meanwhile, and let everything that was sent be answered in the end."""
    load = _Load()
    started = time.monotonic()
    async with Delivery(installed.addresses, channels=4) as delivery:
        numbers = itertools.count(1)
        senders = [asyncio.create_task(_send(delivery, load, numbers)) for _ in range(SENDERS)]
        await _kill(installed, load, kills, Random(seed), outcome)
        load.over = True
        await asyncio.gather(*senders)
        outcome.seconds = time.monotonic() - started
        outcome.acknowledged, outcome.tries = len(load.answers), delivery.tries
        await _send_again(delivery, load, outcome)
    return load


async def _send(delivery: Delivery, load: _Load, numbers: Iterator[int]) -> None:
    while not load.over:
        number = next(numbers)
        # Of each family two services write, so that there are families to be found as well as made.
        family, place = (number + 1) // 2, number % 2
        seen = SUICIDAL if number % 10 == 0 else MODERATE
        request = submit(sent_by(family, place, seen), f"killed-{number:07d}")
        load.requests[request.request_id] = request
        load.answers[request.request_id] = _Answer.of(await delivery.send(request))
        async with load.answered:
            load.answered.notify_all()


async def _kill(installed: Installation, load: _Load, kills: int, chance: Random, outcome: Kills) -> None:
    targets = _TARGETS[installed.kind]
    for done in range(1, kills + 1):
        wanted = len(load.answers) + chance.randint(1, _ANSWERS_BETWEEN)
        before = time.monotonic()
        async with load.answered:
            await load.answered.wait_for(lambda wanted=wanted: len(load.answers) >= wanted)
        outcome.longest_silence_seconds = max(outcome.longest_silence_seconds, time.monotonic() - before)
        # Not always just after an answer: anywhere within the work of a batch.
        await asyncio.sleep(chance.random() * 0.02)
        target = chance.choices(list(targets), list(targets.values()))[0]
        if await asyncio.to_thread(_kill_one, installed, target, chance, outcome):
            outcome.killed[target] += 1
        outcome.progress(done, kills)


def _kill_one(installed: Installation, target: str, chance: Random, outcome: Kills) -> bool:
    replica = chance.choice(installed.replicas)
    if target == "supervisor":
        replica.kill()
        _start(installed, replica, outcome)
    elif target == "all replicas":
        # Nobody is left who has the store open and could mend what the dead left half done.
        for each in installed.replicas:
            each.kill_with_workers()
        for each in installed.replicas:
            _start(installed, each, outcome)
    elif target == "database":
        assert installed.database is not None
        installed.database.kill()
        installed.database.start()
    else:
        pids = replica.workers() if target == "worker" else _backends(installed.database)
        try:
            os.kill(chance.choice(pids), signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            return False  # dead already and not yet replaced
    return True


def _start(installed: Installation, replica: Replica, outcome: Kills) -> None:
    """Start a replica as whatever keeps services alive on a host does: again, where a database was just then away."""
    for _ in range(_STARTS):
        try:
            replica.start()
        except NotServingError as fault:
            if installed.database is None:
                outcome.faults["a replica that did not start"].append(str(fault))
        else:
            return
    replica.start()


def _backends(database: PostgresServer | None) -> list[int]:
    assert database is not None
    with contextlib.suppress(FileNotFoundError):
        return database.backends()
    return []


async def _send_again(delivery: Delivery, load: _Load, outcome: Kills) -> None:
    waiting = iter(load.answers.items())

    async def again() -> None:
        for request_id, first in waiting:
            second = _Answer.of(await delivery.send(load.requests[request_id]))
            outcome.sent_again += 1
            if second != first:
                outcome.faults["another answer to the same request"].append(request_id)

    await asyncio.gather(*(again() for _ in range(SENDERS)))


def judge(installed: Installation, load: _Load, outcome: Kills) -> None:
    """Look at what is stored, past the replicas, and write every fault into ``outcome``."""
    families: dict[str, set[str]] = defaultdict(set)
    store = installed.open_store()
    try:
        with store.read() as reader:
            answers = iter(load.answers.items())
            while some := dict(itertools.islice(answers, _AT_ONCE)):
                _judge_some(reader, some, outcome)
    finally:
        store.close()
    for request_id, one in load.answers.items():
        number = (int(request_id.removeprefix("killed-")) + 1) // 2
        families[str(number)].add(one.family_id)
    outcome.faults["duplicate families"] += sorted(name for name, found in families.items() if len(found) > 1)
    with Place(installed.url, str(installed.key_file)).sql() as sql:
        doubled = sql(
            "SELECT source_system, source_reference, source_version FROM event WHERE kind = 'referral' "
            "GROUP BY source_system, source_reference, source_version HAVING count(*) > 1"
        )
        unheard = sql("SELECT decision_id FROM decision EXCEPT SELECT decision_id FROM notice")
    outcome.faults["referrals written twice"] += [str(each) for each in doubled]
    outcome.faults["decisions without a notice"] += [str(each) for each in unheard]


def _judge_some(reader: Reader, answers: dict[str, _Answer], outcome: Kills) -> None:
    kept = reader.answers(list(answers))
    events = reader.events_by_id([one.referral_id for one in answers.values()])
    decisions = reader.decisions_by_id([one.decision_id for one in answers.values()])
    outcome.faults["acknowledged and lost"] += sorted(answers.keys() - kept.keys())
    outcome.faults["acknowledged and half-written"] += sorted(
        request_id
        for request_id, one in answers.items()
        if one.referral_id not in events or one.decision_id not in decisions
    )


def kill(kind: str, kills: int, seed: int = 1) -> Kills:
    """Kill ``kills`` times over a new store of this kind and return what came of it."""
    outcome = Kills(store=kind)
    with installation(kind, replicas=REPLICAS, workers=WORKERS) as installed:
        load = asyncio.run(run(installed, kills, seed, outcome))
        judge(installed, load, outcome)
        outcome.faults["wrong in the store"] += installed.check()
    return outcome


def main() -> None:
    """Kill as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault.kills", description=__doc__)
    parser.add_argument("--store", choices=list(_TARGETS), required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    kill(arguments.store, arguments.kills, arguments.seed).tell()


if __name__ == "__main__":
    main()
