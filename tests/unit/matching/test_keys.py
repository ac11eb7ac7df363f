"""Two records of one family share a blocking key, and a key names nothing that strangers share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from router.matching import blocking_keys
from router.model.people import Household, Person, PersonName, Role
from tests.unit.matching.families import (
    ELSEWHERE,
    HOME,
    INFANT_CHI,
    MOTHER_CHI,
    NOWHERE,
    adult,
    infant,
    unborn,
)

KNOWN = [
    adult(
        chi=MOTHER_CHI, local="C-77", given="Catriona", former="McIntyre", phones=("07700 900123",),
        emails=("c@example.org",),
    ),
    infant(chi=INFANT_CHI, given="Eilidh"),
    adult(Role.PARTNER, given="Ruaridh", family="Innes", born=date(1990, 7, 4)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("people", "household"),
    [
        ([adult(chi=MOTHER_CHI, given="", family="", born=None)], NOWHERE),
        ([adult(local="C-77", given="", family="", born=None)], NOWHERE),
        ([adult(given="", family="", born=None, phones=("+44 7700 900123",))], NOWHERE),
        ([adult(given="", family="", born=None, emails=("C@EXAMPLE.ORG",))], NOWHERE),
        ([adult(given="Wrong")], ELSEWHERE),
        ([adult(family="Wrong")], ELSEWHERE),
        ([adult(given="Katrina", family="Macintyre", born=date(1992, 1, 1))], ELSEWHERE),
        ([adult(given="Fairbairn", family="Catriona", born=date(1992, 11, 2))], ELSEWHERE),
        ([adult(given="Wrong", born=None)], HOME),
        ([adult(family="Wrong", born=None)], HOME),
        ([infant(chi=INFANT_CHI, family="", born=None)], NOWHERE),
        ([infant(family="Fairbairn")], NOWHERE),
        ([infant(family="Innes")], NOWHERE),
        ([infant(family="Wrong")], HOME),
        ([adult(Role.PARTNER, given="Rory", family="Innes", born=date(1990, 4, 7))], NOWHERE),
        ([adult(Role.MAIN_CARER, given="Rory", family="Innes", born=date(1990, 7, 4))], NOWHERE),
    ],
    ids=[
        "carer's CHI", "local number", "phone", "e-mail", "birth date and surname", "birth date and forename",
        "names and birth year", "names in each other's field", "postcode and surname", "postcode and forename",
        "infant's CHI", "infant's birth date and mother's surname", "infant's birth date and father's surname",
        "postcode and infant's birth date", "partner's swapped birth date", "partner who became the main carer",
    ],
)  # fmt: skip
def test_each_way_to_find_a_family(people: list[Person], household: Household) -> None:
    """Each single piece of evidence finds the family when all else is missing or wrong."""
    assert blocking_keys(people, household) & blocking_keys(KNOWN, HOME)


def test_swapped_birth_date_finds_the_family() -> None:
    """A birth date with day and month exchanged meets the right one."""
    known = blocking_keys([adult(given="Anna", born=date(1992, 3, 7))], HOME)
    assert known & blocking_keys([adult(given="Wrong", born=date(1992, 7, 3))], ELSEWHERE)


def test_every_part_of_a_double_surname_counts() -> None:
    """A mother recorded under one half of her name is found by it."""
    known = blocking_keys([adult(family="Innes-Fairbairn")], NOWHERE)
    assert known & blocking_keys([adult(given="Wrong", family="Fairbairn")], NOWHERE)


@pytest.mark.parametrize(
    ("people", "household"),
    [
        ([adult(given="Zara", family="Quayle", born=date(1988, 8, 8))], HOME),
        ([adult(given="Zara", family="Quayle")], NOWHERE),
        ([adult(born=None)], NOWHERE),
        ([infant(family="Quayle")], ELSEWHERE),
    ],
    ids=["shared postcode", "shared birth date", "names without a year", "infants of one day"],
)
def test_strangers_share_no_key(people: list[Person], household: Household) -> None:
    """A postcode, a birth date or a pair of names alone makes no block: a refuge is not one family."""
    assert not blocking_keys(people, household) & blocking_keys(KNOWN[:2], HOME)


@pytest.mark.parametrize("ready", [lambda people: people, reversed])
def test_order_of_people_makes_no_difference(ready: Callable[[list[Person]], list[Person]]) -> None:
    """Keys are a set of what is said, in whatever order."""
    assert blocking_keys(list(ready(KNOWN)), HOME) == blocking_keys(KNOWN, HOME)


def test_keys_are_few() -> None:
    """A family as fully described as any is stored under few keys, since each is a row."""
    assert len(blocking_keys(KNOWN, HOME)) <= 40


def test_keys_name_their_space() -> None:
    """Every key begins with one of the documented namespaces."""
    spaces = {key.partition(":")[0] for key in blocking_keys([*KNOWN, unborn()], HOME)}
    assert spaces == {"chi", "local", "phone", "email", "born", "name", "home", "infant"}


def test_nothing_known_gives_no_key() -> None:
    """An event that says nothing finds nothing."""
    assert blocking_keys([Person("mother", Role.MOTHER)], NOWHERE) == frozenset()


def test_placeholder_gives_no_forename_key() -> None:
    """A baby's placeholder and an unknown surname leave no key behind."""
    nameless = replace(infant(), names=(PersonName("Baby", "Unknown"),))
    assert blocking_keys([nameless], NOWHERE) == frozenset()
