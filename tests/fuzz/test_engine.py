"""A slice of ``make fuzz``."""

from __future__ import annotations

from tests.fuzz import engine


def test_a_slice_of_drawn_packs_and_facts_agrees() -> None:
    """The engine and the reference evaluator conclude the same, and leads and moves are among what they conclude."""
    met = engine.compare(2_000, dice=7)
    assert met["pairs"] >= 2_000
    assert met["with a lead"] > 200
    assert met["moved"]
