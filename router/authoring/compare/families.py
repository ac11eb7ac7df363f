"""Makes families up, in the terms of two packs' facts, so that a change can be tried on many of them.

Each is built round one or two rules of either pack and mostly meets them, or only just misses them: values are taken
from beside the thresholds. The rules are drawn evenly, so the shares of services say nothing of how many real families
there are. The same seed makes the same families.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from router.authoring.compare.vocabulary import Packs
from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT
from router.model.facts import FactDefinition, FactType, Known, NotApplicable
from router.model.referral import FactValue
from router.routing.derive import Dates, derive
from router.routing.questions import telling_values
from router.rules.evaluation import Circumstances
from router.rules.pack import Rule
from router.rules.predicates import compile_condition
from router.rules.schema import Condition

_AS_OF = datetime(2026, 1, 5, 12, tzinfo=UTC)
_LONGEST_DAYS = 40 * 31
_OF_TEN_MEET = 7
_OF_TEN_LED = 3
_OF_TEN_ASKED = 2
_OF_TWO_HUNDRED_IN_DANGER = 1


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One family: what is known of it, its board, and whether a service leads, is involved or was asked for.

    ``number`` and the seed make it again.
    """

    number: int
    given: Mapping[str, FactValue | NotApplicable]
    circumstances: Circumstances


def families(packs: Packs, count: int, seed: int) -> Iterator[MadeUp]:
    """Yield ``count`` families made from a seed."""
    maker = _Maker(packs)
    for number in range(count):
        # each from a seed of its own, so that one can be made again without the others
        yield maker.make(number, random.Random(f"{seed}/{number}"))  # noqa: S311 - made up, and to be made again


class _Maker:
    def __init__(self, packs: Packs) -> None:
        self.packs = packs
        either = packs.either
        self.rules: Sequence[Rule] = either.rules()
        conditions: dict[str, list[Condition]] = {}
        for rule in self.rules:
            for criterion in rule.criteria.values():
                conditions.setdefault(criterion.condition.fact, []).append(criterion.condition)
        self.values = {name: _values(conditions.get(name, []), one) for name, one in packs.facts.items()}
        self.stated = [name for name, one in packs.facts.items() if not one.derivation]
        self.boards = sorted(set(packs.old.boards) & set(packs.new.boards)) or sorted(packs.new.boards)
        self.services = sorted(set(packs.old.services) & set(packs.new.services))
        self.leaders = [
            name for name in self.services if packs.old.services[name].can_lead and packs.new.services[name].can_lead
        ]

    def make(self, number: int, dice: random.Random) -> MadeUp:
        given: dict[str, FactValue | NotApplicable] = {}
        wanted: dict[str, list[FactValue]] = {}
        for rule in dice.sample(self.rules, k=dice.choice((1, 1, 2))):
            for name, speaks_for in rule.formula.criteria():
                condition = rule.criteria[name].condition
                meets = (dice.randrange(10) < _OF_TEN_MEET) is speaks_for
                wanted.setdefault(condition.fact, []).extend(self._chosen(condition, meets=meets))
        for name in self.stated:
            value = self._value(name, wanted.get(name, []), dice)
            if value is not None:
                given[name] = value
        given |= self._derived(given, wanted, dice)
        given |= self._changes(given, wanted, dice)
        return MadeUp(number, given, self._circumstances(given, dice))

    def _chosen(self, condition: Condition, *, meets: bool) -> list[FactValue]:
        definition = self.packs.facts[condition.fact]
        holds = compile_condition(condition, definition)
        values = self.values[condition.fact]
        return [one for one in values if (holds(Known(one, "made-up", _AS_OF)) == "met") is meets]

    def _value(self, name: str, wanted: Sequence[FactValue], dice: random.Random) -> FactValue | None:
        if wanted:
            return dice.choice(wanted)
        values = self.values[name]
        if not values:
            return None
        trigger = TRIGGERS_BY_FACT.get(name)
        if trigger is not None:
            if dice.randrange(200) < _OF_TWO_HUNDRED_IN_DANGER:
                return trigger.at_least if trigger.at_least is not None else True
            return None if dice.randrange(2) else (0 if trigger.at_least is not None else False)
        if dice.randrange(10) < 7:  # noqa: PLR2004 - most of what could be known is not
            return None
        # what nobody was looking for is mostly not so
        return False if isinstance(values[0], bool) and dice.randrange(10) else dice.choice(values)

    def _derived(
        self, given: Mapping[str, FactValue | NotApplicable], wanted: Mapping[str, list[FactValue]], dice: random.Random
    ) -> dict[str, FactValue | NotApplicable]:
        """Return the facts that dates tell, worked out from dates as in earnest."""
        named = {one.derivation: name for name, one in self.packs.facts.items() if one.derivation}
        stages = wanted.get(named.get("stage", ""), [])
        stage = dice.choice(stages or ["preconception", "pregnant", "pregnant", *["postnatal"] * 6])
        gestation = given.get("gestation_weeks")
        today = _AS_OF.date()
        age = dice.randrange(_LONGEST_DAYS)
        months = [one for name in _AGES for one in wanted.get(named.get(name, ""), []) if isinstance(one, int)]
        if months:
            age = max(0, dice.choice(months) * 31 + dice.randrange(-20, 21))
        years = [one for one in wanted.get(named.get("parent_age_years", ""), []) if isinstance(one, int)]
        carer = (dice.choice(years) if years else dice.randrange(15, 42)) * 366
        held = derive(
            Dates(
                as_of=_AS_OF,
                referred_at=_AS_OF - timedelta(days=dice.randrange(min(age, 120) + 1)),
                born=stage == "postnatal",
                birth_date=today - timedelta(days=age) if stage == "postnatal" else None,
                living=True,
                expecting=stage == "pregnant",
                expected_date=today + timedelta(days=dice.randrange(1, 260)) if stage == "pregnant" else None,
                planning=stage == "preconception",
                gestation_weeks=gestation if isinstance(gestation, int) and not isinstance(gestation, bool) else None,
                parent_birth_date=today - timedelta(days=carer) if dice.randrange(5) else None,
            )
        )
        return {named[name]: one.value for name, one in held.items() if name in named and isinstance(one, Known)}

    def _changes(
        self, given: Mapping[str, FactValue | NotApplicable], wanted: Mapping[str, list[FactValue]], dice: random.Random
    ) -> dict[str, FactValue | NotApplicable]:
        """Return changes of numbers that are known; mostly a number was seen once, and there is none."""
        found: dict[str, FactValue | NotApplicable] = {}
        for name, one in self.packs.facts.items():
            now = given.get(one.change_of)
            values = wanted.get(name) or (self.values[name] if dice.randrange(10) == 0 else [])
            fitting = [value for value in values if isinstance(now, int) and isinstance(value, int) and value <= now]
            if one.change_of and fitting:
                found[name] = dice.choice(fitting)
        return found

    def _circumstances(self, given: Mapping[str, FactValue | NotApplicable], dice: random.Random) -> Circumstances:
        stated = {name: value for name, value in given.items() if not isinstance(value, NotApplicable)}
        shown = [one.urgency for one in TRIGGERS if one.shown_by(stated.get(one.fact))]
        led = bool(self.leaders) and dice.randrange(10) < _OF_TEN_LED
        asked = bool(self.services) and dice.randrange(10) < _OF_TEN_ASKED
        involved = bool(self.services) and dice.randrange(10) < _OF_TEN_ASKED
        return Circumstances(
            board=dice.choice(self.boards),
            danger=max(shown, default=None),
            accepted=dice.choice(self.leaders) if led else "",
            requested=frozenset({dice.choice(self.services)}) if asked else frozenset(),
            involved=frozenset({dice.choice(self.services)}) if involved else frozenset(),
        )


_AGES = ("infant_age_months", "infant_age_months_at_referral", "corrected_age_months")


def _values(conditions: Sequence[Condition], definition: FactDefinition) -> list[FactValue]:
    if definition.change_of:
        return telling_values(conditions, definition)
    if definition.derivation and definition.type is not FactType.CHOICE:
        return [one for one in telling_values(conditions, definition) if not isinstance(one, int) or one >= 0]
    if not conditions and definition.type in {FactType.NUMBER, FactType.DATE}:
        return []
    values = telling_values(conditions, definition)
    return [one for one in values if isinstance(one, bool | str) or not isinstance(one, int) or one >= 0]
