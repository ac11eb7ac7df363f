"""Proofs about each service and move by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import z3

from router.authoring.proof.findings import Finding, Kind
from router.authoring.proof.ground import Ground, narrowed_by
from router.rules.pack import Formula, Move, Service


def reach(ground: Ground) -> Iterator[Finding]:
    """Find criteria that nobody can meet or nobody can miss, and services and moves that nobody can meet."""
    settled: dict[object, tuple[bool, bool]] = {}
    for place, rule in ground.rules():
        board = narrowed_by(rule)
        for name, criterion in rule.criteria.items():
            condition = criterion.condition
            if condition not in settled:
                both = ground.family.criterion(criterion)
                settled[condition] = (
                    ground.can(both.met, f"{name} of {place} met"),
                    ground.can(both.not_met, f"{name} of {place} missed"),
                )
            met, missed = settled[condition]
            if not met:
                message = f"Criterion '{name}' of {place} can be met by nobody. Check its value and its fact"
                yield Finding(Kind.UNREACHABLE, (rule.name, name), message, narrowed_by=board)
            elif not missed:
                message = f"Criterion '{name}' of {place} is met by everybody of whom the fact is known. Delete it"
                yield Finding(Kind.ALWAYS, (rule.name, name), message, narrowed_by=board)
        if not ground.can(_reachable(ground, rule), place):
            message = f"No family can meet {place}. Look for criteria that exclude one another"
            yield Finding(Kind.UNREACHABLE, (rule.name,), message, narrowed_by=board)


def _reachable(ground: Ground, rule: Service | Move) -> Any:
    return ground.reached(rule, ground.accepts) if isinstance(rule, Move) else ground.met(rule)


def contradictions(ground: Ground) -> Iterator[Finding]:
    """Find parts of a formula that must hold together and cannot."""
    for place, rule in ground.rules():
        for formula in _formulas(rule.formula):
            parts = [(_called(one), ground.family.part(rule, one).met) for one in formula.all]
            parts += [(f"not {_called(one)}", ground.family.part(rule, one).not_met) for one in formula.none]
            for (first, one), (second, other) in combinations(parts, 2):
                if ground.can(one, first) and ground.can(other, second) and not ground.can(z3.And(one, other), place):
                    message = f"In {place}, '{first}' and '{second}' must both hold and never can"
                    yield Finding(
                        Kind.CONTRADICTION, (rule.name, first, second), message, narrowed_by=narrowed_by(rule)
                    )


def ages(ground: Ground) -> Iterator[Finding]:
    """Find families of an age that a service says it is not for, and whom it accepts all the same."""
    for place, service in ground.rules():
        if not isinstance(service, Service) or service.ages is None:
            continue
        outside = ground.family.outside(service.ages)
        model = ground.asker.find(f"ages of {place}", [ground.family], ground.met(service), outside)
        if model is not None:
            message = f"{place} accepts this family, which is outside the ages that it states. Change one of the two"
            witness = ground.witness(model, ground.home(service))
            yield Finding(Kind.OUTSIDE_AGES, (service.name,), message, witness, narrowed_by(service))


def _formulas(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in (*formula.all, *formula.any, *formula.none):
        if isinstance(part, Formula):
            yield from _formulas(part)


def _called(part: str | Formula) -> str:
    return part if isinstance(part, str) else " or ".join(_called(one) for one in (part.any or part.all or part.none))
