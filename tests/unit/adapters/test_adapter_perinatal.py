"""The perinatal message: every field is mapped or visibly carried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.outcome import Withdrawn
from adapters.perinatal.family import EXTENSIONS
from adapters.perinatal.models import SYSTEMS
from adapters.population.bundles import (
    bundle,
    care_team,
    concept,
    condition,
    epds,
    medication,
    observation,
    red_flag,
    written,
)
from adapters.read import read
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb
from tests.unit.adapters.native import BABY, DAY, FAMILY, event_of, facts, perinatal, quarantined, shape

ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
BASE = event_of("perinatal", perinatal())
EXPECTING = replace(FAMILY, babies=(), due=date(2027, 2, 14))


def _text(code: str, text: str) -> dict[str, Any]:
    resource = observation(code, "", DAY, valueString=text)
    del resource["valueCodeableConcept"]
    return resource


def _related(key: str, relation: str, of: str = "woman", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "id": key,
        "patient": {"reference": f"Patient/{of}"},
        "relationship": [concept(ROLES, relation)],
        "name": [{"family": "Mockhart", "given": ["Stuart"]}],
    } | more


def _woman(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry["resource"] for entry in document["entry"] if entry["resource"].get("id") == "woman"
    )
    return found


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("lmp", observation("lmp", date(2026, 9, 1), DAY)),
        ("edd", observation("edd", date(2027, 6, 8), DAY)),
        ("delivery_dt", observation("delivery-date", date(2026, 6, 1), DAY)),
        ("primary_carer", observation("primary-carer", value=True, day=DAY)),
        ("diagnosis", condition("F32.1", "Depression", DAY)),
        ("severity", condition("F32.1", "Depression", DAY, severity="mild")),
        ("history_bipolar_or_ppp", observation("history-bipolar-or-ppp", value=False, day=DAY)),
        ("family_history", observation("family-history-bipolar-or-ppp", value=True, day=DAY)),
        ("red_flags", red_flag("estrangement", DAY)),
        ("scores", epds(13, 0, DAY)),
        ("medications", medication("0403030", "Sertraline")),
        ("current_team", care_team("CMHT", "S08000032")),
        ("view_of_parent", _text("view-of-parent", "I am tired.")),
        ("partner", _related("partner", "SPS")),
        ("note", observation("primary-carer", value=True, day=DAY, note=[{"text": "Seen at home."}])),
        ("a resource of another kind", {"resourceType": "Flag", "status": "active", "code": {"text": "x"}}
         | {"subject": {"reference": "Patient/woman"}}),
        ("an element that is not read", observation("whooley", value=True, day=DAY, method={"text": "by phone"})),
    ],
)  # fmt: skip
def test_every_field_reaches_the_event(field: str, content: dict[str, Any]) -> None:
    """Whatever a message adds shows in the event."""
    assert event_of("perinatal", perinatal(content)) != BASE, field


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("reference", {"identifier": [{"value": "PM-OTHER"}]}),
        ("version", {"version": 3, "event": "referral-modify"}),
        ("authoredOn", {"authoredOn": "2026-10-01"}),
        ("priority", {"priority": "stat"}),
        ("unknown priority", {"priority": None}),
        ("service", {"service": "IMH"}),
        ("unknown service", {"service": "OSTEO"}),
        ("requester", {"requester": {"display": "midwife", "identifier": {"value": "midwives@example.org"}}}),
        ("reason", {"reasonCode": [concept("urn:reason", "LOW", "Low mood") | {"text": "Low mood"}]}),
        ("note", {"note": [{"text": "Please phone first."}]}),
        ("category", {"category": [concept("urn:category", "MH")]}),
        ("an element that is not read", {"patientInstruction": "Bring a friend."}),
    ],
)
def test_every_part_of_the_request_reaches_the_event(field: str, more: dict[str, Any]) -> None:
    """Whatever the request says shows in the event."""
    assert event_of("perinatal", perinatal(**more)) != BASE, field


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("woman_chi", {"identifier": [{"system": "urn:oid:2.16.840.1.113883.2.1.3.2.4.16.53", "value": "0703940000"}]}),
        ("nhs number", {"identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000000"}]}),
        ("local number", {"identifier": [{"system": "urn:morse", "value": "M1"}]}),
        ("former name", {"name": [{"family": "Testburn", "given": ["Ailsa"]}, {"use": "maiden", "family": "Before"}]}),
        ("telecom", {"telecom": [{"system": "phone", "value": "07700 900199"}]}),
        ("birth date", {"birthDate": "1994-03-08"}),
        ("birth date known in part", {"birthDate": "1994"}),
        ("death", {"deceasedDateTime": "2026-10-20"}),
        ("address", {"address": [{"line": ["1 Other Close"], "postalCode": "KY1 9ZZ"}]}),
        ("language", {"communication": [{"language": concept("urn:ietf:bcp:47", "pl"), "preferred": True}]}),
        ("format", {"extension": [{"url": EXTENSIONS + "accessible-format", "valueString": "easy-read"}]}),
        ("no letters", {"extension": [{"url": EXTENSIONS + "do-not-write", "valueBoolean": True}]}),
        ("an unknown extension", {"extension": [{"url": "urn:x", "valueBoolean": True}]}),
        ("practice", {"generalPractitioner": [{"display": "Other Practice"}]}),
        ("board", {"managingOrganization": {"identifier": {"value": "S08000024"}}}),
        ("an element that is not read", {"maritalStatus": {"text": "married"}}),
    ],
)
def test_every_part_of_the_woman_reaches_the_event(field: str, change: dict[str, Any]) -> None:
    """Whatever the message says of the woman shows in the event."""
    document = bundle(FAMILY, DAY, [])
    _woman(document).update(change)
    assert event_of("perinatal", written(document)) != BASE, field


def test_infants_are_linked_and_ordered() -> None:
    """Twins are two infants with their order, linked to their mother by RelatedPerson."""
    twins = tuple(replace(BABY, given=name, chi="", order=order, births=2) for order, name in ((1, "Ava"), (2, "Rory")))
    event = event_of("perinatal", written(bundle(replace(FAMILY, babies=twins), DAY, [])))
    assert [(one.ref, one.birth_order, one.multiplicity) for one in event.people[1:]] == [
        ("infant-1", 1, 2),
        ("infant-2", 2, 2),
    ]


def test_what_is_said_of_the_baby_is_said_of_both_twins() -> None:
    """A danger to "the baby" must not miss one of two."""
    twins = tuple(replace(BABY, given=name, chi="", order=order, births=2) for order, name in ((1, "Ava"), (2, "Rory")))
    document = bundle(replace(FAMILY, babies=twins), DAY, [red_flag("bruising-not-mobile", DAY)])
    seen = event_of("perinatal", written(document)).observations
    assert [one.subject_ref for one in seen if one.fact == "bruising_not_mobile"] == ["infant-1", "infant-2"]


def test_expected_baby() -> None:
    """A woman who expects has an unborn child, with the stated date or one worked out from the last period."""
    stated = event_of("perinatal", written(bundle(EXPECTING, DAY, [])))
    assert [(one.ref, one.expected_date) for one in stated.people] == [("mother", ""), ("unborn-1", "2027-02-14")]
    without = replace(EXPECTING, due=None)
    derived = event_of("perinatal", written(bundle(without, DAY, [observation("lmp", date(2026, 5, 10), DAY)])))
    assert derived.people[1].expected_date == "2027-02-14"
    assert "worked out from the last period" in derived.free_text


def test_expected_date_of_a_baby_already_born() -> None:
    """The date that a born baby was expected is no second pregnancy; a later one is."""
    born = event_of("perinatal", perinatal(observation("edd", date(2026, 6, 10), DAY)))
    assert [one.ref for one in born.people] == ["mother", "infant-1"]
    again = event_of("perinatal", perinatal(observation("edd", date(2027, 6, 10), DAY)))
    assert [one.ref for one in again.people] == ["mother", "infant-1", "unborn-1"]


def test_delivery_without_a_baby_record() -> None:
    """A delivery is a baby, even before the baby has a record."""
    document = bundle(replace(FAMILY, babies=()), DAY, [observation("delivery-date", date(2026, 10, 20), DAY)])
    event = event_of("perinatal", written(document))
    assert [(one.ref, one.birth_date) for one in event.people[1:]] == [("infant-1", "2026-10-20")]


def test_worst_severity_counts() -> None:
    """Of several conditions the worse grade is the woman's; one that is over or refuted has none."""
    content = [
        condition("F41.1", "Anxiety", DAY, severity="mild"),
        condition("F32.2", "Depression", DAY, severity="severe"),
        condition("F43.1", "Stress", DAY, severity="moderate"),
    ]
    assert ("parent_illness_severity", "mother", "severe") in facts(event_of("perinatal", perinatal(*content)))
    over = condition("F32.2", "Depression", DAY, severity="severe", status="resolved")
    refuted = condition("F32.2", "Depression", DAY, severity="severe") | {
        "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")
    }
    event = event_of("perinatal", perinatal(over, refuted))
    assert "parent_illness_severity" not in {one.fact for one in event.observations}
    assert [one.display for one in event.concerns] == ["Depression - not active", "Depression - refuted"]


def test_bipolar_in_remission_is_a_history() -> None:
    """A condition that is over still states the history, and no danger of today."""
    content = [
        condition("F31.7", "Bipolar disorder", DAY, status="remission"),
        condition("F53.1", "Puerperal psychosis", DAY, status="resolved"),
    ]
    stated = facts(event_of("perinatal", perinatal(*content)))
    assert ("history_bipolar_or_psychosis", "mother", True) in stated
    assert not {fact for fact, _, _ in stated} & {"psychosis_suspected"}


def test_scores_keep_their_dates() -> None:
    """Two fillings of one scale are two observations with their days."""
    event = event_of("perinatal", perinatal(epds(9, 0, date(2026, 9, 1)), epds(15, 2, DAY)))
    totals = [
        (one.number, one.observed_at.ToJsonString()[:10]) for one in event.observations if one.fact == "epds_total"
    ]
    assert totals == [(9, "2026-08-31"), (15, "2026-10-28")]


@pytest.mark.parametrize(
    ("code", "fact"), [("71354-5", "epds_total"), ("44261-6", "phq9_total"), ("70274-6", "gad7_total")]
)
def test_scores_by_loinc(code: str, fact: str) -> None:
    """A total sent by its LOINC code is the same total."""
    score = observation("x", 11, DAY, category="survey") | {"code": concept("http://loinc.org", code)}
    assert (fact, "mother", 11) in facts(event_of("perinatal", perinatal(score)))


def test_red_flags_yes_no_and_neither() -> None:
    """A flag seen is a yes, one looked for a no, one without an answer visible, one with a reason for it silent."""
    empty = red_flag("overdose", DAY)
    del empty["valueBoolean"]
    silent = red_flag("psychosis", DAY) | {"dataAbsentReason": concept("urn:absent", "asked-declined")}
    del silent["valueBoolean"]
    content = (red_flag("suicidal-intent", DAY), red_flag("violent-self-harm", DAY, present=False), empty, silent)
    stated = facts(event_of("perinatal", perinatal(*content))) - facts(BASE)
    assert stated == {
        ("suicidal_intent", "mother", True),
        ("new_violent_self_harm", "mother", False),
        ("overdose_recent", "mother", None),
    }


def test_taken_back_statement_states_nothing() -> None:
    """An observation entered in error is no yes and no no, and stays visible."""
    event = event_of("perinatal", perinatal(red_flag("suicidal-intent", DAY) | {"status": "entered-in-error"}))
    assert ("suicidal_intent", "mother", None) in facts(event)


def test_partner_by_focus() -> None:
    """What the team observed of the partner is the partner's."""
    content = [
        _related("he", "SPS"),
        observation("illness-severity", "severe", DAY, focus=[{"reference": "RelatedPerson/he"}]),
        observation("illness-severity", "mild", DAY),
    ]
    stated = facts(event_of("perinatal", perinatal(*content)))
    assert ("partner_illness_severity", "partner", "severe") in stated
    assert ("parent_illness_severity", "mother", "mild") in stated


def test_involvements() -> None:
    """Teams that are and were involved are stated as such, with their board."""
    event = event_of("perinatal", perinatal(care_team("CMHT", "S08000024"), care_team("IMH", "nowhere", current=False)))
    assert [(one.service, one.current, one.board_code) for one in event.involvements] == [
        ("cmht", True, "S08000024"),
        ("imh", False, ""),
    ]


@pytest.mark.parametrize(
    ("code", "consent"),
    [
        ("given", pb.CONSENT_GIVEN),
        ("refused", pb.CONSENT_REFUSED),
        ("not-sought", pb.CONSENT_NOT_SOUGHT),
        ("perhaps", pb.CONSENT_UNSPECIFIED),
    ],
)
def test_consent(code: str, consent: int) -> None:
    """Consent is as stated; a code that is not known is not stated, and is carried."""
    data = perinatal().replace(b'"given"\n', f'"{code}"\n'.encode())
    event = event_of("perinatal", data)
    assert event.consent == consent
    assert bool(event.concerns) is (code == "perhaps")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "revoked"}, service_pb.WITHDRAW_REASON_NO_LONGER_NEEDED),
        ({"status": "entered-in-error"}, service_pb.WITHDRAW_REASON_SENT_IN_ERROR),
        ({"reasonCode": [concept(SYSTEMS + "withdrawal", "WRONG-PERSON")]}, service_pb.WITHDRAW_REASON_WRONG_PERSON),
    ],
)
def test_cancellation(more: dict[str, Any], reason: int) -> None:
    """A cancelled referral is a withdrawal, with the reason stated or the one that its status means."""
    (item,) = read("perinatal", perinatal(event="referral-cancel", version=2, **more))
    assert isinstance(item, Withdrawn)
    assert (item.withdrawal.source_reference, item.withdrawal.reason) == ("PM0007", reason)


def test_cancellation_without_a_reason_goes_to_a_person() -> None:
    """Nobody can act on a cancellation that does not say why."""
    assert quarantined("perinatal", perinatal(event="referral-cancel", version=2)) == [
        ("FHIR_MISSING_VALUE", "message 1, ServiceRequest.reasonCode")
    ]


def test_cancellation_with_danger_sends_the_event_first() -> None:
    """A red flag in a cancellation is not lost."""
    data = perinatal(red_flag("overdose", DAY), event="referral-cancel", version=2, status="revoked")
    assert shape(read("perinatal", data)) == ["Mapped", "Withdrawn"]


def test_change_needs_a_version() -> None:
    """A changed referral without its number cannot be put in order."""
    assert quarantined("perinatal", perinatal(event="referral-modify", meta={"tag": []})) == [
        ("FHIR_MISSING_VALUE", "message 1, ServiceRequest.meta.versionId")
    ]
