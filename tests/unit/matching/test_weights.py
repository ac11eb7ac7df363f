"""The weights file is whole, its weights are what it says, and one that cannot hold is refused by field."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from math import log2
from typing import Any

import pytest

from router.matching import load_weights
from router.matching.compare import Level
from router.matching.weights import LEVELS, parse_weights

TEXT = resources.files("router.matching").joinpath("weights.json").read_text(encoding="utf-8")


def test_weights_are_log_ratios_of_the_file() -> None:
    """Every weight is log2(m/u), and the prior log2(1/N)."""
    content = json.loads(TEXT)
    weights = load_weights()
    assert weights.version == "fs-3"
    assert weights.prior_bits == pytest.approx(-log2(content["families"]["value"]), abs=0.01)
    for name, levels in weights.bits.items():
        for level, bits in levels.items():
            stated = content["fields"][name]["levels"][level.value]
            assert bits == pytest.approx(log2(stated["m"] / stated["u"]), abs=0.01)


def test_every_number_has_its_source() -> None:
    """Every field, the prior and the thresholds carry a note on where the numbers come from."""
    content = json.loads(TEXT)
    named = ("training", "families", "thresholds", "another_carer")
    notes = [content, *(content[name] for name in named), *content["shares"].values(), *content["fields"].values()]
    assert all(entry["note"] for entry in notes)


def test_better_levels_never_weigh_less() -> None:
    """Exact agreement weighs most, and difference least, in every field."""
    for levels in load_weights().bits.values():
        assert levels[Level.EXACT] == max(levels.values())
        assert levels.get(Level.DIFFERENT, min(levels.values())) == min(levels.values())


def test_name_and_birth_date_alone_are_worth_asking_about() -> None:
    """By weight alone a namesake would be joined: the gate is what asks."""
    weights = load_weights()
    total = weights.prior_bits + sum(weights.bits[name][Level.EXACT] for name in ("forename", "surname", "birth_date"))
    assert total >= weights.automatic_bits


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    *way, last = path.split("/")

    def change(content: dict[str, Any]) -> None:
        for step in way:
            content = content[step]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("fields/chi/levels/exact/m", 0), "fields.chi.exact"),
        (_set("fields/chi/levels/exact/u", 1.5), "fields.chi.exact"),
        (_set("fields/phone/levels/exact/m", 0.99), "fields.phone: the levels' m"),
        (_set("fields/phone/levels/different", {"m": 0.05, "u": 0.01}), "fields.phone.different"),
        (_set("fields/phone/levels/closest", {"m": 0.1, "u": 0.1}), "fields.phone: levels missing or unknown: closest"),
        (_set("fields/shoe_size", {}), "unknown: shoe_size"),
        (_set("thresholds/review", 10), "thresholds.review"),
        (_set("another_carer/share", 0), "another_carer.share"),
        (_set("shares/forename/values/emma", 1.5), "shares.forename: 1 shares"),
        (_set("shares/shoe_size", {"otherwise": 0.1, "values": {}}), "shares.shoe_size is of no field"),
        (_set("families/value", 0), "families.value"),
    ],
)
def test_impossible_weights_are_refused(change: Callable[[dict[str, Any]], None], message: str) -> None:
    """A file with no probability, too much of it, or names that nobody weighs is refused, and the field named."""
    content = json.loads(TEXT)
    change(content)
    with pytest.raises(ValueError, match=message):
        parse_weights(json.dumps(content))


def test_levels_name_each_field() -> None:
    """The weighed fields are those of the file, no more and no less."""
    assert load_weights().bits.keys() == LEVELS.keys()
