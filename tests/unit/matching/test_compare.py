"""Each field has its levels, silence is none of them, and the order of the two sides makes no difference."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.matching.compare import (
    Level,
    birth_date_level,
    compare,
    compare_addresses,
    compare_chi,
    compare_local,
    compare_names,
    compare_postcodes,
    compare_surnames,
    forename_level,
)
from router.matching.normalise import forename
from router.matching.profile import Profile, profile_of
from router.model.chi import passes_check
from tests.unit.matching.families import MOTHER_CHI, OTHER_CHI, adult


def named(given: str = "", family: str = "", former: str = "") -> Profile:
    """Return the profile of a person with only a name."""
    return profile_of((adult(given=given, family=family, former=former, born=None),))


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Catriona", "CATRÍONA", Level.EXACT),
        ("Mary Jane", "Mary", Level.EXACT),
        ("Anne-Marie", "Annemarie", Level.EXACT),
        ("Mhairi", "Vari", Level.VARIANT),
        ("Sarah Jane", "Jane", Level.VARIANT),
        ("Catherine", "Cathreine", Level.CLOSE),
        ("E", "Eilidh", Level.INITIAL),
        ("E", "Mairi", Level.DIFFERENT),
        ("Marie", "Maria", Level.NEAR),
        ("Nicola", "Nicole", Level.NEAR),
        ("Sarah Louise", "Emma Louise", Level.DIFFERENT),
        ("Emma", "Emily", Level.DIFFERENT),
        ("Morag", "Eilidh", Level.DIFFERENT),
    ],
)
def test_forename_levels(one: str, other: str, level: Level) -> None:
    """Forenames agree exactly, as variants, nearly, by initial, or not; sisters' names do not come close."""
    assert forename_level(forename(one), forename(other)) is level
    assert forename_level(forename(other), forename(one)) is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("Fairbairn", ""), ("FAIRBAIRN", ""), Level.EXACT),
        (("McKay", ""), ("Mackay", ""), Level.EXACT),
        (("Innes", "Fairbairn"), ("Fairbairn", ""), Level.OVERLAP),
        (("Innes-Fairbairn", ""), ("Innes", ""), Level.OVERLAP),
        (("Fairbairn", ""), ("Fairbarn", ""), Level.CLOSE),
        (("Fairbairn", ""), ("Fairburns", ""), Level.NEAR),
        (("Fairbairn", ""), ("Innes", ""), Level.DIFFERENT),
    ],
)
def test_surname_levels(one: tuple[str, str], other: tuple[str, str], level: Level) -> None:
    """Surnames agree as current ones, by any overlap with former ones and parts, nearly, or not."""
    first, second = (named("Ann", current, former) for current, former in (one, other))
    assert compare(first, second).surname is level
    assert compare(second, first).surname is level


def test_names_in_each_others_field() -> None:
    """Forename and surname exchanged are recognised, and only when both are."""
    right = named("Catriona", "Fairbairn")
    assert compare_names(named("Fairbairn", "Catriona"), right) == (Level.SWAPPED, Level.SWAPPED)
    assert Level.SWAPPED not in compare_names(named("Fairbairn", "Innes"), right)


def test_names_in_each_others_field_in_another_spelling() -> None:
    """One of the two may be spelt in another way that is known for the same name, or with a slip of the hand."""
    right = named("Mhairi", "MacInnes")
    for first in ("Mairi", "Mhari"):
        assert compare_names(named("McInnes", first), right) == (Level.SWAPPED, Level.SWAPPED)
        assert compare_names(right, named("McInnes", first)) == (Level.SWAPPED, Level.SWAPPED)
    assert Level.SWAPPED not in compare_names(named("McInnes", "Moira"), right)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (date(1992, 3, 17), date(1992, 3, 17), Level.EXACT),
        (date(1992, 3, 7), date(1992, 7, 3), Level.SWAPPED),
        (date(1992, 3, 17), date(1992, 3, 11), Level.ONE_EDIT),
        (date(1992, 3, 17), date(1982, 3, 17), Level.ONE_EDIT),
        (date(1992, 3, 31), date(1992, 4, 1), Level.ONE_EDIT),
        (date(1992, 3, 31), date(1992, 4, 2), Level.DIFFERENT),
        (date(1992, 3, 12), date(1992, 3, 21), Level.ONE_EDIT),
        (date(1975, 3, 17), date(1995, 3, 17), Level.DIFFERENT),
        (date(1992, 1, 1), date(1992, 3, 17), Level.DEFAULT),
        (date(1992, 1, 1), date(1992, 1, 1), Level.DEFAULT),
        (date(1992, 1, 1), date(1993, 3, 17), Level.DIFFERENT),
        (date(1992, 3, 17), date(1990, 11, 2), Level.DIFFERENT),
    ],
    ids=["same", "day and month", "one digit", "a decade", "a day", "two days", "two digits exchanged", "mother and daughter",
         "first of January", "both first of January", "another year", "another date"],
)  # fmt: skip
def test_birth_date_levels(one: date, other: date, level: Level) -> None:
    """Birth dates agree exactly, by a slip, to the year only, or not; a decade may be a slip, a generation never."""
    assert birth_date_level(one, other) is level
    assert birth_date_level(other, one) is level


@given(st.dates(date(1950, 1, 1), date(2030, 12, 31)), st.dates(date(1950, 1, 1), date(2030, 12, 31)))
def test_birth_dates_compare_alike_both_ways(one: date, other: date) -> None:
    """Either date may come first."""
    assert birth_date_level(one, other) is birth_date_level(other, one)


def test_chi_levels() -> None:
    """Two numbers that both pass the check differ; one keystroke from a number that fails it is a slip."""
    slips = [MOTHER_CHI[:9] + digit for digit in "0123456789"]
    slip = next(number for number in slips if not passes_check(number))
    far = "01" + MOTHER_CHI[2:8] + "77"
    assert compare_chi(frozenset({MOTHER_CHI}), frozenset({MOTHER_CHI, OTHER_CHI})) is Level.EXACT
    assert compare_chi(frozenset({MOTHER_CHI}), frozenset({OTHER_CHI})) is Level.DIFFERENT
    assert compare_chi(frozenset({MOTHER_CHI}), frozenset({slip})) is Level.SLIP
    assert compare_chi(frozenset({MOTHER_CHI}), frozenset({far})) is Level.DIFFERENT
    assert compare_chi(frozenset({MOTHER_CHI}), frozenset()) is None


def test_local_numbers_of_two_systems_say_nothing() -> None:
    """Only numbers of one assigner can differ."""
    daisy, other, badger = (frozenset({pair}) for pair in (("daisy", "1"), ("daisy", "2"), ("badger", "1")))
    assert compare_local(daisy, daisy) is Level.EXACT
    assert compare_local(daisy, other) is Level.DIFFERENT
    assert compare_local(daisy, badger) is None


def test_postcode_levels() -> None:
    """Postcodes agree exactly, in their sector, or not."""
    home = frozenset({"EH99 9ZX"})
    assert compare_postcodes(home, frozenset({"EH99 9ZX", "G99 9ZZ"})) is Level.EXACT
    assert compare_postcodes(home, frozenset({"EH99 9AB"})) is Level.SECTOR
    assert compare_postcodes(home, frozenset({"EH99 1AB"})) is Level.DIFFERENT
    assert compare_postcodes(home, frozenset()) is None


def test_address_levels() -> None:
    """Addresses with the same numbers and much the same words are near; another house is another home."""
    home = frozenset({("12", "harbour", "street", "testmouth")})
    assert compare_addresses(home, home) is Level.EXACT
    assert compare_addresses(home, frozenset({("12", "harbour", "street")})) is Level.NEAR
    assert compare_addresses(home, frozenset({("14", "harbour", "street", "testmouth")})) is Level.DIFFERENT
    assert compare_addresses(home, frozenset()) is None


def test_silence_is_no_level() -> None:
    """A person of whom nothing is said is compared in no field."""
    assert set(compare(Profile(), profile_of((adult(chi=MOTHER_CHI, phones=("07700 900123",)),)))) == {None}


def test_the_best_of_several_values_counts() -> None:
    """A woman with two birth dates on record agrees by either."""
    known = profile_of((adult(born=date(1992, 3, 17)), adult(born=date(1990, 11, 2))))
    assert compare(profile_of((adult(born=date(1990, 11, 2)),)), known).birth_date is Level.EXACT


def test_a_second_name_in_the_place_of_a_surname_is_no_other_surname() -> None:
    """Kaur beside Gill says nothing, for one woman may be held under either; Kaur beside Kaur agrees."""
    kaur, gill, singh = (
        profile_of((adult(given="Harpreet", family=family),)) for family in ("Kaur", "Gill", "Kaur Gill")
    )
    assert compare_surnames(kaur, gill) is None
    assert compare_surnames(kaur, kaur) is Level.EXACT
    assert compare_surnames(kaur, singh) is Level.OVERLAP
    assert compare_surnames(gill, profile_of((adult(given="Harpreet", family="Innes"),))) is Level.DIFFERENT
