"""Limits on one rule, so that the rule engine stays inside what it was measured to do right.

The engine fails in silence past certain sizes: a fact that matches 65 tests, 513 distinct tests at one level, 255 equal
ones. The limits here are lower, and a fault speaks of the rule file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from router.model.danger import TRIGGERS_BY_FACT
from router.model.truth import Truth
from router.rules import schema
from router.rules.normal_form import TooManyConjunctionsError, conjunctions
from router.rules.pack import Formula
from router.rules.yamlfile import Fault, Path_, YamlFile

MOST_CRITERIA = 24
MOST_CONJUNCTIONS = 48
MOST_NAMED = 100


def check_limits(
    file: YamlFile,
    path: Path_,
    criteria: Mapping[str, schema.CriterionEntry],
    combination: schema.Combination,
    key: str,
) -> Iterator[Fault]:
    """Yield the faults of a rule that is too large, or that uses danger to keep somebody out."""
    if len(criteria) > MOST_CRITERIA:
        yield file.fault((*path, "criteria"), f"has {len(criteria)} criteria; at most {MOST_CRITERIA} are allowed")
        return
    formula = to_formula(combination)
    if sum(1 for _ in formula.criteria()) > MOST_NAMED:
        yield file.fault((*path, key), f"names criteria more than {MOST_NAMED} times; say it more simply")
        return
    if has_too_many_ways(formula):
        message = (
            f"can be met or missed in more than {MOST_CONJUNCTIONS} ways; split the rule or name a wider criterion"
        )
        yield file.fault((*path, key), message)
    if key == "eligible_when":
        yield from _check_danger(file, path, criteria, formula)


def has_too_many_ways(formula: Formula) -> bool:
    """Return whether a formula can be met, or missed, in more ways than the rule engine is trusted with."""
    try:
        return max(len(conjunctions(formula, truth)) for truth in (Truth.MET, Truth.NOT_MET)) > MOST_CONJUNCTIONS
    except TooManyConjunctionsError:
        return True


def to_formula(combination: schema.Combination) -> Formula:
    """Return the combination as a formula."""

    def parts(given: tuple[str | schema.Combination, ...]) -> tuple[str | Formula, ...]:
        return tuple(part if isinstance(part, str) else to_formula(part) for part in given)

    return Formula(parts(combination.all), parts(combination.any), parts(combination.none))


def _check_danger(
    file: YamlFile, path: Path_, criteria: Mapping[str, schema.CriterionEntry], formula: Formula
) -> Iterator[Fault]:
    # Were danger able to exclude, adding a red flag could lower the tier of need (invariant 8 of the design).
    for name, speaks_for in formula.criteria():
        entry = criteria.get(name)
        if entry is None or entry.when.fact not in TRIGGERS_BY_FACT:
            continue
        when = entry.when
        rising = when.is_ is True or (when.at_least is not None or when.more_than is not None)
        falling = when.is_ is False or when.at_most is not None or when.less_than is not None or when.one_of is not None
        if not speaks_for or not rising or falling:
            message = f"criterion '{name}' would let danger keep a family out; danger may only let a family in"
            yield file.fault((*path, "criteria", name), message)
