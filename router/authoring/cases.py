"""Runs the tests that stand in rule files: each service's, each move's, and those of the whole pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from router.authoring.lost_lead import told, why_lost
from router.authoring.places import Places
from router.model.danger import TRIGGERS
from router.model.facts import FactView, Known
from router.model.referral import FactValue, Urgency
from router.model.truth import Truth
from router.routing.case import Handover
from router.routing.guards import waiting
from router.routing.questions import Questioner, formula_truth
from router.routing.referring import closed_to
from router.routing.supporting import supporters
from router.rules.engine import Engine
from router.rules.evaluation import Circumstances, Evaluation
from router.rules.pack import Formula, Move, MoveKind, Pack, Service
from router.rules.predicates import CompiledCriteria
from router.rules.ranking import Ranking
from router.rules.reference import evaluate, joint_moves
from router.rules.schema import MoveTest, PackTest, ServiceTest
from router.rules.yamlfile import Path_

# A test states facts and no dates: any moment does.
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One test of a rule file, and what was wrong; ``faults`` is empty when it passed, and ``line`` not looked up."""

    file: str
    name: str
    faults: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a rule file. ``line`` returns where it stands there, and ``run`` yields what is wrong."""

    file: str
    line: Callable[[], int]
    name: str
    run: Callable[[], Iterator[str]]

    def result(self) -> CaseResult:
        """Run the test."""
        faults = tuple(self.run())
        return CaseResult(self.file, self.name, faults, self.line()) if faults else CaseResult(self.file, self.name)


def run_cases(pack: Pack, engine: Engine | None = None) -> Iterator[CaseResult]:
    """Run every test of the pack, in order of file."""
    for case in CaseRunner(pack, engine).cases():
        yield case.result()


class CaseRunner:
    """Runs the tests of one pack, one by one."""

    def __init__(self, pack: Pack, engine: Engine | None = None) -> None:
        self.pack = pack
        self.engine = engine or Engine(pack)
        self.criteria = CompiledCriteria(pack)
        self.narrowed = {code: CompiledCriteria(pack.at(code), moves=False) for code in pack.narrowed}
        self.ranking = Ranking(pack)
        self.questioner = Questioner(pack)
        self._places = Places(pack)

    def cases(self) -> Iterator[Case]:
        """Yield every test: the services', the moves', and those of the whole pack."""
        for service in self.pack.services.values():
            yield from self._of_service(service, self.criteria)
        for code, there in self.pack.narrowed.items():
            for service in there.values():
                yield from self._of_service(service, self.narrowed[code])
        for move in self.pack.moves.values():
            file, path = self._places.of_rule(move)
            for number, test in enumerate(move.tests):
                line = self._line(file.name, (*path, "tests", number))
                yield Case(file.name, line, f"{move.name}: {test.name}", partial(self.move, move, test))
        met: Counter[str] = Counter()
        for name, case in self.pack.cases:
            yield Case(name, self._line(name, ("cases", met[name])), case.name, partial(self.whole, case))
            met[name] += 1

    def _of_service(self, service: Service, criteria: CompiledCriteria) -> Iterator[Case]:
        narrowing = service.narrowing
        file, path = self._places.of_rule(service)
        for number, test in enumerate(narrowing.tests if narrowing else service.tests):
            name = f"{service.name}: {test.name}" if narrowing else test.name
            line = self._line(file.name, (*path, "tests", number))
            yield Case(file.name, line, name, partial(self.service, service, test, criteria))

    def _line(self, file: str, path: Path_) -> Callable[[], int]:
        return lambda: self._places.of(file, path)[1]

    def service(self, service: Service, test: ServiceTest, criteria: CompiledCriteria) -> Iterator[str]:
        """Yield what is wrong with a service's own test; ``criteria`` are the base's, or a board's that narrows it."""
        truths = criteria.tokens(view_of(test.given))[service.name]
        verdict = formula_truth(service.formula, truths)
        if verdict.value != test.expect.outcome:
            yield f"expected {test.expect.outcome}, got {verdict.value} ({told(truths)})"
        if test.expect.asks is not None:
            asks = {
                service.criteria[name].condition.fact
                for name in open_criteria(service.formula, truths)
                if service.criteria[name].asks
            }
            if asks != set(test.expect.asks):
                yield f"expected to ask for {_list(test.expect.asks)}, asks for {_list(asks)}"

    def move(self, move: Move, test: MoveTest) -> Iterator[str]:
        """Yield what is wrong with a move's own test."""
        truths = self.criteria.tokens(view_of(test.given))[move.name]
        verdict = formula_truth(move.formula, truths)
        if verdict.value != test.expect:
            yield f"expected {test.expect}, got {verdict.value} ({told(truths)})"

    def whole(self, case: PackTest) -> Iterator[str]:
        """Yield what is wrong with a test of the whole pack."""
        view, shown = view_of(case.given), _danger(case)
        circumstances = circumstances_of(case, self.pack)
        expected = evaluate(self.pack, [view], circumstances)
        if self.engine.evaluate([view], circumstances) != expected:
            yield "the engine and the reference evaluator disagree"
        yield from self._compare(case, expected, circumstances, shown)

    def _compare(
        self, case: PackTest, evaluation: Evaluation, circumstances: Circumstances, shown: set[str]
    ) -> Iterator[str]:
        expect = case.expect
        questions = {one.fact for one in self.questioner.ask(evaluation, circumstances)}
        outcome = ("lead_with_questions" if questions else "lead") if evaluation.lead else "desk"
        stated = Urgency[case.urgency.upper()] if case.urgency else None
        urgencies = [one for one in (stated, circumstances.danger) if one is not None]
        urgency = max(urgencies).name.lower() if urgencies else None
        move = self.pack.moves.get(evaluation.move)
        kind = move.kind if move else MoveKind.STAY
        beside = set(beside_lead(self.pack, self.ranking, evaluation, circumstances))
        for what, wanted, got in (
            ("outcome", expect.outcome, outcome),
            ("lead", expect.lead, evaluation.lead or "none"),
            ("urgency", expect.urgency, urgency),
            ("move", expect.move, evaluation.move),
            ("kind of move", expect.move_kind, kind.value),
            ("desk's reason", expect.desk_reason, "" if evaluation.lead else "NO_SERVICE_ELIGIBLE"),
        ):
            if wanted is not None and wanted != got:
                yield f"expected {what} {wanted}, got {got}"
                if what == "lead" and wanted in self.pack.services:
                    yield from why_lost(self.pack, wanted, evaluation, circumstances)
        for what, listed, found in (
            ("supporting", expect.supporting, beside),
            ("safety", expect.safety, shown),
            ("questions", expect.asks, questions),
        ):
            if listed is not None and set(listed) != found:
                yield f"expected {what} {_list(listed)}, got {_list(found)}"
        for service in expect.not_supporting:
            if service in beside:
                yield f"expected {service} not to support"


def open_criteria(formula: Formula, truths: Mapping[str, Truth]) -> Iterator[str]:
    """Yield the unknown criteria on which the truth of a formula still hangs."""
    if formula_truth(formula, truths) is not Truth.UNKNOWN:
        return
    for part in (*formula.all, *formula.any, *formula.none):
        if isinstance(part, Formula):
            yield from open_criteria(part, truths)
        elif truths[part] is Truth.UNKNOWN and (part not in formula.any or _any_is_open(formula, truths)):
            yield part


def _any_is_open(formula: Formula, truths: Mapping[str, Truth]) -> bool:
    return formula_truth(Formula(any=formula.any), truths) is Truth.UNKNOWN


def beside_lead(pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances) -> tuple[str, ...]:
    """Return the services beside the lead, in the lead order; none where a desk holds the family."""
    if not evaluation.lead:
        return ()
    chosen = supporters(pack, ranking, evaluation, circumstances, joint_moves(pack, evaluation))
    return tuple(one.service for one in chosen)


def circumstances_of(case: PackTest, pack: Pack) -> Circumstances:
    """Return the circumstances that a test of the whole pack states, with the danger that its facts show."""
    shown = _danger(case)
    danger = max((trigger.urgency for trigger in TRIGGERS if trigger.name in shown), default=None)
    stated = Urgency[case.urgency.upper()] if case.urgency else None
    urgency = max((one for one in (stated, danger) if one is not None), default=None)
    incumbent = case.incumbent or ""
    return Circumstances(
        board=case.board or "",
        danger=danger,
        accepted=incumbent,
        requested=frozenset({case.requested} if case.requested else ()),
        declined=frozenset(case.declined),
        closed=closed_to(pack, [case.referrer], urgency) if case.referrer and not incumbent else frozenset(),
        waiting=_waiting(case, pack, incumbent, danger),
    )


def _waiting(case: PackTest, pack: Pack, incumbent: str, danger: Urgency | None) -> frozenset[str]:
    """Return the moves that their guards hold back, where a test says how the incumbent came to lead."""
    said = case.handed_over
    if said is None:
        return frozenset()
    handed = Handover(said.by or "", _WHEN - timedelta(days=said.days_ago))
    seen = handed.at + timedelta(hours=1 if said.seen_since else -1)
    view = {fact: Known(value, "test", seen) for fact, value in case.given.items()}
    return waiting(pack, incumbent, handed, _WHEN, danger, [view])


def view_of(given: Mapping[str, FactValue]) -> FactView:
    """Return the facts of a test as the evaluators take them."""
    return {fact: Known(value, "test", _WHEN) for fact, value in given.items()}


def _danger(case: PackTest) -> set[str]:
    return {trigger.name for trigger in TRIGGERS if trigger.shown_by(case.given.get(trigger.fact))}


def _list(names: object) -> str:
    return ", ".join(sorted(names)) or "nothing"  # type: ignore[call-overload]
