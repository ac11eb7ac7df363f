"""How well weights part pairs that match from pairs that do not, over all thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

Scored = tuple[float, bool]
"""A pair's weight in bits, and whether the pair truly is one person."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The best F1 over all thresholds, and the recall of the highest threshold below which the first false match lies.

    ``pairs`` were compared, ``matches`` true pairs are among them, of ``total`` that exist; those that were never
    compared count as missed.
    """

    best_f1: float
    recall_before_false: float
    pairs: int
    matches: int
    total: int


def quality(scored: Sequence[Scored], total: int) -> Quality:
    """Return the quality of scored pairs, where ``total`` true pairs exist; pairs of one weight go together."""
    ordered = sorted(scored, key=itemgetter(0), reverse=True)
    best = before = 0.0
    taken = right = 0
    clean = True
    for _, group in groupby(ordered, key=itemgetter(0)):
        outcomes = [matches for _, matches in group]
        taken += len(outcomes)
        right += sum(outcomes)
        clean = clean and all(outcomes)
        if clean:
            before = right / total
        best = max(best, 2 * right / (taken + total))
    return Quality(best, before, len(scored), sum(matches for _, matches in scored), total)
