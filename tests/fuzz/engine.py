"""Puts drawn packs and facts to the rule engine and to the reference evaluator, which must conclude the same.

``python -m tests.fuzz.engine --pairs 200000`` counts the pairs of a pack and facts that were compared, and exits with 1
at the first on which the two differ, with the pack and the facts. A seed throws the same dice again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from router.model.facts import NOT_APPLICABLE, FactView, Held, Known, Missing, Unknown
from router.model.referral import Urgency
from router.rules.engine import Engine
from router.rules.evaluation import Circumstances
from router.rules.pack import Pack
from router.rules.reference import evaluate
from tests.support.packs import BOARDS, TOLD_FACTS, WHEN, packs

#: Pairs for each pack: a pack takes as long to load as a hundred pairs take to compare.
PAIRS_A_PACK = 100


def compare(pairs: int, dice: int) -> Counter[str]:
    """Compare so many pairs and return what was met on the way. Raises ``AssertionError`` at a difference."""
    met: Counter[str] = Counter()

    @seed(dice)
    @settings(
        max_examples=-(-pairs // PAIRS_A_PACK),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(pack=packs, draw=st.integers(0, 2**64))
    def one_pack(pack: Pack, draw: int) -> None:
        chance = Random(draw)
        engine = Engine(pack)
        for _ in range(PAIRS_A_PACK):
            views = [view(chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
            around = circumstances(pack, chance)
            expected = evaluate(pack, views, around)
            assert engine.evaluate(views, around) == expected, (dict(pack.files), views, around)
            met["pairs"] += 1
            met["with a lead"] += bool(expected.lead)
            met["moved"] += expected.move in pack.moves
            met["in a board that narrows"] += around.board in pack.narrowed
        met["packs"] += 1

    one_pack()
    return met


def view(chance: Random) -> FactView:
    """Return facts: mostly known, some missing, in conflict, or such as cannot exist."""
    return {fact: _held(fact, chance) for fact in TOLD_FACTS}


def _held(fact: str, chance: Random) -> Held:
    kind = chance.random()
    if kind < 0.2:
        return Unknown(chance.choice(list(Missing)))
    if kind < 0.3:
        return Known(NOT_APPLICABLE, "derived", WHEN)
    entry = TOLD_FACTS[fact]
    if entry["type"] == "yes_no":
        return Known(chance.random() < 0.5, "test", WHEN)
    return Known(chance.choice(entry["choices"]) if "choices" in entry else chance.randint(0, 6), "test", WHEN)


def circumstances(pack: Pack, chance: Random) -> Circumstances:
    """Return circumstances that fit the pack."""
    names = sorted(pack.services)

    def some() -> frozenset[str]:
        return frozenset(chance.sample(names, chance.randint(0, 2)))

    leads = [name for name, service in pack.services.items() if service.can_lead]
    # Mostly a service that some move starts from, since moves are few.
    givers = [giver for move in pack.moves.values() for giver in move.givers] or leads
    return Circumstances(
        board=chance.choice((*BOARDS, "")),
        danger=chance.choice((None, *Urgency)),
        involved=some(),
        accepted=chance.choice(("", chance.choice(leads), *givers, *givers)),
        moved_board=chance.random() < 0.2,
        requested=some(),
        declined=some(),
        closed=some() if chance.random() < 0.2 else frozenset(),
        waiting=frozenset(name for name in pack.moves if chance.random() < 0.2),
    )


def main() -> None:
    """Compare as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.engine", description=__doc__)
    parser.add_argument("--pairs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    met = compare(arguments.pairs, arguments.seed)
    told = {**met, "differences": 0, "seed": arguments.seed, "seconds": round(time.monotonic() - started, 1)}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
