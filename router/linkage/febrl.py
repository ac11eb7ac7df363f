"""The public FEBRL test data, scored by the matcher's own comparators with weights learnt from it without labels.

The data are Australian and of persons, not families: names, an address, a birth date. ``soc_sec_id`` is left out,
since it gives the answer away.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from random import Random

from router.linkage.curve import Quality, Scored, quality
from router.linkage.unlabelled import Pattern, learn
from router.matching.compare import Level, birth_date_level, code_level, compare, compare_names, text_level
from router.matching.identity import contrary, unproven
from router.matching.normalise import forename, sound, surname
from router.matching.profile import Profile
from router.matching.weights import Weights

FIELDS = (
    "forename", "surname", "birth_date", "postcode", "street_number", "address_1", "address_2", "suburb", "state",
)  # fmt: skip
"""The fields weighed, in the order of a pattern."""

_BY_VALUE = tuple(name for name in FIELDS if name != "birth_date")
_TEXTS = ("postcode", "street_number", "address_1", "address_2", "suburb", "state", "date_of_birth")
_RANDOM_PAIRS = 200_000
_SEED = 20_260_101

Frame = Sequence[Mapping[str, str]]
"""Rows of a data set: the columns' text, empty where the data say nothing, and ``rec_id``."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row, normalised. ``entity`` is who it truly is; only the counting of right and wrong looks at it."""

    entity: str
    profile: Profile
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gated:
    """What the gates leave: shares of all true pairs joined and asked about, and the false pairs that were joined."""

    joined: float
    asked: float
    false: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One data set's figures: the weights alone, and with the gates."""

    quality: Quality
    gated: Gated


def measure(frames: Sequence[Frame]) -> Outcome:
    """Return the figures of one data set to deduplicate, or of two to link."""
    tables = [[_record(row) for row in frame] for frame in frames]
    left, right = tables[0], tables[-1]
    linking = len(tables) > 1
    places = _linking_pairs(left, right) if linking else _own_pairs(left)
    pairs = [(left[one], right[other]) for one, other in places]
    patterns = [_pattern(one, other) for one, other in pairs]
    weights = learn(
        FIELDS, Counter(patterns), _random_patterns(left, right), _shares(left + right if linking else left)
    )
    scores = [_score(*pair, pattern, weights) for pair, pattern in zip(pairs, patterns, strict=True)]
    scored = [(score, one.entity == other.entity) for (one, other), score in zip(pairs, scores, strict=True)]
    total = _true_pairs(left, right) if linking else _true_own_pairs(left)
    return Outcome(quality(scored, total), _gated(pairs, patterns, scored, total))


def _record(row: Mapping[str, str]) -> Record:
    given, family = forename(row["given_name"]), surname(row["surname"])
    born = _day(row["date_of_birth"])
    profile = Profile(
        forenames=frozenset([given] if given else []),
        surnames=frozenset(family[:1]),
        parts=frozenset(family),
        birth_dates=frozenset([born] if born else []),
    )
    texts = {name: row[name] for name in _TEXTS}
    texts |= {"forename": "".join(given), "surname": family[0] if family else ""}
    return Record(row["rec_id"].split("-")[1], profile, texts)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _pattern(one: Record, other: Record) -> Pattern:
    given, family = compare_names(one.profile, other.profile)
    first, second = _texts(one, other, "address_1"), _texts(one, other, "address_2")
    if Level.EXACT not in {first, second} and _crossed(one, other):
        first = second = Level.SWAPPED
    return (
        given,
        family,
        _birth_date(one, other),
        _codes(one, other, "postcode"),
        _codes(one, other, "street_number"),
        first,
        second,
        _texts(one, other, "suburb"),
        _codes(one, other, "state"),
    )


def _crossed(one: Record, other: Record) -> bool:
    """Return whether a line of the address stands in the other's other line."""
    return any(
        one.texts[here] and one.texts[here] == other.texts[there]
        for here, there in (("address_1", "address_2"), ("address_2", "address_1"))
    )


def _birth_date(one: Record, other: Record) -> Level | None:
    ours, theirs = one.texts["date_of_birth"], other.texts["date_of_birth"]
    if not ours or not theirs:
        return None
    days = (_day(ours), _day(theirs))
    if days[0] is not None and days[1] is not None:
        return birth_date_level(days[0], days[1])
    # a day that no calendar has can only be a slip
    level = code_level(ours, theirs)
    return Level.ONE_EDIT if level is Level.SLIP else level


def _texts(one: Record, other: Record, name: str) -> Level | None:
    ours, theirs = one.texts[name], other.texts[name]
    return text_level(ours, theirs) if ours and theirs else None


def _codes(one: Record, other: Record, name: str) -> Level | None:
    ours, theirs = one.texts[name], other.texts[name]
    return code_level(ours, theirs) if ours and theirs else None


def _score(one: Record, other: Record, pattern: Pattern, weights: Weights) -> float:
    return weights.prior_bits + sum([
        weights.weigh(name, level, {record.texts[name] for record in (one, other)} if name in _BY_VALUE else ())
        for name, level in zip(FIELDS, pattern, strict=True)
        if level is not None
    ])  # fmt: skip


def _keys(record: Record) -> Iterator[tuple[str, ...]]:
    """Give the blocking keys: generous, since the whole file is compared at once and no store is asked."""
    texts = record.texts
    heard = {sound(texts[name]) for name in ("forename", "surname") if texts[name]}
    yield ("born", texts["date_of_birth"])
    yield ("name", *sorted(heard))
    for mark in heard:
        yield ("state", texts["state"], mark)
        yield ("house", texts["street_number"], mark)
    for place in ("postcode", "suburb"):
        yield (place, texts[place])
    for line in ("address_1", "address_2"):
        yield ("street", sound(texts[line].split()[0]) if texts[line] else "")


def _blocks(records: Sequence[Record]) -> dict[tuple[str, ...], list[int]]:
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in {key for key in _keys(record) if all(key) and len(key) > 1}:
            blocks[key].append(place)
    return blocks


def _own_pairs(records: Sequence[Record]) -> list[tuple[int, int]]:
    return sorted({pair for block in _blocks(records).values() for pair in combinations(block, 2)})


def _linking_pairs(left: Sequence[Record], right: Sequence[Record]) -> list[tuple[int, int]]:
    theirs = _blocks(right)
    return sorted({
        (one, other) for key, block in _blocks(left).items() for one in block for other in theirs.get(key, ())
    })  # fmt: skip


def _random_patterns(left: Sequence[Record], right: Sequence[Record]) -> Counter[Pattern]:
    rng = Random(_SEED)
    return Counter(_pattern(rng.choice(left), rng.choice(right)) for _ in range(_RANDOM_PAIRS))


def _shares(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Return how common each value is, as the records themselves show it."""
    shares: dict[str, dict[str, float]] = {}
    for name in _BY_VALUE:
        counts = Counter(record.texts[name] for record in records if record.texts[name])
        total = sum(counts.values())
        shares[name] = {value: times / total for value, times in counts.items()}
    return shares


def _true_own_pairs(records: Sequence[Record]) -> int:
    return sum(times * (times - 1) // 2 for times in Counter(record.entity for record in records).values())


def _true_pairs(left: Sequence[Record], right: Sequence[Record]) -> int:
    theirs = Counter(record.entity for record in right)
    return sum(theirs[record.entity] for record in left)


def _gated(
    pairs: Sequence[tuple[Record, Record]], patterns: Sequence[Pattern], scored: Sequence[Scored], total: int
) -> Gated:
    """Judge pairs as the service does: at even odds a question, joined only where no gate is met."""
    joined = asked = false = 0
    for (one, other), pattern, (bits, matches) in zip(pairs, patterns, scored, strict=True):
        if bits < 0:
            continue
        if _gates(one, other, pattern):
            asked += matches
        elif matches:
            joined += 1
        else:
            false += 1
    return Gated(joined / total, asked / total, false)


def _gates(one: Record, other: Record, pattern: Pattern) -> bool:
    fields = compare(one.profile, other.profile)._replace(birth_date=pattern[FIELDS.index("birth_date")])
    levels = dict(zip(FIELDS, pattern, strict=True))
    independent = Level.EXACT in {levels["address_1"], levels["address_2"], levels["postcode"]}
    return bool(contrary(fields) | unproven(fields, independent=independent))
