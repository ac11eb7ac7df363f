"""Training gives the same weights for the same seed, and the file in use is what its own command says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from router.linkage.train import BY_HAND, TRAINING_SEED, as_text, in_use, train
from router.matching.compare import Level
from router.matching.weights import LEVELS, parse_weights

COMMITTED: dict[str, Any] = json.loads(in_use())


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """Return what 1,200 families and 10,000 random pairs teach."""
    return train(1_200, TRAINING_SEED, 10_000)


def test_training_is_deterministic(small: dict[str, Any]) -> None:
    """The same arguments give the same file, byte for byte."""
    assert as_text(train(1_200, TRAINING_SEED, 10_000)) == as_text(small)


def test_what_is_trained_can_serve(small: dict[str, Any]) -> None:
    """The content is a weights file that loads, with exact agreement worth most."""
    weights = parse_weights(as_text(small))
    for name in LEVELS.keys() - BY_HAND:
        assert weights.bits[name][Level.EXACT] == max(weights.bits[name].values())


def test_the_file_in_use_says_how_it_was_trained() -> None:
    """Its command, seed and counts are there, it is written as training writes, and its version is its own."""
    training = COMMITTED["training"]
    assert training["seed"] == TRAINING_SEED
    assert training["command"] == (
        f"router families train --families {training['families']} --seed {training['seed']} "
        f"--pairs {training['random_pairs']}"
    )
    assert training["matching_pairs"] > 10_000
    assert as_text(COMMITTED) == in_use()


def test_a_small_training_is_near_the_file_in_use(small: dict[str, Any]) -> None:
    """Trained anew on a fiftieth, common levels come out within a bit and a half: the file is no other's work.

    The whole command, which reproduces the file to the byte, takes minutes and is for ``router families train``.
    """
    now, then = parse_weights(as_text(small)), parse_weights(in_use())
    compared = 0
    for name in LEVELS.keys() - BY_HAND:
        for level, chances in COMMITTED["fields"][name]["levels"].items():
            if min(chances["m"], chances["u"]) > 0.005:
                compared += 1
                assert now.bits[name][Level(level)] == pytest.approx(then.bits[name][Level(level)], abs=1.5)
    assert compared >= 6


def test_fields_set_by_hand_stay_as_they_are(small: dict[str, Any]) -> None:
    """What synthetic families cannot teach is taken over, and says so."""
    for name in BY_HAND:
        assert small["fields"][name] == COMMITTED["fields"][name]
        assert COMMITTED["fields"][name]["note"].startswith("Set by hand.")


def test_common_names_count_less() -> None:
    """Agreement on a common name is worth less than on a rare one, and an unlisted name is rare."""
    weights = parse_weights(in_use())
    common = weights.weigh("surname", Level.EXACT, ["smith"])
    rare = weights.weigh("surname", Level.EXACT, ["nobodyscalledso"])
    assert common < weights.bits["surname"][Level.EXACT] < rare
    assert weights.weigh("surname", Level.EXACT, ["smith", "nobodyscalledso"]) == common
    assert weights.weigh("surname", Level.CLOSE, ["smith"]) == weights.bits["surname"][Level.CLOSE]
