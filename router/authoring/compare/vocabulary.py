"""Puts the vocabularies of two packs together, so that one family can be looked at by both.

A fact that both packs know alike is one fact. Where the lists of choices differ but agree in order, the fact has all of
them, and a pack that does not know a choice reads it as unknown, as it does in earnest. A fact whose type or order of
choices changed is two facts, since a value of the one says nothing of the other: the old one's name then ends in
``BEFORE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import FactDefinition, FactType, FactView, Known, NotApplicable
from router.model.referral import FactValue
from router.rules.pack import Criterion, Pack, Rule

BEFORE = "__before"
Rules = TypeVar("Rules", bound=Rule)


@dataclass(frozen=True, slots=True)
class Packs:
    """Two packs over one vocabulary.

    ``facts`` is that vocabulary. ``apart`` names the facts that are two. In ``old`` those are renamed.
    """

    old: Pack
    new: Pack
    facts: Mapping[str, FactDefinition]
    apart: frozenset[str]

    @property
    def either(self) -> Pack:
        """A pack with every fact and rule of both, for what must know all thresholds and names. It decides nothing."""
        return replace(
            self.new,
            facts=self.facts,
            services=_both(self.old.services, self.new.services),
            moves=_both(self.old.moves, self.new.moves),
            narrowed={
                code: _both(self.old.narrowed.get(code, {}), self.new.narrowed.get(code, {}))
                for code in {**self.old.narrowed, **self.new.narrowed}
            },
            boards={**self.old.boards, **self.new.boards},
        )

    def view(self, pack: Pack, given: Mapping[str, FactValue | NotApplicable], held: Known) -> FactView:
        """Return what ``pack`` holds of a family: the facts that it knows, in values that it knows.

        ``held`` says whence and when everything is known.
        """
        return {
            name: replace(held, value=value)
            for name, value in given.items()
            if name in pack.facts and knows(pack.facts[name], value)
        }


def together(old: Pack, new: Pack) -> Packs:
    """Put two packs over one vocabulary."""
    facts = dict(new.facts)
    apart = set()
    for name, before in old.facts.items():
        now = new.facts.get(name)
        if now is None:
            facts[name] = before
        elif before.type is not now.type or _worked_out(before) != _worked_out(now):
            apart.add(name)
        elif before.choices != now.choices:
            choices = merged(before.choices, now.choices, ordered=before.ordered or now.ordered)
            if choices is None:
                apart.add(name)
            else:
                facts[name] = replace(now, choices=choices)
    facts |= {f"{name}{BEFORE}": replace(old.facts[name], name=f"{name}{BEFORE}") for name in apart}
    # What is first is first left out of a witness: one that needs no danger shows none.
    facts = dict(sorted(facts.items(), key=lambda one: one[0].removesuffix(BEFORE) not in TRIGGERS_BY_FACT))
    return Packs(_renamed(old, apart) if apart else old, new, facts, frozenset(apart))


def _worked_out(one: FactDefinition) -> tuple[object, ...]:
    return one.derivation, one.change_of, one.within_days


def knows(definition: FactDefinition, value: FactValue | NotApplicable) -> bool:
    """Return whether a value of a fact means something to the pack that defines it so."""
    return definition.type is not FactType.CHOICE or isinstance(value, NotApplicable) or value in definition.choices


def merged(first: Sequence[str], second: Sequence[str], *, ordered: bool) -> tuple[str, ...] | None:
    """Return one list of choices in which each of two keeps its order; None where they disagree on the order."""
    if not ordered:
        return tuple(dict.fromkeys((*first, *second)))
    shared = [one for one in first if one in second]
    if shared != [one for one in second if one in first]:
        return None
    found: list[str] = []
    left = list(second)
    for choice in first:
        if choice in second:
            place = left.index(choice)
            found += left[:place]
            left = left[place + 1 :]
        found.append(choice)
    return (*found, *left)


def _both(old: Mapping[str, Rules], new: Mapping[str, Rules]) -> dict[str, Rules]:
    # under a key of its own, an old rule's thresholds count although a new one has its name
    return {**{f"{name}{BEFORE}": rule for name, rule in old.items() if name in new}, **old, **new}


def _renamed(pack: Pack, facts: set[str]) -> Pack:
    def of(criterion: Criterion) -> Criterion:
        condition = criterion.condition
        if condition.fact not in facts:
            return criterion
        return replace(criterion, condition=condition.model_copy(update={"fact": f"{condition.fact}{BEFORE}"}))

    def rules(given: Mapping[str, Rules]) -> dict[str, Rules]:
        return {
            name: replace(rule, criteria={key: of(one) for key, one in rule.criteria.items()})
            for name, rule in given.items()
        }

    named = {f"{name}{BEFORE}" if name in facts else name: one for name, one in pack.facts.items()}
    renamed = {name: replace(one, name=name) for name, one in named.items()}
    narrowed = {code: rules(there) for code, there in pack.narrowed.items()}
    return replace(pack, facts=renamed, services=rules(pack.services), moves=rules(pack.moves), narrowed=narrowed)
