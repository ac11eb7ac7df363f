"""The matcher's numbers: a versioned data file of m and u, read once and turned into weights in bits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import inf, log2
from types import MappingProxyType
from typing import Any

from router.matching.compare import Level

_FORENAME = frozenset({Level.EXACT, Level.VARIANT, Level.CLOSE, Level.INITIAL, Level.NEAR, Level.DIFFERENT})
_SAME_OR_NOT = frozenset({Level.EXACT, Level.DIFFERENT})

LEVELS: Mapping[str, frozenset[Level]] = MappingProxyType(
    {
        "forename": _FORENAME | {Level.SWAPPED},
        "surname": _SAME_OR_NOT | {Level.OVERLAP, Level.SWAPPED, Level.CLOSE, Level.NEAR},
        "birth_date": _SAME_OR_NOT | {Level.SWAPPED, Level.ONE_EDIT, Level.DEFAULT},
        "chi": _SAME_OR_NOT | {Level.SLIP},
        "nhs_number": _SAME_OR_NOT,
        "local_id": _SAME_OR_NOT,
        "phone": _SAME_OR_NOT,
        "email": _SAME_OR_NOT,
        "postcode": _SAME_OR_NOT | {Level.SECTOR},
        "address": _SAME_OR_NOT | {Level.NEAR},
        "infant_chi": frozenset({Level.EXACT}),
        "infant_birth_date": _SAME_OR_NOT | {Level.EXPECTED, Level.WINDOW},
        "infant_forename": _FORENAME,
        "infant_surname": _SAME_OR_NOT,
        "partner": _SAME_OR_NOT | {Level.CLOSE},
    }
)
"""Every field that the matcher weighs, and its levels; a weights file states each of them and no other."""

_ROUNDING = 1e-9
_DIGITS = 2
"""Decimals to which a weight is rounded, so that sums are the same in every order and on every machine."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """What exact agreement on one value says beyond agreement on any value, in bits; below 0 for a common value.

    ``otherwise`` is for values that the table does not hold: they are rare.
    """

    bits: Mapping[str, float]
    otherwise: float

    def of(self, values: Iterable[str]) -> float:
        """Return the bits of the commonest of the values that agree; 0 when none is given."""
        return min([self.bits.get(value, self.otherwise) for value in values], default=0.0)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each level of each field is worth, in bits: log2(m/u).

    ``prior_bits`` is log2(1/N) for N families. A family at or above ``automatic_bits`` may be joined without asking,
    one below ``review_bits`` is not worth asking about. ``version`` names the file, and with it the matcher.
    ``rarity`` holds, for the fields where it is known, how common a value is. ``another_carer_bits``, below 0, is what
    it costs at most that the carer is another: a family may be told of under either parent.
    """

    version: str
    prior_bits: float
    automatic_bits: float
    review_bits: float
    bits: Mapping[str, Mapping[Level, float]]
    rarity: Mapping[str, Rarity] = field(default_factory=dict)
    another_carer_bits: float = -inf

    def weigh(self, name: str, level: Level, agreed: Iterable[str] = ()) -> float:
        """Return the bits of a field's level. ``agreed`` are the values that both sides have, where it is EXACT."""
        bits = self.bits[name][level]
        table = self.rarity.get(name)
        if table is None or level is not Level.EXACT:
            return bits
        return round(bits + table.of(agreed), _DIGITS)


def rarity_of(shares: Mapping[str, float], exact: float, *, otherwise: float) -> Rarity:
    """Return the rarity of values with these shares, where ``exact`` is the u of exact agreement on any of them.

    ``otherwise`` is the share to assume of a value that is not listed.
    """
    bits = {value: round(log2(exact / share), _DIGITS) for value, share in shares.items()}
    return Rarity(MappingProxyType(bits), round(log2(exact / otherwise), _DIGITS))


@cache
def load_weights() -> Weights:
    """Return the weights that come with the package."""
    return parse_weights(resources.files("router.matching").joinpath("weights.json").read_text(encoding="utf-8"))


def parse_weights(text: str) -> Weights:
    """Return the weights of a weights file's text. Raise ValueError, naming the field, when the file cannot hold."""
    content = json.loads(text)
    fields = content["fields"]
    if fields.keys() != LEVELS.keys():
        raise ValueError(f"weights: fields missing or unknown: {', '.join(sorted(fields.keys() ^ LEVELS.keys()))}")
    automatic, review = (float(content["thresholds"][name]) for name in ("automatic", "review"))
    if not review < automatic:
        raise ValueError(f"weights: thresholds.review {review} is not below thresholds.automatic {automatic}")
    families = content["families"]["value"]
    if not families >= 1:
        raise ValueError(f"weights: families.value {families} is not at least 1")
    another = content["another_carer"]["share"]
    if not 0 < another <= 1:
        raise ValueError(f"weights: another_carer.share {another} is no share above 0 and at most 1")
    return Weights(
        version=str(content["version"]),
        prior_bits=round(-log2(families), _DIGITS),
        automatic_bits=automatic,
        review_bits=review,
        bits=MappingProxyType({name: _levels(name, entry) for name, entry in fields.items()}),
        rarity=MappingProxyType({name: _rarity(name, entry, fields) for name, entry in content["shares"].items()}),
        another_carer_bits=round(log2(another), _DIGITS),
    )


def _rarity(name: str, entry: Mapping[str, Any], fields: Mapping[str, Any]) -> Rarity:
    if name not in fields:
        raise ValueError(f"weights: shares.{name} is of no field")
    shares = {**entry["values"], "": entry["otherwise"]}
    wrong = [value for value, share in shares.items() if not 0 < share <= 1]
    if wrong:
        raise ValueError(f"weights: shares.{name}: {len(wrong)} shares are not above 0 and at most 1")
    exact = fields[name]["levels"][Level.EXACT]["u"]
    return rarity_of(entry["values"], exact, otherwise=entry["otherwise"])


def _levels(name: str, entry: Mapping[str, Any]) -> Mapping[Level, float]:
    if entry["levels"].keys() != LEVELS[name]:
        wrong = ", ".join(sorted(entry["levels"].keys() ^ LEVELS[name]))
        raise ValueError(f"weights: fields.{name}: levels missing or unknown: {wrong}")
    levels: dict[Level, float] = {}
    for key, value in entry["levels"].items():
        if not (0 < value["m"] <= 1 and 0 < value["u"] <= 1):
            raise ValueError(f"weights: fields.{name}.{key}: m and u are probabilities above 0 and at most 1")
        levels[Level(key)] = round(log2(value["m"] / value["u"]), _DIGITS)
    for chance in ("m", "u"):
        total = sum(value[chance] for value in entry["levels"].values())
        if total > 1 + _ROUNDING:
            raise ValueError(f"weights: fields.{name}: the levels' {chance} add up to {total}, more than 1")
    if levels.get(Level.DIFFERENT, 0) > 0:
        raise ValueError(f"weights: fields.{name}.different counts for a match; disagreement never may")
    return MappingProxyType(levels)
