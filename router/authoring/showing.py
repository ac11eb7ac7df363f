"""Finds facts that show something of a rule, and writes them as a test that passes for the pack as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import Any

from router.authoring.cases import beside_lead, circumstances_of, view_of
from router.authoring.places import Places
from router.authoring.proof.telling import as_yaml
from router.model.referral import FactValue
from router.model.truth import Truth
from router.routing.questions import formula_truth, telling_values
from router.rules.evaluation import STAY
from router.rules.normal_form import Conjunction, conjunctions
from router.rules.pack import Criterion, Move, MoveKind, Pack, Rule, Service
from router.rules.predicates import CompiledCriteria, compile_condition
from router.rules.ranking import Ranking
from router.rules.reference import evaluate
from router.rules.schema import PackExpectation, PackTest

Given = dict[str, FactValue]
_BORN = frozenset({"weeks_postnatal", "infant_age_months", "infant_age_months_at_referral", "corrected_age_months"})
_MOST_TRIED = 400
_WORDS = {Truth.MET: "yes", Truth.NOT_MET: "no", Truth.UNKNOWN: "not stated"}


class Shower:
    """Writes tests that show what is asked for; each was tried with the evaluators before it is given out."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._compiled = {code: CompiledCriteria(pack.at(code)) for code in (*pack.narrowed, "")}
        self._places = Places(pack)
        self._ranking = Ranking(pack)

    def case(self, rule: Rule, criterion: str, outcome: str) -> tuple[str, str]:
        """Return a file, and a test to paste there that shows the outcome of a criterion or, without one, of a rule.

        ``outcome`` is met, not_met, unknown, followed, not_followed or waited. The test is empty where none was found.
        """
        if outcome == "waited":
            return "cases/moves.yaml", ""
        if isinstance(rule, Move) and outcome not in set(Truth):
            return "cases/moves.yaml", self._followed(rule, is_followed=outcome == "followed")
        file, _ = self._places.of_rule(rule)
        for given in self._showing(rule, criterion, Truth(outcome)):
            narrowing = rule.narrowing if isinstance(rule, Service) else None
            truths = self._compiled[narrowing.board if narrowing else ""].tokens(view_of(given))[rule.name]
            verdict = formula_truth(rule.formula, truths)
            if (truths[criterion] if criterion else verdict) is Truth(outcome):
                expect: Any = verdict.value if isinstance(rule, Move) else {"outcome": verdict.value}
                what = rule.criteria[criterion].label if criterion else rule.label
                name = f"{what}: {_WORDS[Truth(outcome)]}"
                return file.name, as_yaml([{"name": name, "given": given, "expect": expect}])
        return file.name, ""

    def _showing(self, rule: Rule, criterion: str, truth: Truth) -> Iterator[Given]:
        """Yield facts that may show it, those first by which the whole rule is settled."""
        if truth is Truth.UNKNOWN:
            yield {}
            return
        if criterion:
            for whole in (Truth.MET, Truth.NOT_MET):
                for way in conjunctions(rule.formula, whole):
                    if (criterion, truth) in way:
                        yield from self._givens(rule, way)
            yield from self._givens(rule, frozenset({(criterion, truth)}))
        else:
            for way in conjunctions(rule.formula, truth):
                yield from self._givens(rule, way)

    def _followed(self, move: Move, *, is_followed: bool) -> str:
        for given, board, giver in self._tries(move, is_followed=is_followed):
            case = PackTest(name="-", board=board, given=given, incumbent=giver, expect=PackExpectation())
            circumstances = circumstances_of(case, self.pack)
            found = evaluate(self.pack, [view_of(given)], circumstances)
            joint = move.kind is MoveKind.JOINT_WORK
            met = found.moves[move.name] is Truth.MET if joint else found.move == move.name
            if met is not is_followed:
                continue
            expect: dict[str, Any] = {"lead": found.lead}
            if joint and is_followed:
                expect["supporting"] = list(beside_lead(self.pack, self._ranking, found, circumstances))
            if found.move != STAY:
                expect["move"] = found.move
            kind = self.pack.moves[found.move].kind.value if found.move != STAY else STAY
            name = move.label if is_followed else f"Nothing is stated, so the lead stays: no {move.name}"
            entry = {"name": name, "board": board, "given": given, "incumbent": giver}
            return as_yaml([{**entry, "expect": {**expect, "move_kind": kind}}])
        return ""

    def _tries(self, move: Move, *, is_followed: bool) -> Iterator[tuple[Given, str, str]]:
        receiver = self.pack.services[move.receiver]
        ways: Iterable[Given]
        if is_followed:
            pairs = product(conjunctions(move.formula, Truth.MET), conjunctions(receiver.formula, Truth.MET))
            ways = chain.from_iterable(self._both(move, one, receiver, other) for one, other in pairs)
        else:
            ways = iter([{}])
        tried = 0
        for given in ways:
            for giver in move.givers:
                for board in self.pack.boards:
                    yield given, board, giver
                    tried += 1
                    if tried > _MOST_TRIED * 20:
                        return

    def _both(self, move: Move, one: Conjunction, receiver: Service, other: Conjunction) -> Iterator[Given]:
        wanted = [(move.criteria[name], truth) for name, truth in one]
        wanted += [(receiver.criteria[name], truth) for name, truth in other]
        yield from self._values(wanted)

    def _givens(self, rule: Rule, way: Conjunction) -> Iterator[Given]:
        yield from self._values([(rule.criteria[name], truth) for name, truth in sorted(way)])

    def _values(self, wanted: list[tuple[Criterion, Truth]]) -> Iterator[Given]:
        """Yield facts for which each of these criteria has the truth that is wanted."""
        by_fact: dict[str, list[tuple[Criterion, Truth]]] = {}
        for criterion, truth in wanted:
            by_fact.setdefault(criterion.condition.fact, []).append((criterion, truth))
        fitting: list[list[tuple[str, FactValue]]] = []
        for fact, asked in by_fact.items():
            definition = self.pack.facts[fact]
            predicates = [(compile_condition(one.condition, definition), truth) for one, truth in asked]
            values = telling_values([one.condition for one, _ in asked], definition)
            held = [
                (fact, value)
                for value in values
                if not (isinstance(value, int) and value < 0 and not definition.change_of)
                and all(predicate(view_of({fact: value})[fact]) is truth for predicate, truth in predicates)
            ]
            fitting.append(held)
        for number, chosen in enumerate(product(*fitting)):
            if number > _MOST_TRIED:
                return
            given = self._placed(dict(chosen))
            if given is not None:
                yield given

    def _placed(self, given: Given) -> Given | None:
        """Return facts with the stage that they imply, in order of the vocabulary; None where they cannot be."""
        for name in [one for one in given if self.pack.facts[one].change_of]:
            # a change is known where the number is
            given.setdefault(self.pack.facts[name].change_of, max(0, int(str(given[name]))))
        facts = {one.derivation: name for name, one in self.pack.facts.items() if one.derivation}
        stated = {self.pack.facts[name].derivation for name in given}
        stage = facts.get("stage")
        if stage is not None:
            implied = "postnatal" if stated & _BORN else "pregnant" if "pregnancy_weeks" in stated else None
            if implied is not None and given.get(stage, implied) != implied:
                return None
            if stated & _BORN and "pregnancy_weeks" in stated:
                return None
            if implied is not None:
                given[stage] = implied
        return {name: given[name] for name in self.pack.facts if name in given}
