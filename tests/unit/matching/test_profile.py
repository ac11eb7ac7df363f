"""A profile is everything that all of a person's records say, normalised."""

from __future__ import annotations

from datetime import date

from router.matching import FamilyRecord, Member
from router.matching.profile import event_people, profile_of
from router.model.people import Household, Identifier, IdentifierSystem, Person, Role, Sex
from tests.unit.matching.families import HOME, INFANT_CHI, MOTHER_CHI, adult, family, infant


def test_records_add_up() -> None:
    """Surnames, birth dates and phones of all records are in the profile."""
    one = adult(family="Fairbairn", phones=("07700 900123",))
    other = adult(family="Innes", born=date(1992, 3, 18), phones=("07700 900456",))
    profile = profile_of((one, other))
    assert profile.surnames == {"fairbairn", "innes"}
    assert len(profile.birth_dates) == len(profile.phones) == 2


def test_former_surname_is_a_part_but_not_current() -> None:
    """A former surname counts for overlap, not for exact agreement."""
    profile = profile_of((adult(family="Innes", former="Fairbairn"),))
    assert profile.surnames == {"innes"}
    assert profile.parts == {"innes", "fairbairn"}


def test_leading_nought_is_restored_and_nonsense_left_out() -> None:
    """A CHI number that lost its nought is itself again; one that can be no number is unknown."""
    assert profile_of((adult(chi=MOTHER_CHI[1:] if MOTHER_CHI[0] == "0" else MOTHER_CHI),)).chi == {MOTHER_CHI}
    assert profile_of((adult(chi="0000000000"),)).chi == frozenset()


def test_nhs_number_must_pass_its_check() -> None:
    """An NHS number that fails modulus 11, or is one digit over and over, is unknown."""
    assert profile_of((adult(nhs="999 000 0018"),)).nhs == {"9990000018"}
    assert profile_of((adult(nhs="9990000019"),)).nhs == frozenset()
    assert profile_of((adult(nhs="9999999999"),)).nhs == frozenset()


def test_local_number_needs_its_assigner() -> None:
    """A local number without the system that gave it names nobody."""
    bare = Person("mother", Role.MOTHER, identifiers=(Identifier(IdentifierSystem.LOCAL, "77"),))
    assert profile_of((bare,)).local == frozenset()
    assert profile_of((adult(local=" C-77 "),)).local == {("daisy-test", "c-77")}


def test_indeterminate_sex_is_no_difference() -> None:
    """Only female and male can contradict each other."""
    assert profile_of((infant(sex=Sex.INDETERMINATE),)).sexes == frozenset()


def test_parents_number_is_taken_off_a_child() -> None:
    """A child recorded with the mother's CHI number has none, so that two babies do not become one."""
    event = event_people([adult(chi=MOTHER_CHI), infant(chi=MOTHER_CHI)], HOME)
    assert event.children[0].profile.chi == frozenset()
    known = family(1, [adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI)]).people()
    assert known.children[0].profile.chi == {INFANT_CHI}


def test_family_remembers_its_people_and_still_equals_itself() -> None:
    """Working out the normalised form changes neither equality nor hash nor repr."""
    one = FamilyRecord(1, (Member(7, Role.MOTHER, (adult(),)),), (HOME,))
    other = FamilyRecord(1, (Member(7, Role.MOTHER, (adult(),)),), (HOME,))
    assert one.people() is one.people()
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


def test_homes_of_household_and_people() -> None:
    """A person's own postcode is among all postcodes, not among the household's."""
    event = event_people([adult(postcode="G99 9ZZ")], Household(postcode="EH99 9ZX"))
    assert event.postcodes == {"EH99 9ZX"}
    assert event.all_postcodes == {"EH99 9ZX", "G99 9ZZ"}
