"""Answers to missing facts, worked out from the rules as they are written and not as the router reads them."""

from __future__ import annotations

from datetime import timedelta

from router.model.facts import FactDefinition, FactType
from router.model.referral import FactValue
from router.rules.pack import Pack, Rule
from router.rules.schema import COMPARISONS


def answers_to(pack: Pack, fact: str) -> tuple[FactValue, ...]:
    """Return answers that between them tell every criterion of a pack on a fact apart."""
    definition = pack.facts[fact]
    if definition.type is FactType.YES_NO:
        return (True, False)
    if definition.type is FactType.CHOICE:
        return definition.choices
    rules: list[Rule] = [*pack.services.values(), *pack.moves.values()]
    near = set()
    for rule in rules:
        for criterion in rule.criteria.values():
            for name in COMPARISONS if criterion.condition.fact == fact else ():
                bound = getattr(criterion.condition, name)
                for one in bound if isinstance(bound, tuple) else (bound,):
                    step = 1 if definition.type is FactType.NUMBER else timedelta(days=1)
                    near |= set() if one is None else {one - step, one, one + step}
    return tuple(sorted(near))


def words_for(definition: FactDefinition, value: FactValue) -> str:
    """Return how a witness says a value."""
    if definition.type is FactType.YES_NO:
        return "yes" if value else "no"
    if definition.type is FactType.NUMBER:
        return f"{value} {definition.unit}"
    return str(value).replace("_", " ")
