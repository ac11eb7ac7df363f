"""What a board may change of the national base, and the service that comes of it.

A board may ask more of families, never less. Whoever meets the narrowed service meets the national one, and whoever the
national one turns away is turned away there too. A sign of danger that lets a family in lets it in everywhere: nothing
that a board adds counts against it. Both follow from how a narrowed formula is put together, so that a pack that loads
has them; ``router rules prove`` proves them again over all possible families.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from datetime import date

from router.model.danger import TRIGGERS_BY_FACT
from router.rules import schema
from router.rules.limits import to_formula
from router.rules.pack import Criterion, Formula, Narrowing, Response, Service

HERE = "-here"
"""Ends the name of a criterion as a board has it; the national one counts beside it."""

CriteriaBuilder = Callable[[Mapping[str, schema.CriterionEntry]], Mapping[str, Criterion]]
Facts = Mapping[str, schema.FactEntry]


def narrowed_service(base: Service, board: str, entry: schema.NarrowingEntry, criteria: CriteriaBuilder) -> Service:
    """Return a service as a board narrows it."""
    called = _called(entry, base.criteria)
    ours = {called[name]: replace(one, name=called[name]) for name, one in criteria(entry.criteria).items()}
    facts = {name: one.condition.fact for name, one in base.criteria.items()}
    formula = narrowed_formula(base.formula, facts, entry)
    response = base.response if entry.respond is None else to_response(entry.respond)
    return replace(
        base,
        criteria={**base.criteria, **ours},
        formula=formula,
        reviewed=entry.review.last,
        review_due=entry.review.next,
        response=response,
        narrowing=Narrowing(board, entry.label, tuple(ours), base.formula, entry.tests),
    )


def narrowed_formula(base: Formula, facts: Mapping[str, str], entry: schema.NarrowingEntry) -> Formula:
    """Return the formula of a service as a board narrows it.

    ``base`` is its formula elsewhere, and ``facts`` has the fact of each of its criteria.
    """
    called = _called(entry, facts)
    asked = [_renamed(base, called)] if called.keys() & facts.keys() else []
    if entry.also_when is not None:
        asked.append(_renamed(to_formula(entry.also_when), called))
    if not asked:
        return base
    danger = danger_that_lets_in(base, facts)
    if danger:
        return Formula(all=(base, Formula(any=(Formula(all=tuple(asked)), *danger))))
    return Formula(all=(base, *asked))


def to_response(entry: schema.Respond) -> Response:
    """Return how soon a service answers."""
    return Response(entry.routine_days, entry.urgent_hours, entry.emergency_hours)


def danger_that_lets_in(formula: Formula, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the criteria of a formula that rest on a sign of danger; ``facts`` has the fact of each criterion."""
    named = dict.fromkeys(name for name, _ in formula.criteria())
    return tuple(name for name in named if facts.get(name) in TRIGGERS_BY_FACT)


def _called(entry: schema.NarrowingEntry, base: Container[str]) -> dict[str, str]:
    return {name: f"{name}{HERE}" if name in base else name for name in entry.criteria}


def _renamed(formula: Formula, called: Mapping[str, str]) -> Formula:
    def parts(given: tuple[str | Formula, ...]) -> tuple[str | Formula, ...]:
        return tuple(called.get(one, one) if isinstance(one, str) else _renamed(one, called) for one in given)

    return Formula(parts(formula.all), parts(formula.any), parts(formula.none))


# --- is it narrower? --------------------------------------------------------------------------------------------------


def faults_of_narrowing(
    base: schema.ServiceFile, entry: schema.NarrowingEntry, facts: Facts
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what a board may not do to a service: where in its entry, and what to do instead."""
    formula = to_formula(base.eligible_when)
    signs: dict[str, set[bool]] = {}
    for name, speaks_for in formula.criteria():
        signs.setdefault(name, set()).add(speaks_for)
    for name, criterion in entry.criteria.items():
        place = ("criteria", name)
        if criterion.when.fact in TRIGGERS_BY_FACT:
            yield place, f"'{criterion.when.fact}' is a sign of danger, and no board may change what is done about it"
        elif f"{name}{HERE}" in {*base.criteria, *entry.criteria}:
            yield place, f"a criterion '{name}{HERE}' stands in the way: rename it"
        elif name in base.criteria:
            yield from _tighter(name, base.criteria[name].when, criterion.when, signs[name], facts)
    if entry.also_when is not None:
        for name, _ in to_formula(entry.also_when).criteria():
            if name in base.criteria and base.criteria[name].when.fact in TRIGGERS_BY_FACT:
                yield (
                    ("also_when",),
                    f"'{name}' rests on a sign of danger, and no board may change what is done about it",
                )
    yield from _sooner(base.respond, entry.respond)


def _tighter(
    name: str, old: schema.Condition, new: schema.Condition, signs: set[bool], facts: Facts
) -> Iterator[tuple[tuple[str, ...], str]]:
    place = ("criteria", name, "when")
    if old.fact != new.fact:
        message = (
            f"criterion '{name}' asks about '{old.fact}' in the national rule, and about '{new.fact}' here; give a "
            "criterion of another name, and put it in also_when"
        )
        yield place, message
        return
    definition = facts[old.fact]
    if old.fact in TRIGGERS_BY_FACT:
        yield place, f"'{old.fact}' is a sign of danger, and no board may change what is done about it"
    elif len(signs) > 1:
        yield place, f"criterion '{name}' lets in and keeps out in the national rule; use also_when instead"
    elif signs == {True} and not is_within(new, old, definition):
        yield place, f"would let in families whom the national '{name}' keeps out; a board may only narrow it"
    elif signs == {False} and not is_within(old, new, definition):
        yield place, f"would let in families whom the national '{name}' keeps out; here a board may only widen it"


def _sooner(old: schema.Respond, new: schema.Respond | None) -> Iterator[tuple[tuple[str, ...], str]]:
    if new is None:
        return
    for key in ("urgent_hours", "emergency_hours"):
        was, now = getattr(old, key), getattr(new, key)
        if was is not None and (now is None or now > was):
            yield ("respond", key), f"lengthens a clock of danger: '{key}' is {was} nationally, and may be that or less"
        elif was is None and now is not None:
            yield ("respond", key), f"the national service takes no such referrals; leave '{key}' out"


def is_within(inner: schema.Condition, outer: schema.Condition, definition: schema.FactEntry) -> bool:
    """Return whether each value that meets ``inner`` meets ``outer``; False also where that is not plain to see."""
    if definition.type in ("yes_no", "choice"):
        values = (True, False) if definition.type == "yes_no" else definition.choices
        return all(_met(outer, one, definition) for one in values if _met(inner, one, definition))
    if inner.is_ is not None or inner.one_of is not None:
        listed = inner.one_of if inner.one_of is not None else (inner.is_,)
        return all(_met(outer, one, definition) for one in listed)
    if outer.is_ is not None or outer.one_of is not None:
        return False
    (low, high), (least, most) = _bounds(inner), _bounds(outer)
    return (least is None or (low is not None and low >= least)) and (
        most is None or (high is not None and high <= most)
    )


def _bounds(condition: schema.Condition) -> tuple[int | None, int | None]:
    """Return the least and the greatest value that meet a condition on whole numbers or days."""
    low = condition.at_least if condition.at_least is not None else condition.more_than
    high = condition.at_most if condition.at_most is not None else condition.less_than
    return (
        None if low is None else _number(low) + (condition.at_least is None),
        None if high is None else _number(high) - (condition.at_most is None),
    )


def _number(value: object) -> int:
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, int):
        return value
    raise TypeError(f"not a number: {value!r}")


def _met(condition: schema.Condition, value: object, definition: schema.FactEntry) -> bool:
    if condition.is_ is not None:
        return value == condition.is_
    if condition.one_of is not None:
        return value in condition.one_of
    low, high = _measured(condition, definition)
    amount = definition.choices.index(str(value)) if definition.choices else _number(value)
    return (low is None or amount >= low) and (high is None or amount <= high)


def _measured(condition: schema.Condition, definition: schema.FactEntry) -> tuple[int | None, int | None]:
    if not definition.choices:
        return _bounds(condition)
    places: dict[str, object] = {
        name: definition.choices.index(str(value))
        for name in ("at_least", "more_than", "at_most", "less_than")
        if (value := getattr(condition, name)) is not None
    }
    return _bounds(condition.model_copy(update=places))
