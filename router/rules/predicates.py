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


class CompiledCriteria:
    """Every criterion of a pack, compiled; gives the tokens of one view."""

    def __init__(self, pack: Pack) -> None:
        rules: list[Rule] = [*pack.services.values(), *pack.moves.values()]
        self._rules = tuple(
            (
                rule.name,
                tuple(
                    (name, criterion.condition.fact, compile_condition(criterion.condition, pack.facts[fact]))
                    for name, criterion in rule.criteria.items()
                    if (fact := criterion.condition.fact)
                ),
            )
            for rule in rules
        )

    def tokens(self, view: FactView) -> dict[str, dict[str, Truth]]:
        """Return rule name -> criterion name -> truth."""
        held = view.get
        return {
            rule: {name: predicate(held(fact)) for name, fact, predicate in criteria} for rule, criteria in self._rules
        }


def tokens_of(pack: Pack, view: FactView) -> Mapping[str, Mapping[str, Truth]]:
    """Return the tokens of one view, compiling anew; for tools, not for the path of a request."""
    return CompiledCriteria(pack).tokens(view)
