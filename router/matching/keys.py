"""Blocking keys: under which of them a family is stored, and looked up again.

Two families that may be one share at least one key; strangers seldom do. So a key names something rare, a number or a
combination, and never a postcode or a birth date alone: a refuge or a maternity ward would be one block. The store
hashes the keys and passes over any with more than 64 families.

Each key is ``<namespace>:<text>``. A family is stored under the keys of each of its events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from router.matching.normalise import forename_sounds, sound
from router.matching.profile import EventPerson, People, Profile, event_people
from router.model.people import Household, Person


def blocking_keys(people: Sequence[Person], household: Household) -> frozenset[str]:
    """Return the keys of one event.

    ``chi``, ``nhs``, ``local``, ``phone``, ``email``: as they are, of anybody.
    ``born``: an adult's birth date, and the same with day and month swapped, with the sound of a name.
    ``name``: the sounds of an adult's surname and forename, in either order, with the birth year.
    ``home``: a postcode with the sound of a surname, of a carer's forename, or with an infant's birth date.
    ``infant``: an infant's birth date with the sound of a surname.

    Every current and former surname counts, and every part of a double one.
    """
    event = event_people(people, household)
    keys: set[str] = set()
    for person in event.everybody():
        keys.update(_numbers(person.profile))
    for adult in event.carers + event.partners:
        keys.update(_adult(adult.profile))
    keys.update(_children(event))
    keys.update(_homes(event))
    return frozenset(keys)


def _numbers(profile: Profile) -> Iterator[str]:
    for chi in profile.chi:
        yield f"chi:{chi}"
    for nhs in profile.nhs:
        yield f"nhs:{nhs}"
    for assigner, value in profile.local:
        yield f"local:{assigner}:{value}"
    for phone in profile.phones:
        yield f"phone:{phone}"
    for email in profile.emails:
        yield f"email:{email}"


def _adult(profile: Profile) -> Iterator[str]:
    surnames = _surname_sounds(profile)
    forenames = _forename_sounds(profile)
    for born in profile.birth_dates:
        for heard in surnames | forenames:
            yield f"born:{born.isoformat()}:{heard}"
        swapped = swap_day_and_month(born)
        if swapped is not None:
            for heard in surnames:
                yield f"born:{swapped.isoformat()}:{heard}"
        for first in surnames:
            for second in forenames:
                # in alphabetical order, so that a forename and surname typed into each other's field meet
                one, other = sorted((first, second))
                yield f"name:{one}:{other}:{born.year}"


def _children(event: People[EventPerson]) -> Iterator[str]:
    # a newborn is recorded under the mother's name, the father's, or both
    surnames = _all_surname_sounds(event.carers + event.partners + event.children)
    for child in event.children:
        for born in child.profile.birth_dates:
            for heard in surnames:
                yield f"infant:{born.isoformat()}:{heard}"


def _homes(event: People[EventPerson]) -> Iterator[str]:
    if not event.all_postcodes:
        return
    marks: set[str] = set(_all_surname_sounds(event.carers + event.partners + event.children))
    for carer in event.carers:
        marks |= _forename_sounds(carer.profile)
    for child in event.children:
        marks |= {born.isoformat() for born in child.profile.birth_dates}
    for postcode in event.all_postcodes:
        for mark in marks:
            yield f"home:{postcode}:{mark}"


def _all_surname_sounds(persons: Iterable[EventPerson]) -> set[str]:
    return set().union(*(_surname_sounds(person.profile) for person in persons))


def _surname_sounds(profile: Profile) -> set[str]:
    return {sound(word) for word in profile.parts}


def _forename_sounds(profile: Profile) -> set[str]:
    return {heard for words in profile.forenames for heard in forename_sounds(words)}


def swap_day_and_month(day: date) -> date | None:
    """Return the date with day and month exchanged, or None when that is no date or the same one."""
    if day.day > 12 or day.day == day.month:  # noqa: PLR2004 - twelve months
        return None
    return day.replace(month=day.day, day=day.month)
