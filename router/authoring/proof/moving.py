"""Proofs about the moves that a family can make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3

from router.authoring.proof.findings import Finding, Kind, Witness
from router.authoring.proof.ground import Ground
from router.authoring.proof.symbols import RECKONED_FROM, SCORES, Both, Family
from router.rules.pack import HANDOVERS, MoveKind

LONGEST_CIRCLE = 6
TO_AND_FRO = 2


def circles(ground: Ground) -> Iterator[Finding]:
    """Find families who would be handed round from service to service while nothing about them changes."""
    found: set[frozenset[str]] = set()
    for board, offered in ground.offers():
        edges = _handovers(ground, offered, ground.accepts_in(board))
        for start in sorted(offered):
            for path in _paths(ground, start, start, edges, [], z3.BoolVal(val=True)):
                circle = frozenset(giver for giver, _ in path)
                if circle in found or _is_guarded(ground, path):
                    continue
                model = ground.asker.find("a circle", [ground.family], *(edges[edge] for edge in path))
                if model is None:
                    continue
                found.add(circle)
                way = " to ".join([*(giver for giver, _ in path), start])
                message = (
                    f"This family would be handed from {way} while nothing changes. Set a condition of a move down "
                    "apart from the condition of the move up, with room between them, or give the move down "
                    "guard: {back_needs_news: true}"
                )
                subjects = tuple(giver for giver, _ in path)
                yield Finding(Kind.CYCLE, subjects, message, ground.witness(model, board.code, accepted=start))


def _is_guarded(ground: Ground, path: Sequence[tuple[str, str]]) -> bool:
    """Return whether a way to and fro ends, since one of the two goes back on news alone, danger or not."""
    return len(path) == TO_AND_FRO and any(
        all(
            move.guard is not None and move.guard.back_needs_news and move.kind is not MoveKind.STEP_UP
            for move in ground.of_kinds(*HANDOVERS)
            if giver in move.givers and move.receiver == receiver
        )
        for giver, receiver in path
    )


def _handovers(ground: Ground, offered: frozenset[str], accepts: Mapping[str, Both]) -> dict[tuple[str, str], Any]:
    """Return, for giver and receiver, when a move from the one to the other is followed."""
    edges: dict[tuple[str, str], list[Any]] = {}
    for giver in offered:
        moves = [one for one in ground.pack.moves.values() if giver in one.givers and one.receiver in offered]
        for move in moves:
            if move.kind not in HANDOVERS:
                continue
            before = [one for one in moves if one.kind in HANDOVERS[: HANDOVERS.index(move.kind)]]
            stopped = (z3.Not(ground.reached(one, accepts)) for one in before)
            followed = z3.And(ground.reached(move, accepts), *stopped)
            edges.setdefault((giver, move.receiver), []).append(followed)
    return {edge: z3.Or(*ways) for edge, ways in edges.items()}


def _paths(
    ground: Ground,
    start: str,
    here: str,
    edges: dict[tuple[str, str], Any],
    path: list[tuple[str, str]],
    condition: Any,
) -> Iterator[list[tuple[str, str]]]:
    """Yield the circles from ``start``, whose services come after it in the alphabet, as far as they can be."""
    visited = {giver for giver, _ in path}
    for edge, followed in edges.items():
        giver, receiver = edge
        if giver != here or receiver < start or receiver in visited - {start}:
            continue
        onward = z3.And(condition, followed)
        if not ground.can(onward, "a circle"):
            continue
        if receiver == start:
            yield [*path, edge]
        elif len(path) + 1 < LONGEST_CIRCLE:
            yield from _paths(ground, start, receiver, edges, [*path, edge], onward)


def age_alone(ground: Ground) -> Iterator[Finding]:
    """Find moves that begin to be followed as time passes, while nothing but time and the stage is known."""
    later = Family(ground.pack, " later")
    times = [name for name in ground.pack.facts if later.is_time(name)]
    stage = {name for name, one in ground.pack.facts.items() if one.derivation == "stage"}
    # A time that is not known stays so: were each to be known, whatever it is reckoned from would have to be.
    passing = [
        z3.And(mine.known == theirs.known, mine.nothing == theirs.nothing, theirs.value >= mine.value)
        for name in times
        for mine, theirs in ((ground.family.facts[name], later.facts[name]),)
    ]
    versions = ((one, there) for one in ground.of_kinds(*HANDOVERS) for there in ground.pack.versions(one.receiver))
    for move, receiver in versions:
        after = z3.And(later.formula(move).met, later.formula(receiver).met)
        asked = {one.condition.fact for rule in (move, receiver) for one in rule.criteria.values()}
        told = {*times, *stage, *(RECKONED_FROM - asked)}
        nothing_else = [z3.Not(symbol.known) for name, symbol in later.facts.items() if name not in told]
        model = ground.asker.find(
            f"age alone in {move.name}",
            [ground.family, later],
            ground.family.same(later, but=times),
            *passing,
            *nothing_else,
            z3.Not(z3.And(ground.moves[move.name].met, ground.met(receiver))),
            after,
        )
        if model is not None:
            message = (
                f"'{move.name}' hands a family from {' or '.join(move.givers)} to {move.receiver} on a birthday, "
                "with no need stated. Add a criterion of need"
            )
            witness = Witness(
                ground.home(receiver), ground.family.read(model), accepted=move.givers[0], now=later.read(model)
            )
            yield Finding(Kind.AGE_ALONE, (move.name,), message, witness)


def score_alone(ground: Ground) -> Iterator[Finding]:
    """Find moves down that are followed while nothing but scores, time and the stage is known."""
    for move in ground.of_kinds(MoveKind.STEP_DOWN):
        other = [
            z3.Not(symbol.known)
            for name, symbol in ground.family.facts.items()
            if symbol.definition.unit != SCORES and not symbol.definition.derivation
        ]
        model = ground.asker.find(f"score alone in {move.name}", [ground.family], *other, ground.moves[move.name].met)
        if model is not None:
            message = f"'{move.name}' steps a family down on a score or an age alone. Add what a person has seen"
            witness = ground.witness(model, ground.home(move), accepted=move.givers[0])
            yield Finding(Kind.SCORE_ALONE, (move.name,), message, witness)
