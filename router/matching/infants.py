"""What two records of a child, born or not, say about their being one child."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from router.matching.compare import Level, compare_chi, compare_local
from router.matching.profile import Profile

PREGNANCY_DAYS = 270
"""Births at least so far apart are two pregnancies; nearer ones, and yet different, are a slip or a question."""

BEFORE_BIRTH = timedelta(weeks=3)
AFTER_BIRTH = timedelta(weeks=18)
"""A birth fits an expected date from three weeks before it (born late) to eighteen weeks after (born at 22 weeks)."""

SAME_EXPECTED = timedelta(days=21)
"""By how much a scan may move the expected date of one pregnancy."""

TWINS = 2

_T = TypeVar("_T")


class Dates(Enum):
    """What two children's dates say."""

    SAME = "same"
    ACROSS_MIDNIGHT = "across-midnight"
    APART = "apart"
    OTHER_PREGNANCY = "other-pregnancy"
    UNKNOWN = "unknown"


def relate_dates(one: Profile, other: Profile) -> Dates:
    """Return what the birth dates and expected dates of two children say about their being one."""
    if one.birth_dates and other.birth_dates:
        days = min(abs((a - b).days) for a in one.birth_dates for b in other.birth_dates)
        if days == 1 and max(one.multiplicity, other.multiplicity) >= TWINS:
            return Dates.ACROSS_MIDNIGHT
        return _by_gap(days, same=days == 0)
    if one.birth_dates or other.birth_dates:
        born, unborn = (one, other) if one.birth_dates else (other, one)
        return _birth_and_expectation(born, unborn)
    if one.infant or other.infant:
        return Dates.UNKNOWN
    if one.expected_dates and other.expected_dates:
        days = min(abs((a - b).days) for a in one.expected_dates for b in other.expected_dates)
        return _by_gap(days, same=days <= SAME_EXPECTED.days)
    # two pregnancies under way, one of them undated: nothing says that they are two
    return Dates.SAME


def is_undated(one: Profile, other: Profile) -> bool:
    """Return whether two children are both unborn, and one of them has no expected date."""
    born = one.birth_dates or other.birth_dates or one.infant or other.infant
    return not born and not (one.expected_dates and other.expected_dates)


def relate_undated(one: Profile, other: Profile, born: Iterable[Profile]) -> Dates:
    """Return what is to be said of two pregnancies, one undated, in a family with children born.

    One of the two may have ended in such a birth: it has where the birth fits its date, and else nobody knows.
    """
    expected = one.expected_dates | other.expected_dates
    if any(fits(due, birth) for due in expected for child in born for birth in child.birth_dates):
        return Dates.OTHER_PREGNANCY
    return Dates.UNKNOWN


def _birth_and_expectation(born: Profile, unborn: Profile) -> Dates:
    if unborn.expected_dates:
        pairs = [(expected, birth) for expected in unborn.expected_dates for birth in born.birth_dates]
        if any(fits(expected, birth) for expected, birth in pairs):
            return Dates.SAME
        return _by_gap(min(abs((expected - birth).days) for expected, birth in pairs), same=False)
    # an undated pregnancy may be the one before or the one after; an undated infant may be anybody
    return Dates.UNKNOWN if unborn.infant else Dates.OTHER_PREGNANCY


def fits(expected: date, birth: date) -> bool:
    """Return whether a birth fits an expected date."""
    return birth - BEFORE_BIRTH <= expected <= birth + AFTER_BIRTH


def _by_gap(days: int, *, same: bool) -> Dates:
    if same:
        return Dates.SAME
    return Dates.OTHER_PREGNANCY if days >= PREGNANCY_DAYS else Dates.APART


def numbers_agree(one: Profile, other: Profile) -> bool:
    """Return whether a CHI or NHS number of the two is the same."""
    return not (one.chi.isdisjoint(other.chi) and one.nhs.isdisjoint(other.nhs))


class Standing(Enum):
    """Whether two children of one date can be one."""

    POSSIBLE = "possible"
    DOUBTFUL = "doubtful"
    CONFLICT = "conflict"


def stand(one: Profile, other: Profile, forename: Level | None) -> Standing:
    """Return whether number, sex, birth order or forename part two children; a similar forename leaves a doubt."""
    if forename is Level.DIFFERENT or compare_chi(one.chi, other.chi) is Level.DIFFERENT:
        return Standing.CONFLICT
    if _differ(one.nhs, other.nhs) or _differ(one.sexes, other.sexes) or _differ(one.birth_orders, other.birth_orders):
        return Standing.CONFLICT
    return Standing.DOUBTFUL if forename is Level.NEAR else Standing.POSSIBLE


def _differ(one: frozenset[_T], other: frozenset[_T]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


def tells(one: Profile, other: Profile, forename: Level | None) -> bool:
    """Return whether birth order, forename or a local number picks these two out among twins."""
    return (
        forename in {Level.EXACT, Level.VARIANT}
        or not one.birth_orders.isdisjoint(other.birth_orders)
        or compare_local(one.local, other.local) is Level.EXACT
    )


def date_level(mine: Profile, theirs: Profile, dates: Dates) -> Level | None:
    """Return how far birth or expected dates agree: EXACT, EXPECTED, WINDOW, DIFFERENT, or None without two dates."""
    if not (mine.birth_dates or mine.expected_dates) or not (theirs.birth_dates or theirs.expected_dates):
        return None
    if dates is Dates.SAME:
        if mine.birth_dates and theirs.birth_dates:
            return Level.EXACT
        unborn = not mine.birth_dates and not theirs.birth_dates
        same_day = unborn and not mine.expected_dates.isdisjoint(theirs.expected_dates)
        return Level.EXPECTED if same_day else Level.WINDOW
    return Level.DIFFERENT if dates in {Dates.APART, Dates.OTHER_PREGNANCY} else None
