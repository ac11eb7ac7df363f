"""Criteria on danger may let a family in, and never keep one out, however it is written."""

from __future__ import annotations

import pytest

from tests.support.small_pack import CLINIC, MOVES, build, faults_of, plant

DANGER = "{fact: suicidal_intent, is: true}"


@pytest.mark.parametrize(
    ("condition", "combination"),
    [
        ("{fact: suicidal_intent, is: false}", "{all: [young, ill]}"),
        ("{fact: epds_item_10, at_most: 0}", "{all: [young, ill]}"),
        ("{fact: epds_item_10, less_than: 1}", "{all: [young, ill]}"),
        ("{fact: epds_item_10, at_least: 0, less_than: 2}", "{all: [young, ill]}"),
        ("{fact: epds_item_10, is: 1}", "{all: [young, ill]}"),
        ("{fact: epds_item_10, one_of: [1, 2]}", "{all: [young, ill]}"),
        (DANGER, "{all: [young], none: [ill]}"),
        (DANGER, "{all: [young], none: [{all: [ill]}]}"),
        (DANGER, "{all: [young, {none: [ill]}]}"),
        (DANGER, "{any: [{all: [young, ill]}, {all: [young], none: [ill]}]}"),
    ],
)
def test_danger_that_would_keep_a_family_out_is_found(condition: str, combination: str) -> None:
    """However it is hidden, a criterion on danger may only let a family in."""
    texts = plant(CLINIC, "{fact: level, at_least: mild}", condition)
    texts[CLINIC] = texts[CLINIC].replace("{all: [young, ill]}", combination)
    message = "criterion 'ill' would let danger keep a family out; danger may only let a family in"
    assert faults_of(texts) == [f"services/clinic.yaml:12:3: {message}"]


@pytest.mark.parametrize(
    ("condition", "combination"),
    [
        (DANGER, "{all: [young, ill]}"),
        ("{fact: epds_item_10, more_than: 0}", "{any: [young, ill]}"),
        (DANGER, "{all: [young], none: [{none: [ill]}]}"),
    ],
)
def test_danger_may_let_a_family_in(condition: str, combination: str) -> None:
    """It may also be denied twice over."""
    texts = plant(CLINIC, "{fact: level, at_least: mild}", condition)
    build({**texts, CLINIC: texts[CLINIC].replace("{all: [young, ill]}", combination)})


def test_danger_may_hold_back_a_move() -> None:
    """A step down that danger stops is what the floor wants."""
    texts = plant(MOVES, "{fact: level, at_least: severe}", DANGER)
    build({**texts, MOVES: texts[MOVES].replace("{all: [ill]}", "{none: [ill]}")})
