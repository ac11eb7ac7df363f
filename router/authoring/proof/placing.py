"""Proofs about who leads a new family."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import z3

from router.authoring.proof.findings import Finding, Kind
from router.authoring.proof.ground import Ground
from router.model.referral import Urgency
from router.rules.evaluation import Circumstances
from router.rules.pack import Board

_DANGERS: tuple[Urgency | None, ...] = (None, Urgency.URGENT, Urgency.EMERGENCY)


def gaps(ground: Ground) -> Iterator[Finding]:
    """Find families of whom everything that matters is known, and whom no service that can lead accepts."""
    for board, offered in ground.offers():
        accepts = ground.accepts_in(board)
        leaders = [name for name in offered if ground.pack.services[name].can_lead]
        model = ground.asker.find(f"gap in {board.name}", [ground.family], *(accepts[name].not_met for name in leaders))
        if model is not None:
            message = (
                f"In {board.name}, and wherever the same services are offered, no service accepts this family: it "
                "would lie at the desk. Widen a service's criteria, or add a service that takes it"
            )
            yield Finding(Kind.GAP, (board.code,), message, ground.witness(model, board.code))


def overlaps(ground: Ground) -> Iterator[Finding]:
    """Find families whom two services accept while only the last resort of the order tells who leads."""
    seen: set[tuple[str, str]] = set()
    for board, offered in ground.offers():
        circumstances, accepts = Circumstances(board=board.code), ground.accepts_in(board)
        leaders = [name for name in offered if ground.pack.services[name].can_lead]
        for first, second in combinations(sorted(leaders), 2):
            agreed = any({first, second} <= group for group in ground.pack.order.equals)
            if (
                agreed
                or (first, second) in seen
                or ground.ranking.deciding(first, second, circumstances) != "tie_break"
            ):
                continue
            ranks = ground.ranking.of_services(circumstances)
            better = [name for name in leaders if ranks[name] > max(ranks[first], ranks[second])]
            model = ground.asker.find(
                f"overlap of {first} and {second}",
                [ground.family],
                ground.family.danger(None),
                accepts[first].met,
                accepts[second].met,
                *(z3.Not(accepts[name].met) for name in better),
            )
            if model is not None:
                seen.add((first, second))
                message = (
                    f"'{first}' and '{second}' both accept this family, and only the list in tie_break puts one "
                    "first. Agree which comes first, by tier, needs or criteria, or name both in equals"
                )
                yield Finding(Kind.OVERLAP, (first, second), message, ground.witness(model, board.code))


def never_lead(ground: Ground) -> Iterator[Finding]:
    """Find services that can lead and never do, since others always come before them."""
    boards = list(ground.offers())
    for name, service in ground.pack.services.items():
        if not service.can_lead or not ground.can(ground.accepts[name].met, f"reach {name}"):
            continue
        if not any(_leads(ground, name, board, offered) for board, offered in boards if name in offered):
            message = (
                f"'{name}' can lead by its file and never does: whoever it accepts is accepted by a service that "
                "comes before it, in every board. Change the order or the criteria, or say can_lead: false"
            )
            yield Finding(Kind.NEVER_LEADS, (name,), message)


def _leads(ground: Ground, name: str, board: Board, offered: frozenset[str]) -> bool:
    accepts = ground.accepts_in(board)
    for danger in _DANGERS:
        ranks = ground.ranking.of_services(Circumstances(board=board.code, danger=danger))
        better = [one for one in offered if ground.pack.services[one].can_lead and ranks[one] > ranks[name]]
        if ground.asker.exists(
            f"{name} leading",
            [ground.family],
            ground.family.danger(danger),
            accepts[name].met,
            *(z3.Not(accepts[one].met) for one in better),
        ):
            return True
    return False
