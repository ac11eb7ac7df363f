"""Which children of an episode have died, were stillborn or were lost in pregnancy, and of which that is not certain.

A death is sticky: leaving it out takes nothing back, nor does withdrawing the referral that stated it. Only its own
sender corrects it, by a higher version of that referral which says "alive". Another's later word that the child lives
is a conflict, and a person is asked; meanwhile the child is treated with the same care as one who has died.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from router.model.people import CHILDREN_OF_EPISODE, LifeStatus, Person, Sex
from router.routing.case import Case, HeldReferral, ReferralState
from router.routing.derive import LONDON

_DEAD = frozenset({LifeStatus.DIED, LifeStatus.STILLBORN, LifeStatus.PREGNANCY_LOST})

# A pregnancy lasts 266 days from conception. One that was expected to end so long after a loss began after it; the two
# weeks between are more than any scan is out by.
_BEGUN_AFTER = timedelta(days=252)
# A child that died before its birth is born within days.
_BORN_AFTER = timedelta(days=28)


class Life(StrEnum):
    """How a child stands of whom somebody said that it has died."""

    LOST = "lost"
    IN_DOUBT = "in-doubt"


@dataclass(frozen=True, slots=True)
class End:
    """What is held of a child's death. ``day`` is the day of the birth or, before one, of the loss.

    Where neither is stated it is the day on which the loss was first told: the mother's time since then is no shorter.
    ``elsewhere`` says that the doubt comes from another family that this may be: nobody but the desk may learn of it.
    """

    life: Life
    day: date
    elsewhere: bool = False


NO_ENDS: Mapping[int, End] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Word:
    """What one referral says of a child's life, by its newest version that says anything."""

    version: int
    dead: bool
    alive: bool
    day: date | None
    told_on: date


def ends_of(case: Case) -> Mapping[int, End]:
    """Return person id -> end of each child of the episode that has died, or of which that is in doubt."""
    ends = ends_in(case.referrals, case.as_of)
    if not any(map(_states_an_end, case.perhaps)):
        return ends
    lost = set(ends_in(case.perhaps, case.as_of))
    theirs = [person for person_id, person in _children(case.perhaps) if person_id in lost]
    # The family that this may be has lost a baby who may be this one: until a person has looked, nobody can say.
    doubted = {
        person_id: End(Life.IN_DOUBT, person.birth_date, elsewhere=True)
        for person_id, person in _children(case.referrals)
        if person_id not in ends and person.birth_date and any(_may_be_one(person, other) for other in theirs)
    }
    return {**ends, **doubted}


def life_over(ends: Iterable[End]) -> Life | None:
    """Return how the children stand together. A doubt about one weighs more than what is certain of another."""
    lives = {end.life for end in ends}
    return Life.IN_DOUBT if Life.IN_DOUBT in lives else Life.LOST if lives else None


def ends_in(referrals: Iterable[HeldReferral], as_of: datetime) -> Mapping[int, End]:
    """Return the ends that the referrals of one family state, whatever became of each referral."""
    held = tuple(referrals)
    if not any(map(_states_an_end, held)):
        return NO_ENDS
    words: dict[int, dict[tuple[str, str], _Word]] = {}
    for referral in held:
        event = referral.event
        for person in event.people:
            word = _word_of(person, referral)
            person_id = referral.people.get(person.ref)
            if word is None or person_id is None:
                continue
            own = words.setdefault(person_id, {})
            known = own.get((event.source_system, event.source_reference))
            if known is None or known.version < word.version:
                own[event.source_system, event.source_reference] = word
    today = as_of.astimezone(LONDON).date()
    births = _births(held)
    return {
        person_id: end
        for person_id, own in words.items()
        if (end := _end(tuple(own.values()), births.get(person_id), today)) is not None
    }


def is_stated_by(referral: HeldReferral, person_id: int) -> bool:
    """Return whether this one referral says anything of the person's life or death."""
    return any(
        referral.people.get(person.ref) == person_id and (person.death_date or person.life_status)
        for person in referral.event.people
    )


def is_of_later_pregnancy(person: Person, ended: date) -> bool:
    """Return whether a child is of a pregnancy that began after one that ended on ``ended``."""
    if person.birth_date is not None:
        return person.birth_date > ended + _BORN_AFTER
    return person.expected_date is not None and person.expected_date > ended + _BEGUN_AFTER


def _states_an_end(referral: HeldReferral) -> bool:
    return any(person.death_date or person.life_status in _DEAD for person in referral.event.people)


def _word_of(person: Person, referral: HeldReferral) -> _Word | None:
    if person.role not in CHILDREN_OF_EPISODE:
        return None
    dead = person.death_date is not None or person.life_status in _DEAD
    alive = person.life_status is LifeStatus.ALIVE
    if not dead and (not alive or referral.state is ReferralState.WITHDRAWN):
        return None
    told_on = referral.event.occurred_at.astimezone(LONDON).date()
    return _Word(referral.event.source_version, dead, alive, person.death_date, told_on)


def _end(words: tuple[_Word, ...], birth: date | None, today: date) -> End | None:
    deaths = [word for word in words if word.dead]
    if not deaths:
        return None
    days = [word.day or word.told_on for word in deaths]
    end = birth or min(days)
    contradicted = any(word.alive for word in deaths) or min(days) > today
    lived_on = any(word.told_on > max(days) for word in words if word.alive and not word.dead)
    return End(Life.IN_DOUBT if contradicted or lived_on else Life.LOST, end)


def _children(referrals: Iterable[HeldReferral]) -> Iterator[tuple[int, Person]]:
    for referral in referrals:
        for person in referral.event.people:
            person_id = referral.people.get(person.ref)
            if person.role in CHILDREN_OF_EPISODE and person_id is not None:
                yield person_id, person


def _births(referrals: Iterable[HeldReferral]) -> Mapping[int, date]:
    """Return the birth dates by person id: the newest told, and of one moment the earliest."""
    told: dict[int, tuple[datetime, int, date]] = {}
    for referral in referrals:
        for person_id, person in _children((referral,)):
            if person.birth_date is None:
                continue
            one = (referral.event.occurred_at, -person.birth_date.toordinal(), person.birth_date)
            told[person_id] = max(told.get(person_id, one), one)
    return {person_id: day for person_id, (_, _, day) in told.items()}


def _may_be_one(one: Person, other: Person) -> bool:
    """Return whether nothing but names parts two babies of one birth date: names of newborns change."""
    sexes = {one.sex, other.sex} & {Sex.FEMALE, Sex.MALE}
    orders = {one.birth_order, other.birth_order} - {None}
    return one.birth_date == other.birth_date and len(sexes) < 2 and len(orders) < 2  # noqa: PLR2004 - two that differ
