"""A made-up population in the four native formats, for demonstrations and tests. The same seed gives the same files."""

from __future__ import annotations

from datetime import date
from random import Random

from adapters.population import malformed, ordinary, special
from adapters.population.outbox import NativeFile, Outbox
from adapters.population.people import Maker

AS_AT = date(2026, 11, 1)
SEED = 20261101
FAMILIES = 40

__all__ = ["AS_AT", "FAMILIES", "SEED", "NativeFile", "count_messages", "population"]


def population(seed: int = SEED, families: int = FAMILIES, *, as_at: date = AS_AT) -> list[NativeFile]:
    """Return the files of a population of ``families``, dated before ``as_at``, and one bad message in each format."""
    return list(_written(seed, families, as_at).files())


def count_messages(seed: int = SEED, families: int = FAMILIES, *, as_at: date = AS_AT) -> int:
    """Return how many native messages the population has, the bad ones included."""
    return _written(seed, families, as_at).messages


def _written(seed: int, families: int, as_at: date) -> Outbox:
    if families < special.LEAST_FAMILIES:
        raise ValueError(f"a population needs {special.LEAST_FAMILIES} families or more, one for each special case")
    maker = Maker(Random(seed), as_at)
    out = Outbox(as_at)
    for make, _ in special.KINDS:
        make(maker, out)
    for place in range(families - special.LEAST_FAMILIES):
        ordinary.KINDS[place % len(ordinary.KINDS)](maker, out)
    malformed.add_malformed(maker, out)
    return out
