"""What the tests in a pack's own files have seen of it, and for what they have not, a case to paste.

A rule's own tests count for that rule, and the tests of the whole pack for every rule that they evaluate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from router.authoring.cases import circumstances_of, view_of
from router.authoring.proof.asking import Asker
from router.authoring.proof.symbols import Family
from router.authoring.showing import Shower
from router.model.truth import Truth
from router.routing.questions import formula_truth
from router.rules.pack import Move, MoveKind, Pack, Rule, Service
from router.rules.predicates import CompiledCriteria
from router.rules.reference import evaluate, joint_moves

FOLLOWED, NOT_FOLLOWED, WAITED = "followed", "not_followed", "waited"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to be seen: a criterion, or the rule itself where ``criterion`` is empty, with this outcome.

    ``outcome`` is met, not_met or unknown, and for a move also followed, not_followed or, with a guard, waited.
    """

    rule: str
    criterion: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A point that no test has seen. ``case`` can be pasted into ``file``; empty where none was found."""

    point: Point
    file: str
    case: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests have seen."""

    points: int
    missing: tuple[Missing, ...]

    @property
    def percent(self) -> float:
        """The share of points seen, rounded down to a tenth, so that 100 means all."""
        return (self.points - len(self.missing)) * 1000 // self.points / 10


def cover(pack: Pack) -> Coverage:
    """Return what the tests in the files of a pack have seen of it."""
    wanted = list(_points(pack))
    seen = set(_seen(pack))
    shower = Shower(pack)
    missing = []
    impossible = 0
    for point in wanted:
        if point not in seen:
            file, case = shower.case(_rule(pack, point.rule), point.criterion, point.outcome)
            if case or can_be(pack, point):
                missing.append(Missing(point, file, case))
            else:
                impossible += 1
    return Coverage(len(wanted) - impossible, tuple(missing))


def can_be(pack: Pack, point: Point) -> bool:
    """Return whether some family shows a point; what nobody can show is not asked of the tests."""
    rule, family = _rule(pack, point.rule), Family(pack)
    both = family.criterion(rule.criteria[point.criterion]) if point.criterion else family.formula(rule)
    conditions = {Truth.MET.value: both.met, Truth.NOT_MET.value: both.not_met}
    condition = conditions.get(point.outcome)
    return condition is None or Asker().exists(f"{point.rule} {point.criterion}", [family], condition)


def _rule(pack: Pack, name: str) -> Rule:
    service, _, board = name.partition("@")
    if board:
        return pack.narrowed[board][service]
    return pack.services.get(name) or pack.moves[name]


def _called(rule: Rule) -> str:
    """Return the name of a rule, with the board where this is a service as that narrows it."""
    narrowing = rule.narrowing if isinstance(rule, Service) else None
    return f"{rule.name}@{narrowing.board}" if narrowing else rule.name


def _points(pack: Pack) -> Iterator[Point]:
    for rule in pack.rules():
        narrowing = rule.narrowing if isinstance(rule, Service) else None
        # what a narrowed service has from the national one is seen there
        for criterion in (*(rule.criteria if narrowing is None else narrowing.criteria), ""):
            yield from (Point(_called(rule), criterion, truth.value) for truth in Truth)
        if isinstance(rule, Move):
            yield Point(rule.name, "", FOLLOWED)
            yield Point(rule.name, "", NOT_FOLLOWED)
            if rule.guard is not None:
                yield Point(rule.name, "", WAITED)


def _seen(pack: Pack) -> Iterator[Point]:
    compiled = {code: CompiledCriteria(pack.at(code)) for code in (*pack.narrowed, "")}

    def of_rule(rule: Rule, truths: Mapping[str, Truth]) -> Iterator[Point]:
        yield from (Point(_called(rule), name, truth.value) for name, truth in truths.items())
        yield Point(_called(rule), "", formula_truth(rule.formula, truths).value)
        if isinstance(rule, Service) and rule.narrowing is not None:
            yield from of_rule(pack.services[rule.name], {name: truths[name] for name in _base(pack, rule)})

    for rule in pack.rules():
        narrowing = rule.narrowing if isinstance(rule, Service) else None
        criteria = compiled[narrowing.board if narrowing else ""]
        for test in narrowing.tests if narrowing else rule.tests:  # type: ignore[attr-defined]  # each has tests
            yield from of_rule(rule, criteria.tokens(view_of(test.given))[rule.name])
    for _, case in pack.cases:
        circumstances = circumstances_of(case, pack)
        evaluation = evaluate(pack, [view_of(case.given)], circumstances)
        there = pack.at(circumstances.board)
        for name, truths in evaluation.criteria[0].items():
            yield from of_rule(there.services.get(name) or there.moves[name], truths)
        joint = {move.name for move in joint_moves(pack, evaluation)}
        for name in evaluation.moves:
            is_joint = pack.moves[name].kind is MoveKind.JOINT_WORK
            followed = name in joint if is_joint else name == evaluation.move
            yield Point(name, "", FOLLOWED if followed else NOT_FOLLOWED)
            if name in circumstances.waiting:
                yield Point(name, "", WAITED)


def _base(pack: Pack, rule: Service) -> Iterable[str]:
    return pack.services[rule.name].criteria
