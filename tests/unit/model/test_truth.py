"""Three-valued truth, by its tables."""

from __future__ import annotations

from itertools import product

import pytest

from router.model.truth import MET, NOT_MET, UNKNOWN, Truth, all_of, any_of, negation, none_of

# As numbers, strong Kleene logic is minimum, maximum and complement.
DEGREE = {NOT_MET: 0, UNKNOWN: 1, MET: 2}
BY_DEGREE = {number: truth for truth, number in DEGREE.items()}


@pytest.mark.parametrize("parts", list(product(Truth, repeat=3)))
def test_the_tables_are_kleenes(parts: tuple[Truth, ...]) -> None:
    """Conjunction is the least, disjunction the greatest, and none the complement of that."""
    degrees = [DEGREE[part] for part in parts]
    assert all_of(parts) is BY_DEGREE[min(degrees)]
    assert any_of(parts) is BY_DEGREE[max(degrees)]
    assert none_of(parts) is BY_DEGREE[2 - max(degrees)]


def test_nothing_at_all() -> None:
    """All of nothing is met, any of nothing is not, and none of nothing is met."""
    assert (all_of(()), any_of(()), none_of(())) == (MET, NOT_MET, MET)


@pytest.mark.parametrize("part", Truth)
def test_the_opposite_of_unknown_is_unknown(part: Truth) -> None:
    """Twice the opposite is the same again."""
    assert negation(negation(part)) is part
    assert (negation(part) is part) == (part is UNKNOWN)
