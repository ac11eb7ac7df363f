"""The substance-use extract: every column is mapped or visibly carried."""

from __future__ import annotations

import pytest

from adapters.extract import columns_of
from adapters.outcome import Withdrawn
from adapters.read import read
from adapters.substance.models import SubstanceRow
from router.v1 import referral_pb2 as pb
from tests.unit.adapters.native import event_of, fact_names, facts, quarantined, shape, substance

CHANGED = {
    "reference": "DA-OTHER",
    "version": "4",
    "client_id": "C1",
    "name": "OTHERBURN, Ailsa",
    "previous_surname": "Beforeson",
    "relation_to_child": "C",
    "sex": "M",
    "dob": "08/03/1994",
    "phone": "07700 900199",
    "email": "other@example.org",
    "address": "1 Other Close",
    "postcode": "KY1 9ZZ",
    "chi": "0703945525",
    "referral_source": "GP",
    "referral_dt": "27/10/2026",
    "assessed_dt": "26/10/2026",
    "in_treatment": "Y",
    "co_occurring_health": "MH-MOD",
    "substances": "HEROIN|DAILY|SMOKED",
    "alcohol_past_month": "Y",
    "dependent": "Y",
    "injecting": "Y",
    "prescribed_ost": "Y",
    "wants_treatment": "Y",
    "accommodation": "HOSTEL",
    "legal_status": "CP-REGISTER",
    "dependent_children": "2|KINSHIP",
    "child_at_risk": "Y",
    "youngest_child_name": "OTHERBURN, Angus",
    "youngest_child_dob": "02/06/2026",
    "concerns": "OVERDOSE",
    "pregnant": "Y",
    "edd": "01/02/2027",
    "discharge_reason": "MOVED",
    "onward_dest": "CPMHT",
    "language": "pl",
    "interpreter": "Y",
    "urgency": "U",
    "consent": "N",
    "do_not_write": "Y",
    "do_not_phone": "Y",
    "contact_instructions": "Only at the clinic.",
    "view_of_parent": "I want help.",
    "referrer_role": "doctor",
    "reply_to": "other@example.org",
    "free_text": "Seen today.",
}
OF_WITHDRAWALS = {"status", "withdrawn_reason"}


def test_every_column_has_a_case() -> None:
    """The list of changed values covers the whole extract."""
    assert set(CHANGED) | OF_WITHDRAWALS == set(columns_of(SubstanceRow))


@pytest.mark.parametrize("column", sorted(CHANGED))
def test_every_column_reaches_the_event(column: str) -> None:
    """A column that changes changes the event: nothing that the service says is dropped."""
    assert event_of("substance", substance({})) != event_of("substance", substance({column: CHANGED[column]}))


def test_client_without_chi() -> None:
    """A missing CHI is no identifier; the service's own number names its system."""
    mother = event_of("substance", substance({"chi": ""})).people[0]
    assert [(one.system, one.assigner) for one in mother.identifiers] == [(pb.IDENTIFIER_SYSTEM_LOCAL, "daisy-fife")]


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("TESTBURN, Ailsa Jean", "Ailsa Jean", "TESTBURN"),
        ("Ailsa Testburn", "", "Ailsa Testburn"),  # which word is the surname is not said
        ("TESTBURN", "", "TESTBURN"),
    ],
)
def test_name(name: str, given: str, family: str) -> None:
    """One name column is divided at its comma and nowhere else."""
    (stated,) = event_of("substance", substance({"name": name})).people[0].names
    assert (stated.given, stated.family) == (given, family)


def test_former_surname() -> None:
    """A surname of before stands behind the current one, marked."""
    names = event_of("substance", substance({"previous_surname": "Beforeson"})).people[0].names
    assert [(one.family, one.former) for one in names] == [("TESTBURN", False), ("Beforeson", True)]


@pytest.mark.parametrize(
    ("row", "grade"),
    [
        ({"dependent": "Y"}, "dependent"),
        ({"prescribed_ost": "Y"}, "dependent"),
        ({"substances": "HEROIN|WEEKLY|SMOKED"}, "current"),
        ({"alcohol_past_month": "Y"}, "current"),
        ({"substances": "HEROIN|PAST|SMOKED", "alcohol_past_month": "N"}, "past"),
        ({"substances": "HEROIN|NONE|", "alcohol_past_month": "N"}, "none"),
        ({"substances": "HEROIN|PAST|SMOKED"}, None),  # alcohol might be a use of today
        ({"substances": "HEROIN|9|SMOKED", "alcohol_past_month": "N"}, None),
        ({"alcohol_past_month": "N"}, None),
        ({"alcohol_past_month": "N", "dependent": "N"}, None),
    ],
)
def test_grade_of_use(row: dict[str, str], grade: str | None) -> None:
    """The columns together state a grade, or leave it open where one of them is silent."""
    event = event_of("substance", substance(row))
    assert {value for fact, _, value in facts(event) if fact == "substance_use"} == ({grade} if grade else set())


def test_pregnancy() -> None:
    """A pregnant client has an unborn child, with its date where that is known; one that is born is a sibling."""
    event = event_of("substance", substance({"pregnant": "Y", "edd": ""}))
    assert [person.ref for person in event.people] == ["mother", "unborn-1", "sibling-1"]
    assert event.people[1].expected_date == ""
    event = event_of("substance", substance({"pregnant": "9", "edd": "01/02/2027"}))
    assert event.people[1].expected_date == "2027-02-01"
    event = event_of("substance", substance({"pregnant": "N", "edd": "01/02/2027"}))
    assert [person.ref for person in event.people] == ["mother", "infant-1"]


def test_involvement_is_only_what_is_stated() -> None:
    """A client in treatment has an involvement, one who left has had it, and silence is neither."""
    assert not event_of("substance", substance({})).involvements
    (now,) = event_of("substance", substance({"in_treatment": "Y"})).involvements
    assert (now.service, now.current, now.board_code) == ("substance-misuse", True, "S08000029")
    (past,) = event_of("substance", substance({"discharge_reason": "MOVED"})).involvements
    assert not past.current


def test_partner_as_client() -> None:
    """A partner's illness and use are never the mother's."""
    row = {"relation_to_child": "P", "co_occurring_health": "MH-SEV", "dependent": "Y", "concerns": "SUICIDE"}
    event = event_of("substance", substance(row))
    assert facts(event) == {
        ("partner_illness_severity", "partner", "severe"),
        ("partner_substance_use", "partner", True),
        ("partner_acute_mental_illness", "partner", True),
    }


@pytest.mark.parametrize("code", ["Y", "PERHAPS"])
def test_safe_contact_is_safe_in_doubt(code: str) -> None:
    """A wish that is not understood must not lead to a letter."""
    assert event_of("substance", substance({"do_not_write": code})).safe_contact.do_not_write


def test_observed_when_assessed() -> None:
    """Findings are of the day of assessment, which may be long before the referral."""
    event = event_of("substance", substance({"injecting": "N", "assessed_dt": "01/09/2026"}))
    assert event.observations[0].observed_at.ToJsonString() == "2026-08-31T23:00:00Z"
    assert event.observations[0].observed_by == "substance-misuse"


def test_withdrawals() -> None:
    """A withdrawal is one; with danger the event goes first; an unknown reason goes to a person."""
    row = {"status": "WITHDRAWN", "withdrawn_reason": "DECLINED"}
    (item,) = read("substance", substance(row))
    assert isinstance(item, Withdrawn)
    assert shape(read("substance", substance(row | {"concerns": "DA"}))) == ["Mapped", "Withdrawn"]
    assert quarantined("substance", substance(row | {"withdrawn_reason": "BORED"})) == [
        ("CSV_BAD_VALUE", "line 3, column withdrawn_reason")
    ]


def test_unknown_code_does_not_hide_a_stated_history() -> None:
    """Beside a stated history an unknown health code leaves another fact open."""
    event = event_of("substance", substance({"co_occurring_health": "BP-PP-HX;XYZ"}))
    assert ("history_bipolar_or_psychosis", "mother", True) in facts(event)
    assert fact_names(event) == {"history_bipolar_or_psychosis", "family_history_bipolar_or_psychosis"}
