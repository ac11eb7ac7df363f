"""The neonatal extract: every column is mapped or visibly carried."""

from __future__ import annotations

import pytest

from adapters.extract import columns_of
from adapters.neonatal.models import NeonatalRow
from adapters.outcome import Withdrawn
from adapters.read import read
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb
from tests.unit.adapters.native import event_of, facts, neonatal, quarantined, shape

CHANGED = {
    "reference": "NN-OTHER",
    "version": "4",
    "event_dt": "2026-10-27",
    "BabyCHINumber": "0106269999",
    "NationalIDBabyStatus": "08",
    "baby_forename": "Baby",
    "baby_surname": "Otherburn",
    "mother_chi": "0703949999",
    "mother_forename": "Mhairi",
    "mother_surname": "Otherburn",
    "mother_former_surname": "Beforeson",
    "mother_dob": "1995-03-07",
    "mother_phone": "07700 900199",
    "mother_email": "other@example.org",
    "birth_dt": "2026-06-02T05:10",
    "birth_order": "2",
    "multiplicity": "2",
    "sex": "M",
    "gest_weeks": "31",
    "gest_days": "6",
    "weight_g": "1490",
    "weight_below_3rd": "Y",
    "unit_code": "NNU-OTHER",
    "booking_unit": "MAT-OTHER",
    "home_address": "1 Other Close",
    "home_postcode": "KY1 9ZZ",
    "home_board": "S08000029",
    "diagnoses": "P52.1",
    "care_level": "IC",
    "still_admitted": "N",
    "complex_needs": "Y",
    "discharge_dt": "2026-11-20",
    "destination": "HOME",
    "destination_board": "S08000024",
    "repatriation_decided_dt": "2026-10-26",
    "parent_support_need": "DISTRESS",
    "language": "pl",
    "interpreter": "Y",
    "requested_service": "NDS",
    "urgency": "E",
    "consent": "N",
    "view_of_parent": "I want to take him home.",
    "referrer_role": "consultant",
    "reply_to": "other@example.org",
    "free_text": "Seen today.",
}
OF_WITHDRAWALS = {"status", "withdrawn_reason"}


def test_every_column_has_a_case() -> None:
    """The list of changed values covers the whole extract."""
    assert set(CHANGED) | OF_WITHDRAWALS == set(columns_of(NeonatalRow))


@pytest.mark.parametrize("column", sorted(CHANGED))
def test_every_column_reaches_the_event(column: str) -> None:
    """A column that changes changes the event: nothing that the unit says is dropped."""
    assert event_of("neonatal", neonatal({})) != event_of("neonatal", neonatal({column: CHANGED[column]}))


def test_baby_and_mother() -> None:
    """Identifiers, names, birth date, order and sex are those of the row; leading zeros stay."""
    event = event_of("neonatal", neonatal({"birth_order": "2", "multiplicity": "2"}))
    mother, infant = event.people
    assert (mother.ref, mother.role, mother.identifiers[0].value) == ("mother", pb.PERSON_ROLE_MOTHER, "0703945525")
    assert (infant.ref, infant.birth_date, infant.birth_order, infant.multiplicity) == ("infant-1", "2026-06-01", 2, 2)
    assert infant.identifiers[0].system == pb.IDENTIFIER_SYSTEM_CHI
    assert infant.sex == pb.SEX_FEMALE


def test_lost_zero_is_not_put_back() -> None:
    """A CHI that a spreadsheet has shortened is passed on as it is: the router decides what it is worth."""
    event = event_of("neonatal", neonatal({"BabyCHINumber": "106266123"}))
    assert event.people[1].identifiers[0].value == "106266123"


def test_sending_unit_is_no_guess_at_the_home_board() -> None:
    """A unit treats other boards' babies: a blank home board stays unknown."""
    assert event_of("neonatal", neonatal({"home_board": ""})).household.board_code == ""


def test_repatriation() -> None:
    """Care that moves names the board that it moves to."""
    event = event_of("neonatal", neonatal({"home_board": "S08000029", "destination_board": "S08000029"}))
    assert (event.household.board_code, event.household.destination_board_code) == ("S08000029", "S08000029")


def test_observations_are_attributed() -> None:
    """Each observation names the unit as its observer, so that a denial counts."""
    event = event_of("neonatal", neonatal({"complex_needs": "N", "parent_support_need": "CP"}))
    assert {seen.observed_by for seen in event.observations} == {"neonatal-unit"}


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("HOME", {("in_neonatal_unit", "infant", False)}),
        ("NNU", {("in_neonatal_unit", "infant", True)}),
        ("ADOPTION", {("in_neonatal_unit", "infant", False), ("adoption_planned", "infant", True)}),
        ("DIED", {("in_neonatal_unit", "infant", False), ("pregnancy_loss_or_infant_death", "family", True)}),
    ],
)
def test_destination_after_discharge(destination: str, expected: set[object]) -> None:
    """Where a baby went tells where it is, once it has gone."""
    row = {"still_admitted": "", "destination": destination, "discharge_dt": "2026-10-20"}
    assert facts(event_of("neonatal", neonatal(row))) == expected


def test_planned_home_is_no_home_yet() -> None:
    """A destination with a date to come says nothing of today."""
    row = {"still_admitted": "", "destination": "HOME", "discharge_dt": "2026-11-20"}
    assert facts(event_of("neonatal", neonatal(row))) == set()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ERROR", service_pb.WITHDRAW_REASON_SENT_IN_ERROR),
        ("WRONG-PERSON", service_pb.WITHDRAW_REASON_WRONG_PERSON),
        ("DECLINED", service_pb.WITHDRAW_REASON_FAMILY_DECLINED),
        ("NOT-NEEDED", service_pb.WITHDRAW_REASON_NO_LONGER_NEEDED),
    ],
)
def test_withdrawal(code: str, reason: int) -> None:
    """A withdrawn row names the referral and why."""
    (item,) = read("neonatal", neonatal({"status": "WITHDRAWN", "withdrawn_reason": code}))
    assert isinstance(item, Withdrawn)
    assert (item.withdrawal.source_reference, item.withdrawal.reason) == ("NN0007", reason)


@pytest.mark.parametrize("need", ["DA", "NEW-CODE-OF-UNKNOWN-WEIGHT;SUICIDE"])
def test_withdrawal_with_danger_sends_the_event_first(need: str) -> None:
    """A withdrawal has no place for a danger, so the event goes before it."""
    row = {"status": "WITHDRAWN", "withdrawn_reason": "DECLINED", "parent_support_need": need}
    assert shape(read("neonatal", neonatal(row))) == ["Mapped", "Withdrawn"]


def test_nobody_is_born_after_the_extract() -> None:
    """A birth after the as-at date is impossible."""
    assert quarantined("neonatal", neonatal({"birth_dt": "2026-11-30T10:00"})) == [
        ("CSV_BAD_DATE", "line 3, column birth_dt")
    ]


def test_unknown_code_does_not_hide_a_stated_fact() -> None:
    """A diagnosis without a meaning leaves another fact open when complex needs are stated."""
    event = event_of("neonatal", neonatal({"complex_needs": "Y", "diagnoses": "Q99.9", "still_admitted": ""}))
    assert facts(event) == {("complex_needs", "infant", True), ("developmental_concern", "infant", None)}
