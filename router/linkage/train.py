"""Learns the matcher's weights from synthetic families: m from pairs that agree on CHI, u from random pairs.

The levels are those that the serving code finds: each pair is assessed as an event beside a family of one event.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import islice, pairwise
from math import sqrt
from random import Random
from textwrap import fill, indent
from typing import Any, NamedTuple

from router.linkage.evaluate import Progress, nothing
from router.linkage.generate import generate
from router.linkage.rates import Rates
from router.linkage.truth import Labelled
from router.matching import FamilyRecord, Member
from router.matching.assess import assess
from router.matching.compare import Level
from router.matching.profile import EventPerson, People, event_people
from router.matching.weights import LEVELS, Weights

TRAINING_SEED = 7_001
"""Never evaluate with it: what was learnt from is no test."""

FAMILIES = 60_000
RANDOM_PAIRS = 400_000
_MOST_MATCHING = 60_000
_SMOOTHING = 0.5
_LEAST_U = 2e-6
"""Nothing is shared more seldom than this by two people: support workers, shared mailboxes, slips of the form."""

_LEAST_M = 0.005
"""No disagreement is rarer than this between two records of one person, whatever synthetic records say: it bounds what
one field can say against a family."""

_WIDTH = 100
_ROUNDED = 4
"""Significant figures that are kept: more would differ from one run's counts to the next's and mean nothing."""

_LISTED_SHARE = 0.0008
"""Names less common than this are not listed; they are as common as the unlisted are on average."""

_MOST_SHARING = 3
"""A phone or home of more families than this is a refuge's or a support worker's, and counts once in u."""

_COUNTED = ("phone", "email")
"""Fields whose u of exact agreement is too small to be seen in random pairs, and is counted over all pairs."""

BY_HAND = frozenset({"address", "chi", "infant_chi", "infant_forename", "local_id", "nhs_number", "partner"})
"""Fields that synthetic families cannot teach: how often registers give two people one number, how often partners
change; and those compared only where something else agrees, so that random pairs show too few."""

Counts = dict[str, Counter[Level]]


def train(
    families: int = FAMILIES,
    seed: int = TRAINING_SEED,
    random_pairs: int = RANDOM_PAIRS,
    *,
    version: str = "",
    progress: Progress = nothing,
) -> dict[str, Any]:
    """Return a weights file's content learnt from the families of a seed; the same arguments give the same content.

    Notes, thresholds, the prior, and the fields of ``BY_HAND`` are taken over from the file in use. ``version`` is that
    of the new file; empty keeps the present one.
    """
    plain = _plain_weights()
    sides: list[_Side] = []
    firsts: list[_Side] = []
    for made in generate(families, seed, Rates()):
        sides.append(_side(made))
        if made.truth.first:
            firsts.append(sides[-1])
            if not len(firsts) % 1000:
                progress("Making families", len(firsts), families)
    matching: Counts = defaultdict(Counter)
    pairs = 0
    for one, other in islice(_agreeing_on_chi(sides), _MOST_MATCHING):
        _count(one, other, plain, matching)
        pairs += 1
    chance: Counts = defaultdict(Counter)
    rng = Random(seed)
    for done in range(random_pairs):
        one, other = rng.choice(firsts), rng.choice(firsts)
        if one is not other:
            _count(one, other, plain, chance)
        if not done % 10_000:
            progress("Comparing random pairs", done, random_pairs)
    content = _content(matching, chance, firsts)
    content["version"] = version or content["version"]
    content["training"] = {
        "command": f"router families train --families {families} --seed {seed} --pairs {random_pairs}",
        "data": "router families generate, with the default rates",
        "seed": seed,
        "families": families,
        "events": len(sides),
        "matching_pairs": pairs,
        "random_pairs": random_pairs,
        "note": "m is counted in pairs of events whose carers agree on a CHI number, u in pairs of events taken at "
        "random. Fields whose note says so are set by hand.",
    }
    return content


def in_use() -> str:
    """Return the text of the weights file that comes with the package."""
    return resources.files("router.matching").joinpath("weights.json").read_text(encoding="utf-8")


def as_text(content: Mapping[str, Any]) -> str:
    """Return a weights file's text."""
    return _written(content, 0) + "\n"


def _written(value: Any, depth: int) -> str:
    """Write JSON with each object on lines of its own, but for the short ones, and for long ones of plain numbers."""
    whole = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or not value:
        return whole
    margin = "  " * (depth + 1)
    if any(isinstance(one, dict | str) for one in value.values()):
        lines = [f"{margin}{json.dumps(name)}: {_written(one, depth + 1)}" for name, one in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"
    if len(whole) <= _WIDTH:
        return whole
    items = [f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(one)}" for name, one in value.items()]
    filled = fill(", ".join(item.replace(" ", "\0") for item in items), _WIDTH, break_long_words=False)
    return "{\n" + indent(filled.replace("\0", " "), margin) + "\n" + "  " * depth + "}"


def _plain_weights() -> Weights:
    """Return weights that only tell agreement from difference, by which the carers to compare are chosen.

    The weights in use would do, but then training would depend on the training before it.
    """
    worth = {Level.EXACT: 4.0, Level.DIFFERENT: -4.0, Level.NEAR: -1.0, Level.INITIAL: -1.0}
    bits = {name: {level: worth.get(level, 1.0) for level in levels} for name, levels in LEVELS.items()}
    return Weights("plain", 0.0, 0.0, 0.0, bits)


class _Side(NamedTuple):
    """One event, normalised, and the family that it makes by itself."""

    event: People[EventPerson]
    family: FamilyRecord


def _side(one: Labelled) -> _Side:
    event = one.event
    members = tuple(Member(place, person.role, (person,)) for place, person in enumerate(event.people))
    return _Side(event_people(event.people, event.household), FamilyRecord(1, members, (event.household,)))


def _agreeing_on_chi(sides: Iterable[_Side]) -> Iterator[tuple[_Side, _Side]]:
    """Yield pairs of events whose carers state the same CHI number. No truth is looked at."""
    by_number: dict[str, list[_Side]] = defaultdict(list)
    for side in sides:
        for carer in side.event.carers:
            for number in carer.profile.chi:
                by_number[number].append(side)
    for held in by_number.values():
        yield from pairwise(held)


def _count(one: _Side, other: _Side, weights: Weights, counts: Counts) -> None:
    """Add the levels of one event beside the family that the other makes."""
    assessed = assess(one.event, other.family, weights)
    for explained, level, _ in assessed.terms:
        name = _FIELDS.get(explained) or explained.partition(".")[2]
        if name in LEVELS and level in LEVELS[name]:
            counts[name][level] += 1


_FIELDS = {
    "household.postcode": "postcode",
    "household.address": "address",
    "infant.chi": "infant_chi",
    "infant.birth_date": "infant_birth_date",
    "infant.forename": "infant_forename",
    "infant.surname": "infant_surname",
    "partner": "partner",
}  # fmt: skip


def _content(matching: Counts, chance: Counts, firsts: Sequence[_Side]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(in_use())
    learnt: dict[str, tuple[dict[Level, float], dict[Level, float]]] = {}
    for name in sorted(content["fields"].keys() - BY_HAND):
        m, u = _shares(name, matching[name]), _shares(name, chance[name])
        m[Level.DIFFERENT] = max(m[Level.DIFFERENT], _LEAST_M)
        if name in _COUNTED:
            u[Level.EXACT] = _counted(name, firsts)
        learnt[name] = (m, u)
    _share_swapped(learnt)
    for name, (m, u) in learnt.items():
        levels = content["fields"][name]["levels"]
        for level, chances in levels.items():
            chances["m"], chances["u"] = _round(m[Level(level)]), _round(max(u[Level(level)], _LEAST_U))
        _keep_whole(levels)
    content["shares"] = {name: _names(name, firsts) for name in ("forename", "surname")}
    return content


def _shares(name: str, counts: Counter[Level]) -> dict[Level, float]:
    total = sum(counts.values()) + _SMOOTHING * len(LEVELS[name])
    return {level: (counts[level] + _SMOOTHING) / total for level in LEVELS[name]}


def _share_swapped(learnt: Mapping[str, tuple[dict[Level, float], dict[Level, float]]]) -> None:
    """Let forename and surname each carry half of what their being exchanged says: it is one thing, told in two fields.

    Strangers' names are seen exchanged too seldom to be counted: as often as both would agree in their own fields.
    """
    (given_m, given_u), (family_m, family_u) = learnt["forename"], learnt["surname"]
    m = (given_m[Level.SWAPPED] + family_m[Level.SWAPPED]) / 2
    u = sqrt(m * given_u[Level.EXACT] * family_u[Level.EXACT])
    for chances, value in ((given_m, m), (family_m, m), (given_u, u), (family_u, u)):
        chances[Level.SWAPPED] = value


def _keep_whole(levels: dict[str, dict[str, float]]) -> None:
    """Take what rounding added off the largest share, so that the shares of a field never exceed 1."""
    for chance in ("m", "u"):
        excess = sum(each[chance] for each in levels.values()) - 1
        if excess > 0:
            largest = max(levels.values(), key=lambda each: each[chance])
            largest[chance] = _round(largest[chance] - excess - 10**-_ROUNDED)


def _counted(name: str, firsts: Sequence[_Side]) -> float:
    """Return the share of all pairs of events whose carers agree on a value that few share."""
    counts: Counter[str] = Counter()
    for one in firsts:
        for carer in one.event.carers:
            counts.update(carer.profile.phones if name == "phone" else carer.profile.emails)
    total = sum(counts.values())
    agreeing = sum(times * (times - 1) for times in counts.values() if times <= _MOST_SHARING)
    return (agreeing + _SMOOTHING) / (total * (total - 1))


def _names(name: str, firsts: Sequence[_Side]) -> dict[str, Any]:
    """Return how common names are among carers: those that are, by name, and the rest on average."""
    counts: Counter[str] = Counter()
    for one in firsts:
        for carer in one.event.carers:
            profile = carer.profile
            counts.update(profile.surnames if name == "surname" else {words[0] for words in profile.forenames})
    total = sum(counts.values())
    listed = {value: times / total for value, times in counts.items() if times / total >= _LISTED_SHARE}
    rest = [times for value, times in counts.items() if value not in listed]
    otherwise = sum(times * times for times in rest) / max(1, sum(rest)) / total if rest else _LISTED_SHARE
    return {
        "note": "Share of carers with this name; a name that is not listed is as common as the unlisted on average.",
        "otherwise": _round(otherwise),
        "values": {value: _round(listed[value]) for value in sorted(listed)},
    }


def _round(value: float) -> float:
    return float(f"{value:.{_ROUNDED}g}")
