"""Comparison of two people field by field: each field gives a level of agreement, or None where either side is silent.

Silence is never disagreement. Fields are sets, so the best level over all pairs of values counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio

from router.matching import normalise
from router.matching.contacts import sector
from router.matching.keys import swap_day_and_month
from router.matching.normalise import IN_PLACE_OF_SURNAMES, Forename, are_variants, is_known_name
from router.matching.profile import Profile
from router.model import chi


class Level(StrEnum):
    """How far two values agree; which of them a field can have is stated where it is compared."""

    EXACT = "exact"
    VARIANT = "variant"
    OVERLAP = "overlap"
    SWAPPED = "swapped"
    CLOSE = "close"
    NEAR = "near"
    INITIAL = "initial"
    ONE_EDIT = "one-edit"
    DEFAULT = "default"
    EXPECTED = "expected"
    WINDOW = "window"
    SLIP = "slip"
    SECTOR = "sector"
    DIFFERENT = "different"
    ANOTHER = "another"


FORENAME_CLOSE = 0.92
FORENAME_NEAR = 0.80
SURNAME_CLOSE = 0.92
SURNAME_NEAR = 0.82
"""Jaro-Winkler similarities from which a name counts as close or near."""

SHORTEST_SLIP = 4
"""Letters that a forename has at least, for one slip of the hand in it to be known as one."""

ADDRESS_NEAR = 90
"""Token-set ratio, 0 to 100, from which two addresses with the same numbers count as one."""

MOST_YEARS_BY_SLIP = 10
"""Years by which one mistyped digit may change a birth year. A mother and a daughter of one name are further apart."""


class Comparison(NamedTuple):
    """The levels of two people; None is "not compared"."""

    forename: Level | None
    surname: Level | None
    birth_date: Level | None
    chi: Level | None
    nhs_number: Level | None
    local_id: Level | None
    phone: Level | None
    email: Level | None


def compare(one: Profile, other: Profile) -> Comparison:
    """Return how far two people agree, field by field."""
    forename, surname = compare_names(one, other)
    return Comparison(
        forename,
        surname,
        compare_birth_dates(one.birth_dates, other.birth_dates),
        compare_chi(one.chi, other.chi),
        _same_or_not(one.nhs, other.nhs),
        compare_local(one.local, other.local),
        _same_or_not(one.phones, other.phones),
        _same_or_not(one.emails, other.emails),
    )


_AGREES = (Level.EXACT, Level.VARIANT, Level.OVERLAP)


def compare_names(one: Profile, other: Profile) -> tuple[Level | None, Level | None]:
    """Return the levels of forename and surname; both SWAPPED when each stands in the other's field."""
    forename = compare_forenames(one.forenames, other.forenames)
    surname = compare_surnames(one, other)
    if forename not in _AGREES and surname not in _AGREES and _are_swapped(one, other):
        return Level.SWAPPED, Level.SWAPPED
    return forename, surname


def _are_swapped(one: Profile, other: Profile) -> bool:
    """Return whether each one's forename stands in the other's surname: one of the two exactly, the other nearly."""
    firsts, seconds = _forenames_as_surnames(one), _forenames_as_surnames(other)
    there, here = not firsts.isdisjoint(other.parts), not seconds.isdisjoint(one.parts)
    if there and here:
        return True
    return (there and _any_close(seconds, one.parts)) or (here and _any_close(firsts, other.parts))


def _forenames_as_surnames(profile: Profile) -> set[str]:
    return {
        spelt
        for words in profile.forenames
        for word in {words[0], "".join(words)}
        for spelt in normalise.surname(word)[:1]
    }


def _any_close(forenames: Iterable[str], surnames: Iterable[str]) -> bool:
    """Return whether a surname is nearly a forename; it may be a forename in the wrong field, in another spelling."""
    return any(
        _surname_level(a, b) is Level.CLOSE or forename_level((a,), (b,)) in {Level.VARIANT, Level.CLOSE}
        for a in forenames
        for b in surnames
    )


def compare_forenames(one: frozenset[Forename], other: frozenset[Forename]) -> Level | None:
    """Return EXACT, VARIANT, CLOSE, INITIAL, NEAR, DIFFERENT or None."""
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return Level.EXACT
    return _best((forename_level(a, b) for a in one for b in other), FORENAME_ORDER)


@lru_cache(maxsize=1 << 16)
def forename_level(one: Forename, other: Forename) -> Level:
    """Return how far two forenames agree.

    First names decide. A first name that is the other's middle name is a VARIANT; two middle names that agree say
    nothing, since sisters share them. A known name is no slip for another: Marie and Maria are two people.
    """
    first, second = one[0], other[0]
    if first == second or "".join(one) == "".join(other):
        return Level.EXACT
    if len(first) == 1 or len(second) == 1:
        return Level.INITIAL if first[0] == second[0] else Level.DIFFERENT
    if are_variants(first, second) or first in other or second in one:
        return Level.VARIANT
    likeness = JaroWinkler.similarity(first, second)
    known = is_known_name(first) + is_known_name(second)
    # two known names are two people; of two unknown ones a short one may differ by its one letter that tells them apart
    slip = known == 1 and min(len(first), len(second)) >= SHORTEST_SLIP and _one_slip(first, second)
    if slip or (likeness >= FORENAME_CLOSE and known < 2):  # noqa: PLR2004 - both of the two
        return Level.CLOSE
    return Level.NEAR if likeness >= FORENAME_NEAR else Level.DIFFERENT


def compare_surnames(one: Profile, other: Profile) -> Level | None:
    """Return EXACT (both current), OVERLAP (among current, former and parts), CLOSE, NEAR, DIFFERENT or None.

    A name that a register may hold in the place of a surname is no other surname: then nothing was compared.
    """
    if not one.parts or not other.parts:
        return None
    if not one.surnames.isdisjoint(other.surnames):
        return Level.EXACT
    if not one.parts.isdisjoint(other.parts):
        return Level.OVERLAP
    best = _best((_surname_level(a, b) for a in one.parts for b in other.parts), _SURNAME_ORDER)
    if best is not Level.CLOSE and (one.parts <= IN_PLACE_OF_SURNAMES or other.parts <= IN_PLACE_OF_SURNAMES):
        return None
    return best


@lru_cache(maxsize=1 << 16)
def _surname_level(one: str, other: str) -> Level:
    likeness = JaroWinkler.similarity(one, other)
    if likeness >= SURNAME_CLOSE:
        return Level.CLOSE
    return Level.NEAR if likeness >= SURNAME_NEAR else Level.DIFFERENT


def compare_birth_dates(one: frozenset[date], other: frozenset[date]) -> Level | None:
    """Return EXACT, SWAPPED, ONE_EDIT, DEFAULT, DIFFERENT or None."""
    if not one or not other:
        return None
    return _best((birth_date_level(a, b) for a in one for b in other), _DATE_ORDER)


@lru_cache(maxsize=1 << 16)
def birth_date_level(one: date, other: date) -> Level:
    """Return how far two birth dates agree.

    The first of January stands for "some day of that year" in many registers, so it never says more than the year. A
    day early or late is one keystroke too, and what a system makes of a date that it took for a moment elsewhere.
    """
    year = one.year == other.year
    if year and ((one.month == one.day == 1) or (other.month == other.day == 1)):
        return Level.DEFAULT
    if one == other:
        return Level.EXACT
    if year and swap_day_and_month(one) == other:
        return Level.SWAPPED
    if abs((one - other).days) == 1:
        return Level.ONE_EDIT
    if abs(one.year - other.year) <= MOST_YEARS_BY_SLIP and _one_slip(one.isoformat(), other.isoformat()):
        return Level.ONE_EDIT
    return Level.DIFFERENT


def compare_chi(one: frozenset[str], other: frozenset[str]) -> Level | None:
    """Return EXACT, SLIP, DIFFERENT or None.

    SLIP is one keystroke's difference where not both numbers pass the check. Any other difference is DIFFERENT: a
    number that fails the check may still be real.
    """
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return Level.EXACT
    for a in one:
        for b in other:
            if _one_slip(a, b) and not (chi.passes_check(a) and chi.passes_check(b)):
                return Level.SLIP
    return Level.DIFFERENT


def compare_local(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> Level | None:
    """Return EXACT, DIFFERENT or None; only numbers of one and the same assigner can differ."""
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return Level.EXACT
    return Level.DIFFERENT if {a for a, _ in one} & {a for a, _ in other} else None


def compare_postcodes(one: frozenset[str], other: frozenset[str]) -> Level | None:
    """Return EXACT, SECTOR, DIFFERENT or None."""
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return Level.EXACT
    return Level.SECTOR if {sector(code) for code in one} & {sector(code) for code in other} else Level.DIFFERENT


def compare_addresses(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> Level | None:
    """Return EXACT, NEAR (the same numbers, much the same words), DIFFERENT or None."""
    if not one or not other:
        return None
    if not one.isdisjoint(other):
        return Level.EXACT
    return Level.NEAR if any(_near_addresses(a, b) for a in one for b in other) else Level.DIFFERENT


@lru_cache(maxsize=1 << 16)
def _near_addresses(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    numbers, others = ({word for word in words if word.isdigit()} for words in (one, other))
    return numbers == others and token_set_ratio(" ".join(one), " ".join(other)) >= ADDRESS_NEAR


def code_level(one: str, other: str) -> Level:
    """Return EXACT, SLIP (one keystroke apart) or DIFFERENT of two codes or house numbers."""
    if one == other:
        return Level.EXACT
    return Level.SLIP if _one_slip(one, other) else Level.DIFFERENT


@lru_cache(maxsize=1 << 16)
def text_level(one: str, other: str) -> Level:
    """Return EXACT, CLOSE, NEAR or DIFFERENT of two names of streets or places."""
    return Level.EXACT if one == other else _surname_level(one, other)


def _same_or_not(one: frozenset[str], other: frozenset[str]) -> Level | None:
    if not one or not other:
        return None
    return Level.DIFFERENT if one.isdisjoint(other) else Level.EXACT


def _one_slip(one: str, other: str) -> bool:
    """Return whether one keystroke, or two exchanged neighbours, part two equally long numbers."""
    return OSA.distance(one, other, score_cutoff=1) == 1


FORENAME_ORDER = (Level.EXACT, Level.VARIANT, Level.CLOSE, Level.INITIAL, Level.NEAR, Level.DIFFERENT)
"""The levels of a forename, best first."""

_SURNAME_ORDER = (Level.CLOSE, Level.NEAR, Level.DIFFERENT)
_DATE_ORDER = (Level.EXACT, Level.SWAPPED, Level.ONE_EDIT, Level.DEFAULT, Level.DIFFERENT)


def _best(levels: Iterable[Level], order: tuple[Level, ...]) -> Level:
    first, *others = levels
    return min((first, *others), key=order.index) if others else first
