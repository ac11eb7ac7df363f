"""Fellegi-Sunter parameters learnt without labels: u from random pairs, m by expectation maximisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log2

from router.matching.compare import Level
from router.matching.weights import Rarity, Weights, rarity_of

Pattern = tuple[Level | None, ...]
"""The levels of one pair, field by field; None where either side is silent."""

_MOST_ROUNDS = 200
_SETTLED = 1e-9
_START_EXACT = 0.8
_START_SHARE = 0.1
_SMOOTHING = 0.5
"""Half a pair is added to each level, so that a level that was never seen is unlikely and not impossible."""

Chances = list[dict[Level, float]]


def learn(
    fields: Sequence[str],
    pairs: Counter[Pattern],
    random_pairs: Counter[Pattern],
    shares: Mapping[str, Mapping[str, float]],
) -> Weights:
    """Return weights for pairs that may match. Nothing says which do.

    ``pairs`` are those that share a blocking key, ``random_pairs`` any two records. ``shares`` are how common each
    value of a field is, for fields whose exact agreement is weighed by value. The prior is the share of ``pairs`` that
    were taken to match in the end, and the thresholds are those of even odds.
    """
    u = _random(len(fields), random_pairs, pairs)
    m, share = _maximise(u, pairs)
    bits = {
        name: {level: log2(m[place][level] / chance) for level, chance in u[place].items()}
        for place, name in enumerate(fields)
    }
    return Weights("unlabelled", log2(share / (1 - share)), 0.0, 0.0, bits, _rarities(fields, u, shares))


def _random(fields: int, random_pairs: Counter[Pattern], pairs: Counter[Pattern]) -> Chances:
    found: Chances = []
    for place in range(fields):
        counts = _count(place, random_pairs)
        levels = sorted(counts.keys() | _count(place, pairs).keys())
        total = sum(counts.values()) + _SMOOTHING * len(levels)
        found.append({level: (counts[level] + _SMOOTHING) / total for level in levels})
    return found


def _count(place: int, patterns: Counter[Pattern]) -> Counter[Level]:
    counts: Counter[Level] = Counter()
    for pattern, times in patterns.items():
        level = pattern[place]
        if level is not None:
            counts[level] += times
    return counts


def _maximise(u: Chances, pairs: Counter[Pattern]) -> tuple[Chances, float]:
    """Return m and the share of pairs that match."""
    rest = 1 - _START_EXACT
    m: Chances = [
        {level: _START_EXACT if level is Level.EXACT else rest / max(1, len(levels) - 1) for level in levels}
        for levels in u
    ]
    share, total = _START_SHARE, sum(pairs.values())
    for _ in range(_MOST_ROUNDS):
        matching, counts = _expect(m, u, share, pairs)
        m = [
            {level: (counts[place][level] + _SMOOTHING) / (sum(counts[place].values()) + _SMOOTHING * len(levels))
             for level in levels}
            for place, levels in enumerate(u)
        ]  # fmt: skip
        settled = abs(matching / total - share) < _SETTLED
        share = matching / total
        if settled:
            break
    return m, share


def _expect(m: Chances, u: Chances, share: float, pairs: Counter[Pattern]) -> tuple[float, list[dict[Level, float]]]:
    """Return how many pairs are taken to match, and their levels."""
    bits = [{level: log2(chances[level] / u[place][level]) for level in chances} for place, chances in enumerate(m)]
    prior = log2(share / (1 - share))
    matching = 0.0
    counts: list[dict[Level, float]] = [dict.fromkeys(levels, 0.0) for levels in u]
    for pattern, times in pairs.items():
        said = [(place, level) for place, level in enumerate(pattern) if level is not None]
        odds = prior + sum([bits[place][level] for place, level in said])
        expected = times / (1 + 2.0**-odds)
        matching += expected
        for place, level in said:
            counts[place][level] += expected
    return matching, counts


def _rarities(fields: Sequence[str], u: Chances, shares: Mapping[str, Mapping[str, float]]) -> dict[str, Rarity]:
    return {
        name: rarity_of(table, u[fields.index(name)][Level.EXACT], otherwise=min(table.values()))
        for name, table in shares.items()
        if Level.EXACT in u[fields.index(name)]
    }
