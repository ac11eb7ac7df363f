"""Each gate alone keeps a family from being joined without a person.

Every case is one where the weight is at or above the automatic threshold (or a number agrees) and this gate is the only
one met; without the gate the families would be joined, or the person asked would not learn why.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from router.matching import SENTENCES, FamilyRecord, Gate, load_weights
from router.model.people import Household, Person, Role
from tests.unit.matching.families import (
    ASK,
    BORN,
    ELSEWHERE,
    HOME,
    INFANT_BORN,
    INFANT_CHI,
    MOTHER_CHI,
    NOWHERE,
    OTHER_CHI,
    SAME,
    adult,
    chi,
    family,
    infant,
    match,
)

PHONE = ("07700 900123",)
CARER_BORN = date(1970, 5, 23)
CARER = adult(Role.MAIN_CARER, given="Isobel", family="Tulloch", chi=chi(CARER_BORN, 5), born=CARER_BORN)
PARTNER = adult(Role.PARTNER, given="Fergus", family="Innes", chi=chi(date(1990, 7, 24), 6), born=date(1990, 7, 24))


@dataclass(frozen=True)
class Case:
    """One event and its candidates. ``cured`` is the same event without what the gate objects to: it is joined."""

    gate: Gate
    event: Sequence[Person]
    known: Sequence[FamilyRecord]
    household: Household = HOME
    cured: Sequence[Person] = field(default_factory=tuple)


CASES = [
    Case(
        Gate.DIFFERENT_CHI,
        [adult(chi=OTHER_CHI, phones=PHONE)],
        [family(1, [adult(chi=MOTHER_CHI, phones=PHONE)])],
        cured=[adult(chi=MOTHER_CHI, phones=PHONE)],
    ),
    Case(
        Gate.DIFFERENT_NHS_NUMBER,
        [adult(nhs="9990000026", phones=PHONE)],
        [family(1, [adult(nhs="9990000018", phones=PHONE)])],
        cured=[adult(nhs="9990000018", phones=PHONE)],
    ),
    Case(
        Gate.FORENAME_DIFFERS,
        [adult(given="Morag", phones=PHONE)],
        [family(1, [adult(phones=PHONE)])],
        cured=[adult(given="Katrina", phones=PHONE)],
    ),
    Case(
        Gate.FORENAME_MISSING,
        [adult(given="C", phones=PHONE)],
        [family(1, [adult(phones=PHONE)])],
        cured=[adult(given="Catriona", phones=PHONE)],
    ),
    Case(
        Gate.BIRTH_DATE_DIFFERS,
        [adult(born=date(1988, 10, 2), phones=PHONE)],
        [family(1, [adult(phones=PHONE)])],
        cured=[adult(born=BORN, phones=PHONE)],
    ),
    Case(
        Gate.BIRTH_DATE_MISSING,
        [adult(born=date(1992, 1, 1), phones=PHONE)],
        [family(1, [adult(phones=PHONE)])],
        cured=[adult(born=BORN, phones=PHONE)],
    ),
    Case(
        Gate.NOTHING_INDEPENDENT,
        [adult()],
        [family(1, [adult(phones=PHONE)])],
        household=NOWHERE,
        cured=[adult(phones=PHONE)],
    ),
    Case(
        Gate.HOUSEHOLD_ONLY,
        [adult(given="", born=None, phones=PHONE), PARTNER],
        [family(1, [adult(phones=PHONE), PARTNER])],
        cured=[adult(phones=PHONE), PARTNER],
    ),
    Case(
        Gate.CHI_ALONE,
        [adult(chi=MOTHER_CHI, given="", family="", born=None)],
        [family(1, [adult(chi=MOTHER_CHI)])],
        household=NOWHERE,
        cured=[adult(chi=MOTHER_CHI, given="Katrina", family="", born=None)],
    ),
    Case(
        Gate.CHI_CONTRADICTED,
        [adult(chi=MOTHER_CHI, given="Zara", family="Quayle")],
        [family(1, [adult(chi=MOTHER_CHI)])],
        cured=[adult(chi=MOTHER_CHI, given="Zara")],
    ),
    Case(
        Gate.INFANT_WITHOUT_NUMBER,
        [infant(given="Isla")],
        [family(1, [adult(), infant(given="Isla")])],
        cured=[infant(given="Isla"), adult()],
    ),
    Case(
        Gate.INFANT_NUMBER_CONTRADICTED,
        [adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI, born=INFANT_BORN - timedelta(days=400))],
        [family(1, [adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI)])],
        cured=[adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI)],
    ),
    Case(
        Gate.INFANT_DATES_APART,
        [adult(chi=MOTHER_CHI), infant(born=INFANT_BORN + timedelta(days=60))],
        [family(1, [adult(chi=MOTHER_CHI), infant()])],
        cured=[adult(chi=MOTHER_CHI), infant(born=INFANT_BORN + timedelta(days=600))],
    ),
    Case(
        Gate.INFANT_ELSEWHERE,
        [infant(chi=INFANT_CHI, given="Isla", family="Quayle")],
        [family(1, [adult(), infant(chi=INFANT_CHI, given="Isla")])],
        household=ELSEWHERE,
        cured=[infant(chi=INFANT_CHI, given="Isla", family="Quayle"), adult()],
    ),
    Case(
        Gate.WHICH_TWIN,
        [adult(chi=MOTHER_CHI), infant()],
        [family(1, [adult(chi=MOTHER_CHI), infant("a", order=1), infant("b", order=2)])],
        cured=[adult(chi=MOTHER_CHI), infant(order=2)],
    ),
    Case(
        Gate.WHICH_INFANT,
        [adult(chi=MOTHER_CHI), infant(born=None)],
        [family(1, [adult(chi=MOTHER_CHI), infant()])],
        cured=[adult(chi=MOTHER_CHI), infant()],
    ),
    Case(
        Gate.CARER_AND_INFANT_APART,
        [adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI)],
        [family(1, [adult(chi=MOTHER_CHI)]), family(2, [CARER, infant(chi=INFANT_CHI)], ELSEWHERE)],
        cured=[adult(chi=MOTHER_CHI), infant()],
    ),
    Case(
        Gate.CARER_KNOWN_AS_PARTNER,
        [adult(Role.MAIN_CARER, given="Fergus", family="Innes", chi=chi(date(1990, 7, 24), 6), born=date(1990, 7, 24))],
        [family(1, [adult(chi=MOTHER_CHI), PARTNER, infant()])],
        cured=[
            adult(
                Role.MAIN_CARER, given="Fergus", family="Innes", chi=chi(date(1990, 7, 24), 6), born=date(1990, 7, 24)
            ),
            infant(),
        ],
    ),
    Case(
        Gate.ANOTHER_MOTHER,
        [CARER, adult(chi=OTHER_CHI, given="Zara", family="Quayle", born=date(2000, 2, 2))],
        [family(1, [CARER, adult(chi=MOTHER_CHI)])],
        cured=[CARER, adult(chi=MOTHER_CHI)],
    ),
    Case(
        Gate.TWO_FAMILIES,
        [adult()],
        [family(1, [adult()]), family(2, [adult()])],
        cured=[adult(chi=MOTHER_CHI)],
    ),
    Case(
        Gate.UNCERTAIN,
        [adult(given="Cathreena", family="Innes", born=date(1992, 3, 11))],
        [family(1, [adult(given="Cathrina", born=BORN)])],
        cured=[adult(given="Cathreena", born=BORN)],
    ),
]
BY_GATE = pytest.mark.parametrize("case", CASES, ids=[case.gate.value for case in CASES])


@BY_GATE
def test_gate_asks_by_itself(case: Case) -> None:
    """This gate and no other is met, and a person is asked."""
    result = match(case.event, *case.known, household=case.household)
    assert (result.outcome, result.gates) == (ASK, (case.gate.value,))


@BY_GATE
def test_without_the_objection_the_family_is_joined(case: Case) -> None:
    """The same event, but for what the gate objects to, is joined: nothing else was in the way."""
    known = case.known
    if case.gate is Gate.TWO_FAMILIES:
        known = [family(1, [adult(chi=MOTHER_CHI)]), family(2, [adult(chi=OTHER_CHI)])]
    result = match(case.cured, *known, household=case.household)
    assert (result.outcome, result.gates) == (SAME, ())


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.gate is not Gate.UNCERTAIN], ids=lambda c: c.gate.value
)
def test_without_the_gate_two_families_would_be_one(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """With this gate broken nobody is asked, so that the tests above would fail: each gate is held by one of them."""
    module = importlib.import_module("router.matching.resolve")
    assess, rivalry = module.assess, module._rivalry

    def broken(*given: Any) -> Any:
        found = assess(*given)
        return found._replace(gates=found.gates - {case.gate})

    monkeypatch.setattr(module, "assess", broken)
    monkeypatch.setattr(module, "_rivalry", lambda *given: rivalry(*given) - {case.gate})
    assert match(case.event, *case.known, household=case.household).outcome is SAME


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.gate is not Gate.UNCERTAIN], ids=lambda c: c.gate.value
)
def test_weight_alone_would_join(case: Case) -> None:
    """The weight is above the automatic threshold, so that only the gate stands between the two families."""
    result = match(case.event, *case.known, household=case.household)
    assert result.weight_bits >= load_weights().automatic_bits


def test_a_namesake_in_the_same_street_is_asked_about() -> None:
    """A postcode is a street: with no house number on one side, name and birth date may be a neighbour's."""
    street = Household(postcode=HOME.postcode)
    result = match([adult()], family(1, [adult()]), household=street)
    assert (result.outcome, result.gates) == (ASK, (Gate.NOTHING_INDEPENDENT.value,))
    next_door = Household(address_lines=("14 Harbour Street", "Testmouth"), postcode=HOME.postcode)
    assert match([adult()], family(1, [adult()]), household=next_door).outcome is ASK
    assert match([adult()], family(1, [adult()]), household=HOME).outcome is SAME


def test_carer_and_infant_of_one_family_apart() -> None:
    """An infant known by number whose carer is a stranger, as in fostering, is for a person to decide."""
    result = match([CARER, infant(chi=INFANT_CHI)], family(1, [adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI)]))
    assert result.outcome is ASK
    assert Gate.CARER_AND_INFANT_APART in result.gates


def test_decisions_that_contradict_each_other_ask() -> None:
    """A family that a person both joined and parted is asked about again."""
    result = match([adult()], family(1, [adult()]), must_link=1, cannot_link=frozenset({1}))
    assert (result.outcome, result.gates) == (ASK, (Gate.DECISIONS_CONFLICT.value,))


def test_every_gate_has_a_case_and_a_sentence() -> None:
    """No gate is without a test that shows it, nor without a sentence for the person asked."""
    assert {case.gate for case in CASES} | {Gate.DECISIONS_CONFLICT} == set(Gate)
    assert SENTENCES.keys() == set(Gate)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
