"""Compiles conditions to typed, three-valued predicates: the engine's way from facts to tokens."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from router.model.facts import NOT_APPLICABLE, FactDefinition, FactType, FactView, Held, Known, NotApplicable
from router.model.referral import FactValue
from router.model.truth import Truth
from router.rules.pack import Pack, Rule
from router.rules.schema import Condition

Predicate = Callable[[Held | None], Truth]
Test = Callable[[Any, Any], bool]
MOST_REMEMBERED = 1_024

_ORDER: tuple[tuple[str, Test], ...] = (
    ("at_least", operator.ge),
    ("more_than", operator.gt),
    ("at_most", operator.le),
    ("less_than", operator.lt),
)


def compile_condition(condition: Condition, definition: FactDefinition) -> Predicate:
    """Return a predicate of the held fact. An absent or unknown fact is unknown; one that cannot exist is not met."""
    places = {choice: place for place, choice in enumerate(definition.choices)}

    def measure(value: object) -> object:
        return places[value] if definition.type is FactType.CHOICE and isinstance(value, str) else value

    accepted = condition.one_of if condition.one_of is not None else (condition.is_,)
    wanted = frozenset(value for value in accepted if value is not None)
    bounds = [
        (test, measure(getattr(condition, name))) for name, test in _ORDER if getattr(condition, name) is not None
    ]

    def decide(value: FactValue | NotApplicable) -> bool:
        if value is NOT_APPLICABLE:
            return False
        if wanted:
            return value in wanted
        amount = measure(value)
        return all(test(amount, bound) for test, bound in bounds)

    def predicate(held: Held | None) -> Truth:
        if not isinstance(held, Known):
            return Truth.UNKNOWN
        return Truth.MET if decide(held.value) else Truth.NOT_MET

    return predicate


class _Asked:
    """One fact, with every criterion that asks about it.

    The truths that a value gives those criteria are worked out once and then known by a number, the value's mark.
    """

    def __init__(self, fact: str) -> None:
        self.fact = fact
        self.predicates: list[Predicate] = []
        self.marks: dict[object, int] = {}
        self.truths: list[tuple[Truth, ...]] = []

    def learn(self, held: Held | None) -> int:
        """Return the mark of what is held, and remember it if it is a value."""
        truths = tuple(predicate(held) for predicate in self.predicates)
        if truths not in self.truths:
            self.truths.append(truths)
        mark = self.truths.index(truths)
        if isinstance(held, Known):
            # bounded by starting afresh: dates and numbers have many values, the truths that they give are few
            if len(self.marks) >= MOST_REMEMBERED:
                self.marks.clear()
            self.marks[held.value] = mark
        return mark


class CompiledCriteria:
    """Every criterion of a pack, or of its services alone, compiled. Not to be shared by threads."""

    def __init__(self, pack: Pack, *, moves: bool = True) -> None:
        rules: list[Rule] = [*pack.services.values(), *(pack.moves.values() if moves else ())]
        asked: dict[str, _Asked] = {}
        layout = []
        for rule in rules:
            criteria = []
            for name, criterion in rule.criteria.items():
                fact = criterion.condition.fact
                one = asked.setdefault(fact, _Asked(fact))
                criteria.append((name, list(asked).index(fact), len(one.predicates)))
                one.predicates.append(compile_condition(criterion.condition, pack.facts[fact]))
            layout.append((rule.name, tuple(criteria)))
        self._rules = tuple(layout)
        self._asked = tuple((one.fact, one.marks, one, one.learn(None)) for one in asked.values())

    def marks(self, view: FactView) -> tuple[int, ...]:
        """Return one mark for each fact that is asked about. Views with the same marks have the same tokens."""
        marks = []
        for fact, known, asked, unknown in self._asked:
            held = view.get(fact)
            if not isinstance(held, Known):
                marks.append(unknown)
                continue
            mark = known.get(held.value)
            marks.append(asked.learn(held) if mark is None else mark)
        return tuple(marks)

    def tokens_of(self, marks: tuple[int, ...]) -> dict[str, dict[str, Truth]]:
        """Return what marks stand for: rule name -> criterion name -> truth."""
        truths = [asked.truths[mark] for (_, _, asked, _), mark in zip(self._asked, marks, strict=True)]
        return {rule: {name: truths[fact][place] for name, fact, place in criteria} for rule, criteria in self._rules}

    def tokens(self, view: FactView) -> dict[str, dict[str, Truth]]:
        """Return the tokens of a view: rule name -> criterion name -> truth."""
        return self.tokens_of(self.marks(view))


def tokens_of(pack: Pack, view: FactView) -> Mapping[str, Mapping[str, Truth]]:
    """Return the tokens of one view, compiling anew; for tools, not for the path of a request."""
    return CompiledCriteria(pack).tokens(view)
