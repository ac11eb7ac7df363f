"""Which of the families that share a blocking key with an event are worth reading and comparing.

Among a million families an event shares some key with a dozen strangers: their infants were born on one day, and their
surnames sound alike. Its own family shares keys of several kinds, for each piece of evidence that weighs anything has
its kind of key. So whoever shares two kinds is read, and whoever shares a number. Whoever shares one other kind is read
only where few have that key, and nobody is known who shares three: of a crowd with one thing in common one at most can
be the family, and nothing tells which. How often that changes a decision, ``python -m router.bench.lookup`` measures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

#: Kinds of keys that find a family by themselves, however many have the same.
NUMBERS = frozenset({"chi", "nhs", "local", "phone", "email"})
#: Any other key finds a family by itself when no more families than this have it.
FEW = 2
#: Whoever shares so many kinds is evidently the family, or somebody very like it.
EVIDENT = 3


def shortlist(kinds: Mapping[int, str], families_of: Mapping[int, AbstractSet[int]]) -> set[int]:
    """Return the families to read for an event whose keys are of these kinds, of the families that each key has.

    An event that has one kind of key cannot share two: whoever shares that one is read.
    """
    by_kind: dict[str, set[int]] = defaultdict(set)
    of_few: set[int] = set()
    for key, kind in kinds.items():
        families = families_of.get(key)
        if families:
            by_kind[kind] |= families
            if len(families) <= FEW:
                of_few |= families
    if len(set(kinds.values())) == 1:
        return set().union(*by_kind.values())
    shared = Counter(family for families in by_kind.values() for family in families)
    worth = {family for family, number in shared.items() if number > 1}
    worth = worth.union(*(by_kind[kind] for kind in NUMBERS & by_kind.keys()))
    if max(shared.values(), default=0) < EVIDENT:
        worth |= of_few
    return worth
