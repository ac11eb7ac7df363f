"""Which infant of an event is which of a family: the place where two babies must never become one.

An infant is linked to a known one only by an agreeing number, or by an agreeing birth date (or expected date) that
nothing contradicts. Of twins, something must tell which is which: birth order, forename, a local number, or that only
one is left. Where nothing tells, a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from router.matching.compare import FORENAME_ORDER, Level, compare_birth_dates, compare_forenames
from router.matching.gates import Gate
from router.matching.infants import (
    TWINS,
    Dates,
    Standing,
    date_level,
    is_undated,
    numbers_agree,
    relate_dates,
    relate_undated,
    stand,
    tells,
)
from router.matching.profile import EventPerson, FamilyPerson, People, Profile


@dataclass(slots=True)
class ChildLinks:
    """What the children say.

    ``links`` go from event ref to person id. ``unclear`` are the gates that hold even when the family is sure.
    ``number`` is whether a number agrees. ``dates`` is the best level of birth or expected dates, ``forename`` that of
    forenames where number or date agrees. ``undisputed`` is whether a child agrees by number, or by its exact birth
    date with nothing against it.
    """

    links: dict[str, int] = field(default_factory=dict)
    unclear: set[Gate] = field(default_factory=set)
    number: bool = False
    number_contradicted: bool = False
    dates: Level | None = None
    forename: Level | None = None
    undisputed: bool = False


class Pair(NamedTuple):
    """One child of the event beside one of the family."""

    number: bool
    dates: Dates
    forename: Level | None
    stand: Standing
    tells: bool


def link_children(event: People[EventPerson], family: People[FamilyPerson]) -> ChildLinks:
    """Return which of the event's infants and unborn are which of the family's, and what that says of the family.

    A sibling on record counts where number or birth date agree: one source's older child is another's infant.
    """
    found = ChildLinks()
    if not event.children:
        return found
    known = family.children + tuple(
        sibling for sibling in family.siblings if any(_meets(ours.profile, sibling.profile) for ours in event.children)
    )
    if known:
        born = [person.profile for person in event.children + event.siblings + family.children + family.siblings]
        linking = _Linking(event.children, known, [one for one in born if one.birth_dates], found)
        linking.weigh()
        linking.by_number()
        linking.by_date()
    return found


def _meets(ours: Profile, sibling: Profile) -> bool:
    return numbers_agree(ours, sibling) or not ours.birth_dates.isdisjoint(sibling.birth_dates)


class _Linking:
    """The pairs of an event's children (rows) and a family's (columns), and the steps that link them."""

    def __init__(
        self, ours: Sequence[EventPerson], known: Sequence[FamilyPerson], born: Sequence[Profile], found: ChildLinks
    ) -> None:
        self._ours = ours
        self._known = known
        self._found = found
        self._pairs = [[_pair(mine.profile, theirs.profile, born) for theirs in known] for mine in ours]
        # the birth set of each of the event's children, as the family knows it
        self._sets = [[place for place, pair in enumerate(row) if pair.dates in _ONE_SET] for row in self._pairs]
        self._open = set(range(len(ours)))
        self._taken: dict[int, int] = {}

    def _link(self, row: int, column: int) -> None:
        self._found.links[self._ours[row].ref] = self._known[column].person_id
        self._open.discard(row)
        self._taken[column] = row

    def _ask(self, row: int, gate: Gate) -> None:
        self._found.unclear.add(gate)
        self._open.discard(row)

    def weigh(self) -> None:
        """Note what the children say of the family as a whole."""
        dates: list[Level] = []
        forenames: list[Level] = []
        for mine, row in zip(self._ours, self._pairs, strict=True):
            for theirs, pair in zip(self._known, row, strict=True):
                level = date_level(mine.profile, theirs.profile, pair.dates)
                if level is not None:
                    dates.append(level)
                if pair.forename is not None and (pair.number or pair.dates is Dates.SAME):
                    forenames.append(pair.forename)
                if level is Level.EXACT and pair.stand is Standing.POSSIBLE:
                    self._found.undisputed = True
        self._found.dates = min(dates, key=_DATE_ORDER.index, default=None)
        self._found.forename = min(forenames, key=FORENAME_ORDER.index, default=None)

    def by_number(self) -> None:
        """Link children whose number agrees, unless the birth date denies it or a twin has the number too."""
        agreeing = [[place for place, pair in enumerate(row) if pair.number] for row in self._pairs]
        for row, columns in enumerate(agreeing):
            if not columns:
                continue
            sure = [column for column in columns if self._dates_allow(row, column)]
            if not sure:
                self._found.number_contradicted = True
                self._ask(row, Gate.INFANT_NUMBER_CONTRADICTED)
                continue
            self._found.number = self._found.undisputed = True
            column = sure[0]
            shared = len(sure) > 1 or any(column in others for place, others in enumerate(agreeing) if place != row)
            doubted = self._pairs[row][column].stand is not Standing.POSSIBLE and self._several(row, {column})
            if shared or doubted:
                self._ask(row, Gate.WHICH_TWIN)
            else:
                self._link(row, column)

    def _dates_allow(self, row: int, column: int) -> bool:
        mine, theirs = self._ours[row].profile, self._known[column].profile
        level = compare_birth_dates(mine.birth_dates, theirs.birth_dates)
        if level is not None:
            return level is not Level.DIFFERENT
        return self._pairs[row][column].dates in {Dates.SAME, Dates.UNKNOWN}

    def by_date(self) -> None:
        """Link the children left over by their dates, ask where that is not clear, and leave the rest as new."""
        for row in sorted(self._open):
            if self._sets[row] and not self._several(row, set(self._sets[row])):
                self._single(row, self._sets[row][0])
        if any(self._sets[row] for row in self._open):
            self._told()
            self._last_ones()
        for row in sorted(self._open):
            if self._sets[row]:
                self._left_over(row)
            else:
                self._without_set(row)

    def _without_set(self, row: int) -> None:
        free = [pair for column, pair in enumerate(self._pairs[row]) if column not in self._taken]
        undated = [
            column
            for column, pair in enumerate(self._pairs[row])
            if column not in self._taken and pair.dates is Dates.UNKNOWN and pair.stand is not Standing.CONFLICT
        ]
        if len(undated) == 1 and self._named(row, undated[0]):
            self._link(row, undated[0])
        elif undated:
            self._ask(row, Gate.WHICH_INFANT)
        elif any(pair.dates is Dates.APART for pair in free):
            self._ask(row, Gate.INFANT_DATES_APART)

    def _named(self, row: int, column: int) -> bool:
        """Return whether the forename picks a child out of its family; of several born at once it does not."""
        pair = self._pairs[row][column]
        return (
            pair.stand is Standing.POSSIBLE
            and pair.forename in {Level.EXACT, Level.VARIANT}
            and self._multiplicity(row, {column}) < TWINS
        )

    def _single(self, row: int, column: int) -> None:
        standing = self._pairs[row][column].stand
        if standing is Standing.POSSIBLE:
            self._link(row, column)
        elif standing is Standing.DOUBTFUL or self._multiplicity(row, {column}) == 1:
            self._ask(row, Gate.WHICH_TWIN)
        else:
            self._open.discard(row)  # a twin that the family did not have yet

    def _told(self) -> None:
        """Link twins that birth order, forename or a local number tells apart, until that gives no more."""
        while True:
            choices = {
                row: [column for column in self._possible(row) if self._pairs[row][column].tells] for row in self._open
            }
            clear = _unrivalled(choices)
            if clear is None:
                return
            self._link(*clear)

    def _last_ones(self) -> None:
        """Link a twin that is the only one left, where all of the set are at hand on one side or the other."""
        while True:
            choices = {row: self._possible(row) for row in self._open}
            single = {row: columns for row, columns in choices.items() if len(columns) == 1}
            certain = {row: columns for row, columns in single.items() if self._must_be(row, columns[0])}
            clear = _unrivalled(certain, choices)
            if clear is None:
                return
            self._link(*clear)

    def _must_be(self, row: int, column: int) -> bool:
        """Return whether the infant must be this one: no other is left, on one side or the other.

        The family's infants are different ones only when something parts each two of them: one baby may be on record
        twice, first without a name and then without a birth order.
        """
        columns = self._sets[row]
        mates = [mate for mate, others in enumerate(self._sets) if mate != row and not set(columns).isdisjoint(others)]
        size = max(self._multiplicity(row, set(columns)), TWINS)
        if len(columns) >= size and all(self._parted(one, other) for one, other in combinations(columns, 2)):
            return True
        return len(mates) + 1 >= size and all(self._cannot_be(mate, column) for mate in mates)

    def _cannot_be(self, row: int, column: int) -> bool:
        if self._pairs[row][column].stand is Standing.CONFLICT:
            return True
        return any(linked == row and self._parted(known, column) for known, linked in self._taken.items())

    def _parted(self, one: int, other: int) -> bool:
        first, second = self._known[one].profile, self._known[other].profile
        return stand(first, second, compare_forenames(first.forenames, second.forenames)) is Standing.CONFLICT

    def _left_over(self, row: int) -> None:
        columns = self._sets[row]
        free = [column for column in columns if column not in self._taken]
        excluded = all(self._pairs[row][column].stand is Standing.CONFLICT for column in free)
        room = len(columns) < max(self._multiplicity(row, set(columns)), TWINS)
        if excluded and room:
            self._open.discard(row)  # the other twin, new to the family
        else:
            self._ask(row, Gate.WHICH_TWIN)

    def _possible(self, row: int) -> list[int]:
        return [
            column
            for column in self._sets[row]
            if column not in self._taken
            and self._pairs[row][column].dates is Dates.SAME
            and self._pairs[row][column].stand is Standing.POSSIBLE
        ]

    def _multiplicity(self, row: int, columns: set[int]) -> int:
        """Return how many infants the set is said to have; 0 is not said."""
        said = [self._known[column].profile.multiplicity for column in columns]
        return max([self._ours[row].profile.multiplicity, *said])

    def _mates(self, columns: set[int]) -> int:
        """Return how many of the event's children belong to the set with these of the family's."""
        return sum(1 for others in self._sets if not columns.isdisjoint(others))

    def _several(self, row: int, columns: set[int]) -> bool:
        mine = columns.union(self._sets[row])
        return (
            len(mine) > 1
            or self._mates(mine) > 1
            or self._multiplicity(row, mine) >= TWINS
            or not mine.isdisjoint(self._taken)
        )


def _unrivalled(choices: dict[int, list[int]], rivals: dict[int, list[int]] | None = None) -> tuple[int, int] | None:
    """Return the first row with a single choice that no other row has, with that choice."""
    rivals = choices if rivals is None else rivals
    for row in sorted(choices):
        columns = choices[row]
        if len(columns) == 1 and not any(columns[0] in others for other, others in rivals.items() if other != row):
            return row, columns[0]
    return None


def _pair(mine: Profile, theirs: Profile, born: Sequence[Profile]) -> Pair:
    forename = compare_forenames(mine.forenames, theirs.forenames)
    dates = relate_dates(mine, theirs)
    if born and dates is Dates.SAME and is_undated(mine, theirs):
        dates = relate_undated(mine, theirs, born)
    return Pair(
        numbers_agree(mine, theirs), dates, forename, stand(mine, theirs, forename), tells(mine, theirs, forename)
    )


_ONE_SET = frozenset({Dates.SAME, Dates.ACROSS_MIDNIGHT})
_DATE_ORDER = (Level.EXACT, Level.EXPECTED, Level.WINDOW, Level.DIFFERENT)
