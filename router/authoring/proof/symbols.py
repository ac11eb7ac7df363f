"""A family that stands for every family: each fact a symbol, each criterion and formula a pair of conditions on them.

A criterion is met, not met, or neither; so it is two conditions that exclude each other, and formulas combine them by
the truth tables of ``router.model.truth``. What ties facts to each other (a baby's age to the weeks since the birth) is
stated once, in ``Family.possible``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import z3

from router.model.danger import TRIGGERS, Trigger
from router.model.facts import NOT_APPLICABLE, FactDefinition, FactType, NotApplicable
from router.model.referral import FactValue, Urgency
from router.rules.pack import Ages, Criterion, Formula, Pack, Rule
from router.rules.schema import COMPARISONS, Condition

TIMES = frozenset({
    "pregnancy_weeks", "weeks_postnatal", "infant_age_months", "infant_age_months_at_referral", "corrected_age_months",
    "parent_age_years",
})  # fmt: skip
"""Derivations that change by the passing of time alone. ``stage`` is not one of them: a birth is an event."""

RECKONED_FROM = frozenset({"gestation_weeks"})
"""What an age is reckoned from besides the days: known, it states no need."""

SCORES = "points"
"""The unit of a score."""

_OF_THE_BORN = ("weeks_postnatal", "infant_age_months", "infant_age_months_at_referral", "corrected_age_months")
_AGES = _OF_THE_BORN[1:]
# Ages are tied to each other, so their bounds leave room; other numbers need none past the last threshold.
_MOST = {
    "pregnancy_weeks": 43,
    "weeks_postnatal": 330,
    "infant_age_months": 75,
    "infant_age_months_at_referral": 75,
    "corrected_age_months": 75,
    "parent_age_years": 60,
}
_DAYS_OF_MONTHS = 30_437  # a thousandth of a day


class Both(NamedTuple):
    """Under which condition something is met, and under which it is not; else it is unknown."""

    met: Any
    not_met: Any


@dataclass(frozen=True, slots=True)
class Symbol:
    """One fact of the family: whether it is known, whether it cannot exist, and its value."""

    definition: FactDefinition
    known: Any
    nothing: Any
    value: Any

    def stated(self) -> Any:
        """Return the condition that there is a value."""
        return z3.And(self.known, z3.Not(self.nothing))

    def literal(self, value: FactValue) -> Any:
        """Return a value of the fact as the solver writes it."""
        if self.definition.type is FactType.YES_NO:
            return z3.BoolVal(bool(value))
        if self.definition.type is FactType.CHOICE:
            return z3.IntVal(self.definition.choices.index(str(value)))
        return z3.IntVal(value.toordinal() if isinstance(value, date) else int(value))

    def read(self, model: Any) -> FactValue | NotApplicable | None:
        """Return the value that a model gives the fact; None where it leaves it unknown."""
        if not z3.is_true(model.eval(self.known, model_completion=True)):
            return None
        if z3.is_true(model.eval(self.nothing, model_completion=True)):
            return NOT_APPLICABLE
        found = model.eval(self.value, model_completion=True)
        match self.definition.type:
            case FactType.YES_NO:
                return bool(z3.is_true(found))
            case FactType.CHOICE:
                return self.definition.choices[int(found.as_long())]
            case FactType.DATE:
                return date.fromordinal(int(found.as_long()))
            case _:
                return int(found.as_long())


class Family:
    """One family of symbols. ``mark`` tells two families of one question apart."""

    def __init__(self, pack: Pack, mark: str = "") -> None:
        self.pack = pack
        self.facts = {name: _symbol(one, mark) for name, one in pack.facts.items()}
        self._by_derivation = {one.derivation: name for name, one in pack.facts.items() if one.derivation}
        self._days = z3.Int(f"days since birth{mark}")
        self.possible = z3.And(*self._bounds(), *self._ties())

    def criterion(self, criterion: Criterion) -> Both:
        """Return when a criterion is met and when it is not."""
        symbol = self.facts[criterion.condition.fact]
        holds = _holds(criterion.condition, symbol)
        return Both(
            z3.And(symbol.stated(), holds),
            z3.And(symbol.known, z3.Or(symbol.nothing, z3.Not(holds))),
        )

    def formula(self, rule: Rule, formula: Formula | None = None) -> Both:
        """Return when a rule's formula, or a part of it, is met and when it is not."""
        whole = rule.formula if formula is None else formula
        groups = list(self._parts(rule, whole.all))
        if whole.any:
            parts = list(self._parts(rule, whole.any))
            groups.append(Both(z3.Or(*(one.met for one in parts)), z3.And(*(one.not_met for one in parts))))
        if whole.none:
            groups += [Both(one.not_met, one.met) for one in self._parts(rule, whole.none)]
        return Both(z3.And(*(one.met for one in groups)), z3.Or(*(one.not_met for one in groups)))

    def part(self, rule: Rule, part: str | Formula) -> Both:
        """Return when a part of a formula is met and when it is not."""
        return self.criterion(rule.criteria[part]) if isinstance(part, str) else self.formula(rule, part)

    def _parts(self, rule: Rule, parts: Iterable[str | Formula]) -> Iterator[Both]:
        return (self.part(rule, part) for part in parts)

    def outside(self, ages: Ages) -> Any:
        """Return the condition that a family is known to be outside the ages that a service states."""
        outside = []
        stage = self._derived("stage")
        if stage is not None:
            order = stage.definition.choices
            before = order[: order.index(ages.start)]
            outside += [z3.And(stage.stated(), stage.value == stage.literal(one)) for one in before]
        age = self._derived("infant_age_months_at_referral" if ages.at_referral else "infant_age_months")
        if age is not None and ages.until_months is not None:
            outside.append(z3.And(age.stated(), age.value >= ages.until_months))
        return z3.Or(*outside)

    def shows(self, trigger: Trigger) -> Any:
        """Return the condition that a danger is shown."""
        symbol = self.facts[trigger.fact]
        value = symbol.value if trigger.at_least is None else symbol.value >= trigger.at_least
        return z3.And(symbol.stated(), value)

    def danger(self, urgency: Urgency | None) -> Any:
        """Return the condition that the gravest danger shown is of this urgency; None for no danger."""
        least = urgency or 0
        graver = [self.shows(one) for one in TRIGGERS if one.urgency > least]
        equal = [self.shows(one) for one in TRIGGERS if one.urgency == least]
        return z3.And(z3.Not(z3.Or(*graver)), z3.Or(*equal) if urgency else z3.BoolVal(val=True))

    def same(self, other: Family, but: Iterable[str] = ()) -> Any:
        """Return the condition that two families are alike in all facts but these."""
        left_out = set(but)
        return z3.And(
            *(
                z3.And(mine.known == theirs.known, mine.nothing == theirs.nothing, mine.value == theirs.value)
                for name, mine in self.facts.items()
                for theirs in (other.facts[name],)
                if name not in left_out
            )
        )

    def read(self, model: Any) -> dict[str, FactValue | NotApplicable]:
        """Return the facts that are known in a model."""
        found = {name: symbol.read(model) for name, symbol in self.facts.items()}
        return {name: value for name, value in found.items() if value is not None}

    def is_time(self, fact: str) -> bool:
        """Return whether a fact changes by the passing of time alone."""
        return self.pack.facts[fact].derivation in TIMES

    def _bounds(self) -> Iterator[Any]:
        for name, symbol in self.facts.items():
            definition = symbol.definition
            if not definition.derivation or definition.change_of:
                yield z3.Not(symbol.nothing)
            if definition.type is FactType.CHOICE:
                yield z3.And(symbol.value >= 0, symbol.value < len(definition.choices))
            elif definition.type is FactType.NUMBER:
                most = _MOST.get(definition.derivation, _past_every_threshold(self.pack, name))
                yield z3.And(symbol.value >= (-most if definition.change_of else 0), symbol.value <= most)
            elif definition.type is FactType.DATE:
                yield z3.And(symbol.value >= date(2000, 1, 1).toordinal(), symbol.value <= date(2060, 1, 1).toordinal())

    def _derived(self, derivation: str) -> Symbol | None:
        name = self._by_derivation.get(derivation)
        return self.facts[name] if name else None

    def _ties(self) -> Iterator[Any]:
        """Yield what ties the derived facts to each other, as ``router.routing.derive`` works them out."""
        for change in self.facts.values():
            if change.definition.change_of:
                # Both of two scores were stated, and the earlier was no lower than 0.
                now = self.facts[change.definition.change_of]
                yield z3.Implies(change.known, z3.And(now.known, change.value <= now.value))
        stage = self._derived("stage")
        if stage is None:
            return
        yield z3.Not(stage.nothing)
        born = z3.And(stage.known, stage.value == stage.literal("postnatal"))
        pregnant = z3.And(stage.known, stage.value == stage.literal("pregnant"))
        weeks_of_pregnancy = self._derived("pregnancy_weeks")
        if weeks_of_pregnancy is not None:
            yield weeks_of_pregnancy.nothing == z3.And(stage.known, z3.Not(pregnant))
            yield z3.Implies(weeks_of_pregnancy.known, stage.known)
            yield z3.Implies(weeks_of_pregnancy.nothing, weeks_of_pregnancy.known)
        parent_age = self._derived("parent_age_years")
        if parent_age is not None:
            yield z3.Not(parent_age.nothing)
        of_the_born = {name: symbol for name in _OF_THE_BORN if (symbol := self._derived(name)) is not None}
        for name, symbol in of_the_born.items():
            yield z3.Implies(symbol.known, stage.known)
            yield z3.Implies(symbol.nothing, symbol.known)
            yield z3.Implies(z3.And(stage.known, z3.Not(born)), symbol.nothing)
            if name == "weeks_postnatal":
                yield z3.Implies(born, z3.Not(symbol.nothing))
        ages = [of_the_born[name] for name in _AGES if name in of_the_born]
        # The ages of a baby who has died exist no longer, all of them.
        yield from (one.nothing == other.nothing for one, other in pairwise(ages))
        yield from self._ages(of_the_born)

    def _ages(self, born: Mapping[str, Symbol]) -> Iterator[Any]:
        weeks, age = born.get("weeks_postnatal"), born.get("infant_age_months")
        at_referral, corrected = born.get("infant_age_months_at_referral"), born.get("corrected_age_months")
        yield self._days >= 0
        if weeks is not None:
            yield z3.And(7 * weeks.value <= self._days, self._days < 7 * weeks.value + 7)
        if age is not None:
            # Months are of 28 to 31 days: three days of play cover every calendar.
            yield z3.And(
                1000 * self._days >= _DAYS_OF_MONTHS * age.value - 3000,
                1000 * self._days < _DAYS_OF_MONTHS * (age.value + 1) + 3000,
            )
            # A year is no shorter than 365 days, whatever its months are.
            for years in range(1, _MOST["infant_age_months"] // 12 + 1):
                yield z3.Implies(age.value >= 12 * years, self._days >= 365 * years)
            if weeks is not None:
                yield z3.Implies(z3.Not(age.nothing), age.known == weeks.known)
            for later in (at_referral, corrected):
                if later is not None:
                    yield z3.Implies(later.stated(), z3.And(age.known, later.value <= age.value))
        gestation = self.facts.get("gestation_weeks")
        if corrected is not None and age is not None and gestation is not None:
            yield z3.Implies(corrected.stated(), z3.And(gestation.known, corrected.value >= age.value - 6))
            yield z3.Implies(z3.And(corrected.stated(), gestation.value >= 37), corrected.value == age.value)  # noqa: PLR2004


def _symbol(definition: FactDefinition, mark: str) -> Symbol:
    name = f"{definition.name}{mark}"
    value = z3.Bool(name) if definition.type is FactType.YES_NO else z3.Int(name)
    return Symbol(definition, z3.Bool(f"{name} known"), z3.Bool(f"{name} cannot exist"), value)


def _holds(condition: Condition, symbol: Symbol) -> Any:
    value = symbol.value
    if condition.is_ is not None:
        return value == symbol.literal(condition.is_)
    if condition.one_of is not None:
        return z3.Or(*(value == symbol.literal(one) for one in condition.one_of))
    bounds = []
    if condition.at_least is not None:
        bounds.append(value >= symbol.literal(condition.at_least))
    if condition.more_than is not None:
        bounds.append(value > symbol.literal(condition.more_than))
    if condition.at_most is not None:
        bounds.append(value <= symbol.literal(condition.at_most))
    if condition.less_than is not None:
        bounds.append(value < symbol.literal(condition.less_than))
    return z3.And(*bounds)


def _past_every_threshold(pack: Pack, fact: str) -> int:
    """Return a number beyond which all values of a fact are alike to the pack."""
    rules = pack.rules()
    named = [trigger.at_least for trigger in TRIGGERS if trigger.fact == fact]
    for rule in rules:
        for criterion in rule.criteria.values():
            if criterion.condition.fact == fact:
                for name in COMPARISONS:
                    given = getattr(criterion.condition, name)
                    named += given if isinstance(given, tuple) else [given]
    return max((abs(int(one)) for one in named if isinstance(one, int)), default=0) + 1
