"""Which missing facts are worth asking for: those of which some answer, alone or with one other, changes the lead.

A service can come before the present choice only if its verdict is unknown and it outranks that choice. What is known
to be met stays met whatever the answers are, so only such services, and such moves of a lead that stands, need looking
at; answers are tried against their formulas alone. Each question keeps the answer that showed it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

from router.model.facts import FactDefinition, FactType, Known
from router.model.referral import FactValue
from router.model.truth import Truth, all_of, any_of, none_of
from router.routing.decision import Question
from router.rules.evaluation import STAY, Circumstances, Evaluation, is_offered
from router.rules.pack import HANDOVERS, Criterion, Formula, Pack, Rule, Service
from router.rules.predicates import Predicate, compile_condition
from router.rules.ranking import Ranking
from router.rules.schema import COMPARISONS, Condition

MOST_REMEMBERED = 20_000

# An answer has no date of its own yet; predicates look at its value alone.
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers to one missing fact that tell in one rule, and the criteria that they settle."""

    values: tuple[FactValue, ...]
    criteria: tuple[tuple[str, Predicate], ...]


class Questioner:
    """Finds the questions of a pack.

    What to ask of a rule depends on the truths of its own criteria, which repeat far more than whole families do, and
    is remembered by them.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._ranking = Ranking(pack)
        rules: tuple[Rule, ...] = (*pack.services.values(), *pack.moves.values())
        self._answers = {rule.name: _answers(rule, pack.facts) for rule in rules}
        self._memory: OrderedDict[tuple[object, ...], tuple[Question, ...]] = OrderedDict()
        self._narrowed = {code: Questioner(pack.at(code)) for code in pack.narrowed}

    def ask(self, evaluation: Evaluation, circumstances: Circumstances) -> tuple[Question, ...]:
        """Return the questions worth asking, those that one answer settles first."""
        there = self._narrowed.get(self._pack.board_aliases.get(circumstances.board, circumstances.board))
        if there is not None:
            return there.ask(evaluation, circumstances)
        questions: dict[str, Question] = {}
        for rules, effect in self._contenders(evaluation, circumstances):
            for question in self._questions_of(rules, effect, evaluation):
                known = questions.get(question.fact)
                if known is None or (known.together_with and not question.together_with):
                    questions[question.fact] = question
        return tuple(sorted(questions.values(), key=lambda one: (bool(one.together_with), one.fact)))

    def _contenders(
        self, evaluation: Evaluation, circumstances: Circumstances
    ) -> Iterator[tuple[tuple[Rule, ...], str]]:
        """Yield what could still come first, best first: the rules that must all be met, and what would follow."""
        if circumstances.moves_decide:
            yield from self._contending_moves(evaluation, circumstances)
            return
        ranks = self._ranking.of_services(circumstances)
        floor = ranks[evaluation.lead] if evaluation.lead else 0
        for name in sorted(ranks, key=lambda one: -ranks[one]):
            service = self._pack.services[name]
            may_come_first = ranks[name] > floor and service.can_lead and self._is_able(name, circumstances)
            if may_come_first and evaluation.verdict(name) is Truth.UNKNOWN:
                yield (service,), f"the {service.label} would lead"

    def _contending_moves(
        self, evaluation: Evaluation, circumstances: Circumstances
    ) -> Iterator[tuple[tuple[Rule, ...], str]]:
        started = [self._pack.moves[name] for name in evaluation.moves]
        ranks = self._ranking.of_moves(started, circumstances)
        floor = ranks[evaluation.move] if evaluation.move != STAY else 0
        for move in sorted(started, key=lambda one: -ranks.get(one.name, 0)):
            if move.kind in HANDOVERS and ranks[move.name] > floor and evaluation.moves[move.name] is Truth.UNKNOWN:
                receiver = self._pack.services[move.receiver]
                yield (move, receiver), f"care would move to the {receiver.label}"

    def _is_able(self, service: str, circumstances: Circumstances) -> bool:
        refuses = service in circumstances.declined or service in circumstances.closed
        return not refuses and is_offered(self._pack, service, circumstances.board)

    def _questions_of(self, rules: tuple[Rule, ...], effect: str, evaluation: Evaluation) -> Iterator[Question]:
        views = evaluation.criteria
        if len(views) > 1:
            # in an order of their own, so that the order of the children does not tell
            views = tuple(sorted(views, key=lambda one: [tuple(rule.values()) for rule in one.values()]))
        for truths in views:
            # a receiver met for another infant is met; only what is open in this view is worth asking
            open_rules = tuple(rule for rule in rules if not self._is_met(rule, evaluation))
            key = (effect, *((rule.name, *truths[rule.name].values()) for rule in open_rules))
            found = self._memory.get(key)
            if found is None:
                found = self._memory[key] = tuple(self._find(open_rules, effect, truths))
                if len(self._memory) > MOST_REMEMBERED:
                    self._memory.popitem(last=False)
            yield from found

    def _find(
        self, rules: tuple[Rule, ...], effect: str, truths: Mapping[str, Mapping[str, Truth]]
    ) -> Iterator[Question]:
        missing = sorted(
            {
                criterion.condition.fact
                for rule in rules
                for name, criterion in rule.criteria.items()
                if truths[rule.name][name] is Truth.UNKNOWN
            }
        )
        single = [fact for fact in missing if self._settled(rules, truths, (fact,)) is not None]
        for fact in single:
            yield from self._question(rules, truths, (fact,), effect)
        # a pair of which one half is never asked for would be half a question
        askable = [fact for fact in missing if fact not in single and self._asked(rules, fact) is not None]
        for pair in combinations(askable, 2):
            yield from self._question(rules, truths, pair, effect)

    def _is_met(self, rule: Rule, evaluation: Evaluation) -> bool:
        return isinstance(rule, Service) and evaluation.verdict(rule.name) is Truth.MET

    def _question(
        self, rules: tuple[Rule, ...], truths: Mapping[str, Mapping[str, Truth]], facts: tuple[str, ...], effect: str
    ) -> Iterator[Question]:
        settled = self._settled(rules, truths, facts)
        if settled is None:
            return
        for place, fact in enumerate(facts):
            asked = self._asked(rules, fact)
            if asked is None:
                continue
            yield Question(
                fact=fact,
                ask=asked,
                witness=in_words(self._pack.facts[fact], settled[place]),
                effect=effect,
                together_with=facts[1 - place] if len(facts) > 1 else "",
            )

    def _asked(self, rules: tuple[Rule, ...], fact: str) -> str | None:
        for rule in rules:
            for criterion in rule.criteria.values():
                if criterion.condition.fact == fact and criterion.asks:
                    return criterion.ask
        return None

    def _settled(
        self, rules: tuple[Rule, ...], truths: Mapping[str, Mapping[str, Truth]], facts: tuple[str, ...]
    ) -> tuple[FactValue, ...] | None:
        """Return answers to ``facts`` that make every one of ``rules`` met, or None where no answers do."""
        values = [sorted({value for rule in rules for value in self._values(rule, fact)}, key=str) for fact in facts]
        for chosen in product(*values):
            if all(self._met_with(rule, truths[rule.name], facts, chosen) for rule in rules):
                return chosen
        return None

    def _values(self, rule: Rule, fact: str) -> tuple[FactValue, ...]:
        answers = self._answers[rule.name].get(fact)
        return answers.values if answers else ()

    def _met_with(
        self, rule: Rule, truths: Mapping[str, Truth], facts: tuple[str, ...], chosen: tuple[FactValue, ...]
    ) -> bool:
        answered = dict(truths)
        for fact, value in zip(facts, chosen, strict=True):
            answers = self._answers[rule.name].get(fact)
            if answers:
                held = Known(value, "answer", _UNDATED)
                answered.update((name, predicate(held)) for name, predicate in answers.criteria)
        return formula_truth(rule.formula, answered) is Truth.MET


def formula_truth(formula: Formula, truths: Mapping[str, Truth]) -> Truth:
    """Return the truth of a formula of criteria."""

    def parts(given: tuple[str | Formula, ...]) -> Iterator[Truth]:
        return (truths[part] if isinstance(part, str) else formula_truth(part, truths) for part in given)

    groups = [all_of(parts(formula.all)), none_of(parts(formula.none))]
    if formula.any:
        groups.append(any_of(parts(formula.any)))
    return all_of(groups)


def telling_values(conditions: Sequence[Condition], definition: FactDefinition) -> list[FactValue]:
    """Return values of a fact that between them give every combination of truths of ``conditions``."""
    if definition.type is FactType.YES_NO:
        return [True, False]
    if definition.type is FactType.CHOICE:
        return list(definition.choices)
    bounds = {value for condition in conditions for name in COMPARISONS for value in _each(getattr(condition, name))}
    if definition.type is FactType.DATE:
        days = {bound for bound in bounds if isinstance(bound, date)}
        return sorted({bound + timedelta(days=days_off) for bound in days for days_off in (-1, 0, 1)})
    numbers = {bound for bound in bounds if isinstance(bound, int)}
    return sorted({near for bound in numbers for near in (bound - 1, bound, bound + 1)})


def in_words(definition: FactDefinition, value: object) -> str:
    """Say a value of a fact in plain words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value} {definition.unit}".strip()
    return str(value).replace("_", " ")


def _each(given: object) -> tuple[object, ...]:
    return given if isinstance(given, tuple) else (given,)


def _answers(rule: Rule, facts: Mapping[str, FactDefinition]) -> Mapping[str, _Answers]:
    by_fact: dict[str, list[Criterion]] = {}
    for criterion in rule.criteria.values():
        by_fact.setdefault(criterion.condition.fact, []).append(criterion)
    return {
        fact: _Answers(
            tuple(telling_values([one.condition for one in criteria], facts[fact])),
            tuple((one.name, compile_condition(one.condition, facts[fact])) for one in criteria),
        )
        for fact, criteria in by_fact.items()
    }
