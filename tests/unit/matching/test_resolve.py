"""Whole decisions about whole families. Each case carries a note that says why it exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from router.matching import FamilyRecord, FieldWeight, Gate, MatchOutcome, Member, load_weights
from router.matching.compare import Level
from router.model.people import Household, Person, Role, Sex
from tests.unit.matching.families import (
    ASK,
    BORN,
    ELSEWHERE,
    HOME,
    INFANT_BORN,
    INFANT_CHI,
    MOTHER_CHI,
    NEW,
    NOWHERE,
    OTHER_CHI,
    SAME,
    TWIN_CHI,
    adult,
    chi,
    family,
    infant,
    match,
    unborn,
)

PHONE = ("07700 900123",)
MOTHER = adult(chi=MOTHER_CHI, phones=PHONE)
NAMED = adult(phones=PHONE)
ISLA = infant(chi=INFANT_CHI, given="Isla", sex=Sex.FEMALE)
PARTNER_BORN = date(1990, 7, 24)
PARTNER = adult(Role.PARTNER, given="Ruaridh", family="Innes", born=PARTNER_BORN)
DAUGHTER_BORN = date(2009, 3, 17)


@dataclass(frozen=True)
class Case:
    """One event against one family whose people have ids 10 and on. ``note`` says why the case exists."""

    note: str
    event: Sequence[Person]
    known: Sequence[Person]
    outcome: MatchOutcome
    household: Household = HOME
    known_household: Household = HOME


CASES = [
    Case("the same mother, told by number", [MOTHER], [MOTHER], SAME),
    Case("number and one more field are enough",
         [adult(chi=MOTHER_CHI, family="", born=None)], [MOTHER], SAME, NOWHERE),
    Case("a neonatal unit knows the mother by CHI and home only",
         [adult(chi=MOTHER_CHI, given="", family="", born=None), infant()], [MOTHER], SAME),
    Case("number and expected date bear each other out",
         [adult(chi=MOTHER_CHI, given="", family="", born=None), infant(family="")],
         [MOTHER, unborn(expected=INFANT_BORN)], SAME, NOWHERE),
    Case("two numbers bear each other out",
         [adult(chi=MOTHER_CHI, given="", family="", born=None), infant(chi=INFANT_CHI, family="", born=None)],
         [MOTHER, ISLA], SAME, NOWHERE),
    Case("married and moved, number agrees", [adult(chi=MOTHER_CHI, family="Quayle")], [MOTHER], SAME, ELSEWHERE),
    Case("the leading nought was eaten by a spreadsheet",
         [adult(chi=chi(date(1992, 3, 7), 1)[1:], born=date(1992, 3, 7))],
         [adult(chi=chi(date(1992, 3, 7), 1), born=date(1992, 3, 7))], SAME),
    Case("name, birth date and postcode", [adult()], [adult()], SAME),
    Case("name, birth date and phone, moved", [NAMED], [NAMED], SAME, ELSEWHERE),
    Case("name, birth date and the infant's birth date", [adult(), infant()], [adult(), infant()], SAME, ELSEWHERE),
    Case("name, birth date and the partner", [adult(), PARTNER], [adult(), PARTNER], SAME, NOWHERE),
    Case("name, birth date and the sender's own number", [adult(local="C-7")], [adult(local="C-7")], SAME, NOWHERE),
    Case("name and birth date of a namesake or of herself", [adult()], [adult()], ASK, NOWHERE),
    Case("name and birth date, another address", [adult()], [adult()], ASK, ELSEWHERE),
    Case("a window of months is no evidence that namesakes do not share",
         [adult(), infant()], [adult(), unborn(expected=INFANT_BORN)], ASK, NOWHERE),
    Case("Gaelic spelling, maiden name and a slip in the date, phone agrees",
         [adult(given="Katrina", family="McIntyre", born=date(1992, 3, 11), phones=PHONE)],
         [adult(former="Macintyre", phones=PHONE)], SAME),
    Case("names in each other's field", [adult(given="Fairbairn", family="Catriona", phones=PHONE)], [NAMED], SAME),
    Case("day and month exchanged",
         [adult(born=date(1992, 7, 3), phones=PHONE)], [adult(born=date(1992, 3, 7), phones=PHONE)], SAME),
    Case("a slip in a CHI number that fails its check",
         [adult(chi="1703921012", phones=PHONE)], [adult(chi="1703921011", phones=PHONE)], SAME),
    Case("namesakes of one day at one postcode, with numbers", [MOTHER], [adult(chi=OTHER_CHI, phones=PHONE)], ASK),
    Case("namesakes of one day far apart, with numbers", [MOTHER], [adult(chi=OTHER_CHI)], NEW, ELSEWHERE),
    Case("sisters in one home with one phone",
         [adult(given="Morag", born=date(1990, 6, 5), phones=PHONE)], [NAMED], ASK),
    Case("sisters in one street", [adult(given="Morag", born=date(1990, 6, 5))], [adult()], NEW),
    Case("twin mothers in one home", [adult(given="Morag", phones=PHONE)], [NAMED], ASK),
    Case("twin mothers with names that look alike",
         [adult(given="Marie", phones=PHONE)], [adult(given="Maria", phones=PHONE)], ASK),
    Case("twin mothers with neighbouring numbers", [adult(given="Morag", chi=OTHER_CHI)], [MOTHER], ASK),
    Case("mother and daughter of one name in one home",
         [adult(born=DAUGHTER_BORN, phones=PHONE)], [adult(born=date(1989, 3, 17), phones=PHONE)], ASK),
    Case("strangers in one refuge",
         [adult(given="Zara", family="Quayle", born=date(1988, 8, 8))], [adult()], NEW),
    Case("strangers", [adult(given="Zara", family="Quayle", born=date(1988, 8, 8))], [MOTHER], NEW, ELSEWHERE),
    Case("refugees whose birth dates are all the first of January",
         [adult(given="Fatima", family="Ali", born=date(1992, 1, 1))],
         [adult(given="Fatima", family="Ali", born=date(1992, 1, 1))], ASK),
    Case("a sister's number was typed",
         [adult(chi=MOTHER_CHI, given="Zara", family="Quayle", born=date(1988, 8, 8))], [MOTHER], ASK, ELSEWHERE),
    Case("a number is never passed over in silence",
         [adult(chi=MOTHER_CHI, given="Zara", family="Quayle", born=date(1988, 8, 8), phones=("07700 900456",))],
         [MOTHER], ASK, ELSEWHERE),
    Case("an infant's number with its birth date carries the family", [ISLA], [MOTHER, ISLA], SAME, NOWHERE),
    Case("an infant's number with a forename, as a health visitor sends it",
         [infant(chi=INFANT_CHI, given="Isla", born=None)], [MOTHER, ISLA], SAME),
    Case("the same from another home, with no carer: the infant may be fostered, and keeps number and surname",
         [infant(chi=INFANT_CHI, given="Isla", born=None)], [MOTHER, ISLA], ASK, ELSEWHERE),
    Case("an infant's number and nothing else",
         [infant(chi=INFANT_CHI, family="", born=None)], [MOTHER, ISLA], ASK, NOWHERE),
    Case("an infant's birth date, surname and postcode", [infant()], [MOTHER, ISLA], ASK),
    Case("an infant's birth date and rare surname are about even odds: no more than a question",
         [infant()], [MOTHER, ISLA], ASK, NOWHERE),
    Case("an infant's birth date with another surname", [infant(family="Quayle")], [MOTHER, ISLA], NEW, NOWHERE),
    Case("an infant's number stands in for a mother known by name only",
         [adult(born=None), ISLA], [NAMED, ISLA], SAME, NOWHERE),
    Case("an infant's number lets a slip in the mother's birth date pass",
         [adult(born=date(1988, 8, 8)), ISLA], [NAMED, ISLA], SAME),
    Case("an infant's number with a carer who is somebody else, as in fostering",
         [adult(Role.MAIN_CARER, given="Isobel", family="Tulloch", born=date(1970, 5, 23)), ISLA], [MOTHER, ISLA], ASK),
    Case("a father who became the main carer, confirmed by the infant",
         [adult(Role.MAIN_CARER, given="Ruaridh", family="Innes", born=PARTNER_BORN), ISLA], [MOTHER, PARTNER, ISLA],
         SAME),
    Case("a main carer is the mother of another record", [replace(MOTHER, role=Role.MAIN_CARER)], [MOTHER], SAME),
    Case("a mother is the main carer of another record", [MOTHER], [replace(MOTHER, role=Role.MAIN_CARER)], SAME),
    Case("only a partner is known", [PARTNER], [MOTHER, PARTNER], NEW),
    Case("a carer without a name or number", [Person("mother", Role.MOTHER)], [MOTHER], NEW),
    Case("a pregnancy without a carer", [unborn(expected=INFANT_BORN)], [MOTHER, unborn(expected=INFANT_BORN)], NEW),
    Case("a baby's placeholder and nothing else", [infant(given="Baby", born=None)], [MOTHER, ISLA], NEW),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.note)
def test_case(case: Case) -> None:
    """The outcome is as noted; who asks says why, and who does not ask has nothing to say."""
    result = match(case.event, family(1, case.known, case.known_household), household=case.household)
    assert result.outcome is case.outcome
    assert bool(result.gates) is (case.outcome is ASK)
    assert result.family_id == (None if case.outcome is NEW else 1)
    assert bool(result.links) <= (case.outcome is SAME)


def test_no_candidate_is_a_new_family() -> None:
    """Without candidates the family is new, and the weight is the prior."""
    result = match([MOTHER])
    assert (result.outcome, result.family_id, result.fields) == (NEW, None, ())
    assert result.weight_bits == load_weights().prior_bits


def test_result_explains_its_weight() -> None:
    """Prior and field weights add up to the weight; fields bear the role; the version is named."""
    result = match([NAMED, infant()], family(1, [NAMED, infant()]))
    weights = load_weights()
    total = weights.prior_bits + sum(field.bits for field in result.fields)
    assert result.weight_bits == pytest.approx(total, abs=0.01)
    assert FieldWeight("mother.birth_date", "exact", weights.bits["birth_date"][Level.EXACT]) in result.fields
    assert {field.field for field in result.fields} >= {"mother.phone", "household.postcode", "infant.birth_date"}
    assert result.matcher_version == "fs-3"


def test_everybody_is_linked() -> None:
    """Mother, partner, infant and sibling are each the person they were."""
    sibling = adult(Role.SIBLING, given="Fergus", born=date(2020, 2, 2))
    people = [MOTHER, PARTNER, ISLA, sibling]
    result = match(people, family(1, people))
    assert result.links == {"mother": 10, "partner": 11, "infant-1": 12, "sibling": 13}


def test_new_people_are_not_linked() -> None:
    """A new partner and a later baby of a known mother are new people of the same family."""
    baby = infant(born=INFANT_BORN + timedelta(days=500))
    other = adult(Role.PARTNER, given="Hamish", family="Tulloch", born=date(1989, 9, 9))
    result = match([MOTHER, other, baby], family(1, [MOTHER, PARTNER, ISLA]))
    assert (result.outcome, result.links) == (SAME, {"mother": 10})


def test_second_twin_joins_the_family_of_the_first() -> None:
    """The neonatal unit sends each twin by itself: one family, two infants."""
    first = infant(chi=INFANT_CHI, order=1, of=2)
    second = infant(chi=TWIN_CHI, order=2, of=2)
    result = match([MOTHER, second], family(1, [MOTHER, first]))
    assert (result.outcome, result.links) == (SAME, {"mother": 10})


def test_unknown_mother_of_a_known_infant_is_its_mother() -> None:
    """A mother of whom only a number is said, and who is known without one, is not a second mother."""
    stated = adult(chi=MOTHER_CHI, given="", family="", born=None)
    result = match([stated, ISLA], family(1, [NAMED, ISLA]))
    assert result.links == {"infant-1": 11, "mother": 10}


def test_mother_and_main_carer_are_both_linked() -> None:
    """Two carers of one event are two people of the family."""
    gran = adult(Role.MAIN_CARER, given="Isobel", family="Tulloch", born=date(1966, 5, 23), phones=("07700 900456",))
    result = match([MOTHER, gran], family(1, [gran, MOTHER]))
    assert (result.outcome, result.links) == (SAME, {"mother": 11, "main-carer": 10})


def test_records_of_one_person_add_up() -> None:
    """A mother known under two names and numbers of homes is found by either."""
    records = (adult(family="Fairbairn"), adult(family="Innes", phones=PHONE, chi=MOTHER_CHI))
    known = FamilyRecord(1, (Member(10, Role.MOTHER, records),), (HOME, ELSEWHERE))
    assert match([adult(family="Innes")], known, household=ELSEWHERE).outcome is SAME
    assert match([adult(family="Fairbairn")], known).outcome is SAME


def test_carer_and_infant_agree_though_another_family_has_the_infant() -> None:
    """Mother and infant of one family stay there, though the foster carer's family knows the infant too."""
    foster = adult(Role.MAIN_CARER, given="Isobel", family="Tulloch", born=date(1970, 5, 23))
    result = match([MOTHER, ISLA], family(1, [MOTHER, ISLA]), family(2, [foster, ISLA], ELSEWHERE))
    assert (result.outcome, result.family_id, result.also_possible) == (SAME, 1, (2,))


def test_infants_of_two_families_ask() -> None:
    """An event whose two infants are of two families belongs to neither in silence."""
    other = infant("infant-2", chi=chi(date(2023, 4, 6), 7), born=date(2023, 4, 6))
    result = match([ISLA, other], family(1, [ISLA]), family(2, [other]), household=NOWHERE)
    assert (result.outcome, result.also_possible) == (ASK, (2,))


def test_number_outweighs_a_namesake_without_evidence() -> None:
    """A family known by number is not put in doubt by one of a mere namesake, which is still shown."""
    result = match([adult(chi=MOTHER_CHI)], family(1, [MOTHER]), family(2, [adult()], NOWHERE), household=NOWHERE)
    assert (result.outcome, result.family_id, result.also_possible) == (SAME, 1, (2,))


def test_sister_does_not_put_a_sure_match_in_doubt() -> None:
    """A twin sister's family at the same address is no rival of the mother's own."""
    sister = adult(given="Morag", phones=PHONE)
    result = match([NAMED], family(1, [NAMED]), family(2, [sister]))
    assert (result.outcome, result.family_id, result.also_possible) == (SAME, 1, (2,))


def test_number_against_name_asks() -> None:
    """The number says one family, and name, birth date and postcode another: a person is asked."""
    stranger = adult(chi=MOTHER_CHI, given="Zara", family="Quayle", born=date(1988, 8, 8))
    result = match([adult(chi=MOTHER_CHI)], family(1, [adult()]), family(2, [stranger], ELSEWHERE))
    assert (result.outcome, result.family_id, result.also_possible) == (ASK, 1, (2,))
    assert result.gates == (Gate.TWO_FAMILIES.value,)


def test_cannot_link_holds() -> None:
    """A family that a person parted from the event is not joined, asked about or shown again."""
    result = match([MOTHER], family(1, [MOTHER]), cannot_link=frozenset({1}))
    assert (result.outcome, result.also_possible) == (NEW, ())


def test_must_link_holds() -> None:
    """A family that a person joined is the family, against any gate, and the mother is its mother."""
    result = match([adult(chi=OTHER_CHI)], family(1, [MOTHER]), family(2, [adult()]), must_link=1)
    assert (result.outcome, result.family_id, result.gates, result.links) == (SAME, 1, (), {"mother": 10})


def test_must_link_makes_no_carer_the_mother() -> None:
    """A foster carer whose event a person joined to the mother's family is a new person of it."""
    foster = adult(Role.MAIN_CARER, given="Isobel", family="Fairbairn", born=BORN)
    result = match([foster, ISLA], family(1, [NAMED, ISLA]), must_link=1)
    assert result.links == {"infant-1": 11}


def test_must_link_leaves_unclear_twins_unlinked() -> None:
    """A decision on the family does not say which twin: the infant stays a person of its own."""
    result = match([MOTHER, infant()], family(1, [MOTHER, infant("a"), infant("b")]), must_link=1)
    assert (result.outcome, result.links) == (SAME, {"mother": 10})


def test_must_link_needs_its_family() -> None:
    """A decision about a family that was not passed is a fault of the caller, named as such."""
    with pytest.raises(ValueError, match="must_link names family 3"):
        match([MOTHER], family(1, [MOTHER]), must_link=3)
