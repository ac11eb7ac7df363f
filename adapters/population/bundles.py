"""Writes perinatal teams' FHIR messages."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from adapters.perinatal.family import CHI_SYSTEM, EXTENSIONS
from adapters.perinatal.models import SYSTEMS
from adapters.population.people import Family, Someone

Json = dict[str, Any]
ICD10 = "http://hl7.org/fhir/sid/icd-10"
BNF = SYSTEMS + "bnf-section"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def concept(system: str, code: str, display: str = "") -> Json:
    """Return a CodeableConcept of one coding."""
    coding = {"system": system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def observation(
    code: str,
    value: bool | int | str | date,  # noqa: FBT001 - the value stated, not a switch
    day: date,
    *,
    category: str = "",
    **more: Any,
) -> Json:
    """Return an Observation of the woman by the team's own code. A text is a code; wrap prose with ``prose``."""
    resource: Json = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(SYSTEMS + "finding", code),
        "subject": {"reference": "Patient/woman"},
        "effectiveDateTime": day.isoformat(),
    }
    if category:
        resource["category"] = [concept(_CATEGORIES if category == "survey" else SYSTEMS + "category", category)]
    match value:
        case bool():
            resource["valueBoolean"] = value
        case int():
            resource["valueInteger"] = value
        case date():
            resource["valueDateTime"] = value.isoformat()
        case _:
            resource["valueCodeableConcept"] = concept(SYSTEMS + "answer", value)
    return resource | more


def red_flag(code: str, day: date, *, present: bool = True) -> Json:
    """Return a red flag that was seen, or looked for and not found."""
    return observation(code, present, day, category="red-flag")


def epds(total: int, item_10: int, day: date) -> Json:
    """Return a filled-in Edinburgh scale."""
    item = {"code": concept(SYSTEMS + "finding", "epds-item-10"), "valueInteger": item_10}
    return observation("epds-total", total, day, category="survey", component=[item])


def condition(code: str, display: str, day: date, *, severity: str = "", status: str = "active") -> Json:
    """Return a diagnosis by its ICD-10 code."""
    resource: Json = {
        "resourceType": "Condition",
        "clinicalStatus": concept(_CLINICAL, status),
        "code": concept(ICD10, code, display),
        "subject": {"reference": "Patient/woman"},
        "recordedDate": day.isoformat(),
    }
    if severity:
        resource["severity"] = concept(SYSTEMS + "severity", severity)
    return resource


def medication(section: str, display: str, *, status: str = "active") -> Json:
    """Return a medicine by the section of the national formulary."""
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": concept(BNF, section, display),
        "subject": {"reference": "Patient/woman"},
    }


def care_team(service: str, board: str, *, current: bool = True) -> Json:
    """Return a team that is or was involved."""
    return {
        "resourceType": "CareTeam",
        "status": "active" if current else "inactive",
        "category": [concept(SYSTEMS + "service", service)],
        "managingOrganization": [{"identifier": {"value": board}}],
    }


def _names(someone: Someone) -> list[Json]:
    names: list[Json] = [{"use": "official", "family": someone.family, "given": [someone.given]}]
    return names + ([{"use": "maiden", "family": someone.former}] if someone.former else [])


def _woman(family: Family) -> Json:
    mother = family.mother
    telecom = [
        {"system": system, "value": value}
        for system, value in (("phone", mother.phone), ("email", mother.email))
        if value
    ]
    resource: Json = {
        "resourceType": "Patient",
        "id": "woman",
        "identifier": [{"system": CHI_SYSTEM, "value": mother.chi}] if mother.chi else [],
        "name": _names(mother),
        "telecom": telecom,
        "gender": "female",
        "birthDate": mother.born.isoformat() if mother.born else None,
        "address": [{"line": [family.address], "city": family.board.town, "postalCode": family.postcode}],
        "generalPractitioner": [{"display": f"{family.board.town} Example Practice"}],
    }
    if family.language:
        resource["communication"] = [{"language": concept("urn:ietf:bcp:47", family.language), "preferred": True}]
    return {key: value for key, value in resource.items() if value}


def _baby(baby: Someone, place: int) -> list[Json]:
    patient: Json = {
        "resourceType": "Patient",
        "id": f"infant-{place}",
        "identifier": [{"system": CHI_SYSTEM, "value": baby.chi}] if baby.chi else [],
        "name": [{"family": baby.family, "given": [baby.given]}],
        "gender": "female" if baby.female else "male",
        "birthDate": baby.born.isoformat() if baby.born else None,
        "multipleBirthInteger": baby.order,
        "extension": [{"url": EXTENSIONS + "birth-multiplicity", "valueInteger": baby.births}] if baby.births else [],
    }
    link = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": f"Patient/infant-{place}"},
        "relationship": [concept(_ROLE_CODE, "MTH")],
    }
    return [{key: value for key, value in patient.items() if value}, link]


def bundle(
    family: Family,
    day: date,
    content: list[Json],
    *,
    event: str = "referral-new",
    version: int = 1,
    priority: str | None = "routine",
    service: str = "",
    **request: Any,
) -> Json:
    """Return a whole message about a family; ``request`` sets or overrides elements of the ServiceRequest."""
    board = family.board
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": SYSTEMS + "event", "code": event},
        "source": {"name": f"morse-{board.name}", "endpoint": f"urn:morse:{board.name}"},
        "sender": {"identifier": {"system": SYSTEMS + "board", "value": board.code}},
        "focus": [{"reference": "ServiceRequest/request"}],
    }
    asked: Json = {
        "resourceType": "ServiceRequest",
        "id": "request",
        "meta": {"versionId": str(version)},
        "identifier": [{"system": f"urn:morse:{board.name}", "value": f"PM{family.number:04d}"}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/woman"},
        "authoredOn": f"{day.isoformat()}T10:15:00+00:00",
        "requester": {
            "display": "perinatal mental health nurse",
            "identifier": {"value": f"perinatal.{board.name}@example.org"},
        },
    }
    if priority:
        asked["priority"] = priority
    if service:
        asked["performerType"] = concept(SYSTEMS + "service", service)
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
        "category": [concept(SYSTEMS + "consent-category", "referral")],
        "policyRule": concept(SYSTEMS + "consent", "given"),
    }
    babies = [part for place, baby in enumerate(family.babies, start=1) for part in _baby(baby, place)]
    expected = [observation("edd", family.due, day)] if family.due else []
    resources = [header, asked | request, _woman(family), *babies, consent, *expected, *content]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": f"{day.isoformat()}T10:15:00+00:00",
        "entry": [{"resource": resource} for resource in resources],
    }


def written(document: Json) -> bytes:
    """Return a bundle as a file."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
