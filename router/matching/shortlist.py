"""Which of the families that share a blocking key with an event are worth reading and comparing.

Among a million families an event shares some key with a dozen strangers: their infants were born on one day, and their
surnames sound alike. Its own family shares keys of several kinds, for each piece of evidence that weighs anything has
its kind of key. So whoever shares two kinds is read, and whoever shares a number. Whoever shares one other kind is read
only where few have that key, and nobody is known who shares three: of a crowd with one thing in common one at most can
be the family, and nothing tells which. Families that a person is being asked about are no crowd: they may be one, so
however many they are they count as one. How often that changes a decision, ``python -m router.bench.lookup`` measures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

#: Kinds of keys that find a family by themselves, however many have the same.
NUMBERS = frozenset({"chi", "nhs", "local", "phone", "email"})
#: Any other key finds a family by itself when no more families than this have it.
FEW = 2
#: Whoever shares so many kinds is evidently the family, or somebody very like it.
EVIDENT = 3


def shortlist(
    kinds: Mapping[int, str],
    families_of: Mapping[int, AbstractSet[int]],
    asked_about: Iterable[tuple[int, int]] = (),
) -> set[int]:
    """Return the families to read for an event whose keys are of these kinds, of the families that each key has.

    ``asked_about`` are the pairs of families of open reviews, those of ``crowd`` at least. An event that has one kind
    of key cannot share two: whoever shares that one is read.
    """
    worth, crowds = _sorted_out(kinds, families_of)
    for families in crowds:
        if _if_one(families, asked_about) <= FEW:
            worth |= families
    return worth


def crowd(kinds: Mapping[int, str], families_of: Mapping[int, AbstractSet[int]]) -> set[int]:
    """Return the families of which it matters to ``shortlist`` whether a person is asked about them."""
    return set().union(*_sorted_out(kinds, families_of)[1])


def _sorted_out(
    kinds: Mapping[int, str], families_of: Mapping[int, AbstractSet[int]]
) -> tuple[set[int], list[AbstractSet[int]]]:
    """Return the families to read, and the crowds under one key of which none is read for that key alone."""
    under = [(kind, families) for key, kind in kinds.items() if (families := families_of.get(key))]
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, families in under:
        by_kind[kind] |= families
    if len(set(kinds.values())) == 1:
        return set().union(*by_kind.values()), []
    shared = Counter(family for families in by_kind.values() for family in families)
    worth = {family for family, number in shared.items() if number > 1}
    worth = worth.union(*(by_kind[kind] for kind in NUMBERS & by_kind.keys()))
    if max(shared.values(), default=0) >= EVIDENT:
        return worth, []
    crowds = []
    for _, families in under:
        if len(families) <= FEW:
            worth |= families
        else:
            crowds.append(families)
    return worth, [families for families in crowds if not families <= worth]


def _if_one(families: AbstractSet[int], asked_about: Iterable[tuple[int, int]]) -> int:
    """Return how many families these would be if all that are asked about were one."""
    head = {family: family for family in families}

    def head_of(family: int) -> int:
        while head[family] != family:
            family = head[family]
        return family

    for one, other in asked_about:
        if one in head and other in head:
            head[head_of(one)] = head_of(other)
    return sum(family == above for family, above in head.items())
