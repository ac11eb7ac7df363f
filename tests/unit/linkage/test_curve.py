"""The best F1 and the recall before the first false match, worked out by hand."""

from __future__ import annotations

import pytest

from router.linkage.curve import quality


def test_pairs_that_part_cleanly_are_perfect() -> None:
    """Every true pair above every false one gives 1 for both figures."""
    found = quality([(9.0, True), (8.0, True), (-1.0, False)], total=2)
    assert (found.best_f1, found.recall_before_false) == (1.0, 1.0)


def test_a_false_pair_on_top_ends_the_clean_run() -> None:
    """Recall before the first false match counts only what stands above it; the best F1 may lie further down."""
    found = quality([(9.0, True), (8.0, False), (7.0, True), (6.0, True)], total=4)
    assert found.recall_before_false == pytest.approx(1 / 4)
    assert found.best_f1 == pytest.approx(2 * 3 / (4 + 4))


def test_pairs_of_one_weight_go_together() -> None:
    """A false pair of the same weight taints the true ones beside it, in whatever order they come."""
    for scored in ([(5.0, True), (5.0, False)], [(5.0, False), (5.0, True)]):
        found = quality(scored, total=1)
        assert found.recall_before_false == 0
        assert found.best_f1 == pytest.approx(2 / 3)


def test_pairs_never_compared_count_as_missed() -> None:
    """The total is of all true pairs that exist, not of those found."""
    assert quality([(5.0, True)], total=2).best_f1 == pytest.approx(2 / 3)
