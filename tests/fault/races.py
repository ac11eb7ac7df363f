"""Races: several services write of one new family at the same instant, through replicas of their own.

``python -m tests.fault.races --store sqlite --races 10000`` prints what came of them, and exits with 1 if anything was
doubled or lost.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

import grpc

from router.store.ids import parse, render
from router.store.interface import Store
from router.v1 import routing_service_pb2 as pb
from tests.fault.delivery import Delivery
from tests.fault.families import KINDS, SENDERS, SUICIDAL, sent_by
from tests.fault.installation import Installation, installation
from tests.fault.outcome import Outcome
from tests.support.places import Place
from tests.support.requests import DESK, LANARKSHIRE, next_id, service_context, submit

REPLICAS = 2
AT_ONCE = 6
UPDATES = "updates"
_WRITERS = (2, 2, 2, 3, 3, 4, 5, 6, 8, 16)


@dataclass
class Race:
    """One race: who wrote what, and what each was answered."""

    number: int
    kind: str
    writers: int
    families: set[int] = field(default_factory=set)


@dataclass(kw_only=True)
class Races(Outcome):
    """What came of all races."""

    races: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    tries: int = 0
    reviewed_pairs: int = 0
    reviewed_races: Counter[str] = field(default_factory=Counter)
    notices_followed: int = 0


async def run(installed: Installation, count: int, seed: int) -> tuple[list[Race], Races, dict[str, list[int]]]:
    """Run the races, and follow the notices meanwhile as their recipients would."""
    chance = Random(seed)
    kinds = [*KINDS, UPDATES]
    races = [_drawn(number, kinds[number % len(kinds)], chance) for number in range(1, count + 1)]
    outcome = Races(store=installed.kind)
    waiting = iter(races)
    followed: dict[str, list[int]] = {}
    started = time.monotonic()
    async with Delivery(installed.addresses) as delivery, Delivery(installed.addresses, channels=1) as reading:
        over = asyncio.Event()
        recipients = [f"{referrer}@{LANARKSHIRE}" for _, referrer in SENDERS[:4]]
        following = [asyncio.create_task(_follow(reading, each, over, followed)) for each in recipients]

        async def runner() -> None:
            for race in waiting:
                # Each race throws its own dice, so that it is the same whichever came before it.
                await _race(delivery, race, Random(seed * 1_000_003 + race.number))
                outcome.progress(race.number, count)

        await asyncio.gather(*(runner() for _ in range(AT_ONCE)))
        outcome.seconds = time.monotonic() - started
        over.set()
        await asyncio.gather(*following)
        outcome.requests, outcome.tries = delivery.answered, delivery.tries
    outcome.races = Counter(race.kind for race in races)
    return races, outcome, followed


def _drawn(number: int, kind: str, chance: Random) -> Race:
    # A pair that shares nothing to find it by is joined by a third referral that is like both, or not at all.
    fewest = 3 if kind == "bridge" else 2
    return Race(number, kind, max(fewest, chance.choice(_WRITERS)), set())


async def _race(delivery: Delivery, race: Race, chance: Random) -> None:
    requests = await _updates(delivery, race, chance) if race.kind == UPDATES else _arrivals(race, chance)
    chance.shuffle(requests)
    answers = await asyncio.gather(*(delivery.send(one) for one in requests), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, grpc.aio.AioRpcError):
            # What came too late to be answered with yes or no.
            assert race.kind == UPDATES, answer
            assert answer.code() in {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ALREADY_EXISTS}, answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            race.families.add(parse("fam", answer.decision.family_id))


def _arrivals(race: Race, chance: Random) -> list[object]:
    make = KINDS[race.kind]
    return [submit(make(race.number, place, chance), next_id()) for place in range(race.writers)]


async def _updates(delivery: Delivery, race: Race, chance: Random) -> list[object]:
    """Let one referral be known, and return what races about it: newer versions, withdrawals, answers, other services."""
    first = await delivery.send(submit(sent_by(race.number, 0), next_id()))
    race.families.add(parse("fam", first.decision.family_id))
    withdrawal = pb.WithdrawReferralRequest(
        request_id=next_id(),
        context=pb.CallContext(caller=SENDERS[0][0], reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE),
        source_system=SENDERS[0][0],
        source_reference=f"r-{race.number}",
        reason=pb.WITHDRAW_REASON_SENT_IN_ERROR,
    )
    withdrawal.occurred_at.FromJsonString("2026-11-02T09:00:00Z")
    lead = first.decision.lead
    accepted = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context(lead.service, lead.board_code),
        decision_id=first.decision.decision_id,
        response=pb.RESPONSE_KIND_ACCEPT,
    )
    made = [submit(sent_by(race.number, 0, SUICIDAL, version=2), next_id()), withdrawal, accepted]
    made += [submit(sent_by(race.number, 0, version=version), next_id()) for version in range(3, 1 + race.writers)]
    made += [submit(sent_by(race.number, 1), next_id())]
    return made[: max(2, race.writers)]


async def _follow(delivery: Delivery, recipient: str, over: asyncio.Event, followed: dict[str, list[int]]) -> None:
    """Follow a recipient's notices by their sequence, as one that reads the outbox does, to the end."""
    seen = followed.setdefault(recipient, [])
    while True:
        last_look = over.is_set()
        request = pb.ListNoticesRequest(
            context=DESK, recipient=recipient, after_sequence=seen[-1] if seen else 0, page_size=1000
        )
        page = await delivery.send(request)
        seen += [one.sequence for one in page.notices]
        if last_look and not page.notices:
            return
        if not page.notices:
            await asyncio.sleep(0.05)


def judge(place: Place, store: Store, races: Iterable[Race], outcome: Races, followed: dict[str, list[int]]) -> None:
    """Look at what is stored, past the replicas, and write every fault into ``outcome``."""
    with place.sql() as sql:
        reviews = sql("SELECT family_id, possible_family_id FROM review")
        live = Counter(
            episode for (episode,) in sql("SELECT episode_id FROM decision WHERE state IN ('proposed', 'accepted')")
        )
        told = defaultdict(set)
        dangers = Counter()
        for kind, recipient, family in sql("SELECT kind, recipient, family_id FROM notice WHERE family_id IS NOT NULL"):
            # A service that is asked to lead is told of each arrival in that notice.
            if kind in {"also_referred", "lead_proposed"}:
                told[family].add(recipient)
            dangers[family] += kind in {"red_flag", "safeguarding"}
        written = defaultdict(list)
        for recipient, sequence in sql("SELECT recipient, sequence FROM notice ORDER BY sequence"):
            written[recipient].append(sequence)
    joined = _joined(reviews)
    raced: dict[int, Race] = {}
    for race in races:
        if any(raced.setdefault(family, race) is not race for family in race.families):
            _fault(outcome, "families that two races share", race)
        _judge_families(race, store, joined, outcome)
        _judge_notices(race, told, dangers, outcome)
        with store.read() as reader:
            for rows in reader.families(race.families).values():
                if len(rows.leads) != len(rows.episodes) or any(live[one.episode_id] > 1 for one in rows.episodes):
                    _fault(outcome, "double leads", race)
    for recipient, sequences in followed.items():
        outcome.notices_followed += len(sequences)
        if sequences != written[recipient]:
            outcome.faults["notices a follower missed"].append(recipient)


def _judge_families(race: Race, store: Store, joined: Callable[[int], int], outcome: Races) -> None:
    with store.read() as reader:
        families = reader.families(race.families)
    # A withdrawn referral's later versions stay in its episode; nothing else opens a second one.
    if any(len(rows.episodes) != 1 for rows in families.values()):
        _fault(outcome, "double episodes", race)
    infants = sum(person.role == "infant" for rows in families.values() for person in rows.persons)
    if race.kind == "twins" and infants != 2:
        _fault(outcome, "twins that are not two infants", race)
    if len(race.families) > 1:
        if race.kind in {"fuzzy", "bridge"} and len({joined(one) for one in race.families}) == 1:
            outcome.reviewed_races[race.kind] += 1
            outcome.reviewed_pairs += len(race.families) - 1
        else:
            _fault(outcome, "duplicate families", race)


def _judge_notices(race: Race, told: dict[int, set[str]], dangers: Counter[int], outcome: Races) -> None:
    if race.kind in {"danger", UPDATES} and not all(dangers[family] for family in race.families):
        _fault(outcome, "lost safety notices", race)
    if race.kind in {"equal", "twins", "danger"}:
        senders = {f"{referrer}@{LANARKSHIRE}" for _, referrer in SENDERS[: race.writers]}
        known = {each for each in senders if not each.startswith("service-")}
        if not all(known <= told[family] for family in race.families):
            _fault(outcome, "holders who were not told", race)


def _fault(outcome: Races, what: str, race: Race) -> None:
    families = ", ".join(render("fam", one) for one in sorted(race.families))
    outcome.faults[what].append(f"race {race.number} ({race.kind}, {race.writers} writers): {families}")


def _joined(pairs: Iterable[tuple[int, int]]) -> Callable[[int], int]:
    """Return what gives families that reviews connect, directly or by way of others, one and the same name."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for first, second in pairs:
        parent[root(first)] = root(second)
    return root


def race(kind: str, count: int, seed: int = 1) -> Races:
    """Run ``count`` races over a new store of this kind and return what came of them."""
    with installation(kind, replicas=REPLICAS, workers=1) as installed:
        races, outcome, followed = asyncio.run(run(installed, count, seed))
        store = installed.open_store()
        try:
            judge(Place(installed.url, str(installed.key_file)), store, races, outcome, followed)
        finally:
            store.close()
        outcome.faults["wrong in the store"] += installed.check()
    return outcome


def main() -> None:
    """Run races as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault.races", description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--races", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    race(arguments.store, arguments.races, arguments.seed).tell()


if __name__ == "__main__":
    main()
