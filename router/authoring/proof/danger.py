"""Proofs that danger only ever opens doors, and that boards only ever ask for more."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from router.authoring.proof.findings import Finding, Kind, Witness
from router.authoring.proof.ground import Ground, narrowed_by
from router.authoring.proof.symbols import Family
from router.model.danger import TRIGGERS
from router.rules.narrowing import danger_that_lets_in
from router.rules.pack import Move, MoveKind, Service


def danger(ground: Ground) -> Iterator[Finding]:
    """Find where a sign of danger, added to what is known, shuts a door, stops a step up or brings a step down."""
    worse = Family(ground.pack, " worse")
    for trigger in TRIGGERS:
        if trigger.fact not in ground.pack.facts:
            continue
        added = (ground.family.same(worse, but=[trigger.fact]), worse.shows(trigger))
        for place, rule in ground.rules():
            if all(one.condition.fact != trigger.fact for one in rule.criteria.values()):
                continue
            before, after = ground.family.formula(rule).met, worse.formula(rule).met
            if isinstance(rule, Move) and rule.kind is MoveKind.STEP_DOWN:
                kind, shown = Kind.DANGER_STEPS_DOWN, (z3.Not(before), after)
                message = f"'{trigger.label}' would bring {place} about. Danger may only step up"
            elif isinstance(rule, Service) or (isinstance(rule, Move) and rule.kind is MoveKind.STEP_UP):
                kind, shown = Kind.DANGER_KEEPS_OUT, (before, z3.Not(after))
                message = f"'{trigger.label}' would undo {place}. Danger may only let a family in, or up"
            else:
                continue
            model = ground.asker.find(f"{trigger.name} in {place}", [ground.family, worse], *added, *shown)
            if model is not None:
                accepted = rule.givers[0] if isinstance(rule, Move) else ""
                witness = Witness(ground.home(rule), ground.family.read(model), accepted, worse.read(model))
                yield Finding(kind, (rule.name, trigger.fact), message, witness, narrowed_by(rule))


def narrowing(ground: Ground) -> Iterator[Finding]:
    """Find whom a narrowed service takes and the national one does not, and danger that it turns away."""
    for code, there in ground.pack.narrowed.items():
        board = ground.pack.boards[code]
        for name, service in there.items():
            base, here = ground.accepts[name], ground.narrowed[code][name]
            facts = {key: one.condition.fact for key, one in service.criteria.items()}
            danger = [
                ground.family.criterion(service.criteria[one]).met
                for one in danger_that_lets_in(service.formula, facts)
            ]
            told = (
                ((here.met, z3.Not(base.met)), "takes this family, and the national rule does not"),
                (
                    (base.not_met, z3.Not(here.not_met)),
                    "leaves this family open, and the national rule keeps it out",
                ),
                ((base.met, z3.Or(*danger), z3.Not(here.met)), "turns this family away, which is in danger"),
            )
            for conditions, words in told:
                model = ground.asker.find(f"{name} in {board.name}", [ground.family], *conditions)
                if model is not None:
                    message = f"In {board.name} '{name}' {words}. A board may only ask for more, and never in danger"
                    yield Finding(Kind.WIDENS, (name, code), message, ground.witness(model, code), code)
