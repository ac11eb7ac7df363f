"""Conjunctions say the same as the formula that they came from."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.truth import Truth, all_of, any_of, none_of
from router.rules.normal_form import TooManyConjunctionsError, conjunctions
from router.rules.pack import Formula
from tests.support.events import quick

NAMES = ("a", "b", "c", "d")


@st.composite
def formulas(draw: st.DrawFn, depth: int = 2) -> Formula:
    """Draw a formula of four criteria, nested up to ``depth``; a criterion may stand in it more than once."""
    part = st.sampled_from(NAMES)
    parts = st.lists(part if not depth else st.one_of(part, formulas(depth - 1)), max_size=2).map(tuple)
    return draw(st.builds(Formula, parts, parts, parts).filter(lambda one: one.all or one.any or one.none))


def kleene(formula: Formula, truths: dict[str, Truth]) -> Truth:
    """Return the truth of a formula, straight from the tables."""

    def each(given_parts: tuple[str | Formula, ...]) -> list[Truth]:
        return [truths[one] if isinstance(one, str) else kleene(one, truths) for one in given_parts]

    met = [all_of(each(formula.all)), none_of(each(formula.none))]
    return all_of([*met, any_of(each(formula.any))] if formula.any else met)


@quick(80)
@given(formula=formulas())
def test_conjunctions_agree_with_the_tables_for_every_assignment(formula: Formula) -> None:
    """One that gives met holds only where the formula is met, and none holds only where neither can be told."""
    try:
        found = {truth: conjunctions(formula, truth) for truth in (Truth.MET, Truth.NOT_MET)}
    except TooManyConjunctionsError:
        return
    for values in product(Truth, repeat=len(NAMES)):
        truths = dict(zip(NAMES, values, strict=True))
        assignment = set(truths.items())
        holds = {truth for truth, each in found.items() if any(one <= assignment for one in each)}
        expected = kleene(formula, truths)
        if set(values) <= {Truth.MET, Truth.NOT_MET}:
            assert holds == {expected}
        # A criterion that stands for and against at once may settle more than the tables, never less or otherwise.
        assert holds <= {expected} or expected is Truth.UNKNOWN
        assert expected is Truth.UNKNOWN or expected in holds


@quick(80)
@given(formula=formulas())
def test_conjunctions_are_possible_minimal_and_in_order(formula: Formula) -> None:
    """None asks for both truths of a criterion, none contains another, and the smallest come first."""
    for truth in (Truth.MET, Truth.NOT_MET):
        try:
            found = conjunctions(formula, truth)
        except TooManyConjunctionsError:
            continue
        assert all(len({name for name, _ in one}) == len(one) for one in found)
        assert not any(one < other for one in found for other in found)
        assert len(set(found)) == len(found)
        assert [len(one) for one in found] == sorted(len(one) for one in found)


def test_a_formula_is_written_out() -> None:
    """An example that a person can follow."""
    formula = Formula(all=("a",), any=("b", Formula(none=("c",))))
    met = [{("a", Truth.MET), ("b", Truth.MET)}, {("a", Truth.MET), ("c", Truth.NOT_MET)}]
    assert list(map(set, conjunctions(formula, Truth.MET))) == met
    missed = [{("a", Truth.NOT_MET)}, {("b", Truth.NOT_MET), ("c", Truth.MET)}]
    assert list(map(set, conjunctions(formula, Truth.NOT_MET))) == missed


def test_too_many_are_never_unfolded() -> None:
    """Twenty pairs would make a million."""
    wide = Formula(all=tuple(Formula(any=(f"x{n}", f"y{n}")) for n in range(20)))
    with pytest.raises(TooManyConjunctionsError):
        conjunctions(wide, Truth.MET)
    assert len(conjunctions(wide, Truth.NOT_MET)) == 20
