"""Turns a formula into conjunctions, the only shape of condition that the rule engine is trusted with.

A conjunction is a set of (criterion, truth) that together make the formula met, or not met. Strong Kleene logic is
monotone, so a formula is unknown exactly when no conjunction of either kind holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.model.truth import Truth
from router.rules.pack import Formula

Conjunction = frozenset[tuple[str, Truth]]


class TooManyConjunctionsError(Exception):
    """The formula unfolds into more conjunctions than ``most``."""


def conjunctions(formula: Formula, truth: Truth, *, most: int = 200) -> tuple[Conjunction, ...]:
    """Return the conjunctions that give ``formula`` the value ``truth`` (met or not met), smallest first.

    Raises ``TooManyConjunctionsError`` rather than unfolding past ``most``.
    """
    minimal = _minimal(_formula(formula, wanted=truth is Truth.MET, most=most))
    return tuple(sorted(minimal, key=lambda one: (len(one), sorted(one))))


def _minimal(found: Iterable[Conjunction]) -> set[Conjunction]:
    kept = {one for one in found if _is_possible(one)}
    return {one for one in kept if not any(other < one for other in kept)}


def _is_possible(one: Conjunction) -> bool:
    return len({name for name, _ in one}) == len(one)


def _formula(formula: Formula, *, wanted: bool, most: int) -> set[Conjunction]:
    all_parts = [_part(part, wanted=wanted, most=most) for part in formula.all]
    none_parts = [_part(part, wanted=not wanted, most=most) for part in formula.none]
    any_parts = [_part(part, wanted=wanted, most=most) for part in formula.any]
    if wanted:
        groups = all_parts + none_parts + ([set().union(*any_parts)] if any_parts else [])
        return _product(groups, most)
    found: set[Conjunction] = set().union(*all_parts, *none_parts)
    if any_parts:
        found |= _product(any_parts, most)
    return found


def _part(part: str | Formula, *, wanted: bool, most: int) -> set[Conjunction]:
    if isinstance(part, str):
        return {frozenset({(part, Truth.MET if wanted else Truth.NOT_MET)})}
    return _formula(part, wanted=wanted, most=most)


def _product(groups: Iterable[set[Conjunction]], most: int) -> set[Conjunction]:
    product: set[Conjunction] = {frozenset()}
    for group in groups:
        if len(product) * len(group) > 5 * most:
            raise TooManyConjunctionsError
        product = {left | right for left in product for right in group}
        if len(product) > most:
            # many may say the same: what one conjunction needs, another may need with more besides
            product = _minimal(product)
        if len(product) > most:
            raise TooManyConjunctionsError
    return product
