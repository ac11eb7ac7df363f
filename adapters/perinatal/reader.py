"""Takes what one perinatal message says out of its resources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from adapters.codes import load_codes
from adapters.dates import start_of_day
from adapters.extract import SYSTEM
from adapters.faults import MappingFault, Reason
from adapters.perinatal.document import Document, codings, parse
from adapters.perinatal.family import board_of, contact_of, day_of, key_of, people_of
from adapters.perinatal.models import (
    SYSTEMS,
    Coded,
    Diagnosis,
    Finding,
    Medication,
    PerinatalReferral,
    Score,
    Team,
)

EVENTS = ("referral-new", "referral-modify", "referral-cancel")
_VOID_OBSERVATION = frozenset({"entered-in-error", "cancelled", "unknown"})
_VOID_CONDITION = frozenset({"entered-in-error", "refuted"})
_INACTIVE = frozenset({"inactive", "remission", "resolved"})
_LOINC = "http://loinc.org"


def read_message(raw: bytes) -> PerinatalReferral:
    """Return what a message says, or raise a fault that says where it cannot be read."""
    document = parse(raw)
    header = next(document.of("MessageHeader"))[1]
    index, request = _only(document, "ServiceRequest")
    found = document.find(request.subject)
    if found is None or type(found[1]).__name__ != "Patient":
        raise MappingFault(Reason.FHIR_MISSING_RESOURCE, "ServiceRequest.subject", "the patient is not in the message")
    if request.doNotPerform:
        raise MappingFault(Reason.FHIR_BAD_VALUE, "ServiceRequest.doNotPerform", "asks for no referral")
    if request.authoredOn is None or isinstance(request.authoredOn, str):
        raise MappingFault(Reason.FHIR_MISSING_VALUE, "ServiceRequest.authoredOn", "a full date is needed")
    referred = day_of(request.authoredOn, "ServiceRequest.authoredOn") or date.min
    event = _event(header)
    system = _system(header)
    woman = found[1]
    observed = list(_observed(document))
    dates = {code: _latest_day(observed, code) for code in ("lmp", "edd", "delivery-date")}
    try:
        return PerinatalReferral(
            event=event,
            system=system,
            board=board_of(woman.managingOrganization) or board_of(header.sender),
            reference=_reference(request, index),
            version=_version(request, event),
            status=str(request.status or ""),
            authored_on=_moment(request.authoredOn),
            requested_service=_first(request.performerType),
            urgency=str(request.priority or ""),
            consent=_consent(document),
            referrer_role=str(request.requester.display or "") if request.requester else "",
            reply_to=_identifier(request.requester),
            withdrawn_reason=_of_system(request.reasonCode, SYSTEMS + "withdrawal"),
            woman=key_of(document, request.subject),
            people=people_of(document, woman, referred, system),
            contact=contact_of(document, woman),
            lmp=dates["lmp"],
            edd=dates["edd"],
            delivery_dt=dates["delivery-date"],
            number_of_babies=_number(observed, "number-of-babies"),
            diagnosis=tuple(_diagnoses(document)),
            red_flags=tuple(one for one, _ in observed if one.category == "red-flag"),
            scores=tuple(Score(tool=one, items=items) for one, items in observed if one.category == "survey"),
            findings=tuple(one for one, _ in observed if _is_plain(one)),
            medications=tuple(_medications(document)),
            current_team=tuple(_teams(document)),
            view_of_parent="\n".join(one.value for one, _ in observed if one.code.code == "view-of-parent"),
            notes=tuple(_notes(document, request)),
            carried=(*_reasons(request), *document.carried),
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"][:1])
        raise MappingFault(Reason.FHIR_BAD_VALUE, place or "message", "the element cannot hold this") from None


# --- the request ------------------------------------------------------------------------------------------------------


def _only(document: Document, kind: str) -> tuple[int, Any]:
    found = list(document.of(kind))
    if len(found) != 1:
        raise MappingFault(Reason.FHIR_MISSING_RESOURCE, kind, "a message holds exactly one")
    return found[0]


def _event(header: Any) -> Any:
    code = str(header.eventCoding.code or "") if header.eventCoding else ""
    if code not in EVENTS:
        raise MappingFault(
            Reason.FHIR_NOT_A_MESSAGE, "MessageHeader.eventCoding", f"expected one of {', '.join(EVENTS)}"
        )
    return code


def _system(header: Any) -> str:
    name = str(header.source.name or "").strip().lower() if header.source else ""
    if not SYSTEM.fullmatch(name):
        raise MappingFault(
            Reason.FHIR_MISSING_VALUE, "MessageHeader.source.name", "expected a short name, such as morse-fife"
        )
    return name


def _reference(request: Any, index: int) -> str:
    values = [str(one.value) for one in request.identifier or [] if one.value]
    if not values:
        raise MappingFault(Reason.FHIR_MISSING_VALUE, f"entry[{index}].identifier", "a referral needs its reference")
    return values[0]


def _version(request: Any, event: str) -> int:
    stated = str(request.meta.versionId or "") if request.meta else ""
    if not stated and event == "referral-new":
        return 1
    if not (stated.isascii() and stated.isdigit() and len(stated) < 7):  # noqa: PLR2004 - the contract counts to 100,000
        raise MappingFault(
            Reason.FHIR_MISSING_VALUE, "ServiceRequest.meta.versionId", "a changed referral needs its version number"
        )
    return int(stated)


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else start_of_day(value)


def _first(concepts: Any) -> str:
    listed = concepts if isinstance(concepts, list) else [concepts]
    return next((one.code for concept in listed for one in codings(concept)), "")


def _of_system(concepts: Any, system: str) -> str:
    found = (one for concept in concepts or [] for one in codings(concept))
    return next((one.code for one in found if one.system == system), "")


def _identifier(reference: Any) -> str:
    return str(reference.identifier.value or "") if reference is not None and reference.identifier else ""


def _reasons(request: Any) -> Iterator[Coded]:
    for concept in [*(request.reasonCode or []), *(request.category or []), *([request.code] if request.code else [])]:
        yield from (one for one in codings(concept) if one.system and one.system != SYSTEMS + "withdrawal")


def _notes(document: Document, request: Any) -> Iterator[str]:
    yield from (str(note.text) for note in request.note or [])
    texts = (concept.text for concept in request.reasonCode or [] if concept.text)
    yield from (f"Reason: {text}" for text in texts)
    for kind in ("Observation", "Condition", "MedicationStatement"):
        for _, resource in document.of(kind):
            yield from (str(note.text) for note in resource.note or [])


def _consent(document: Document) -> str:
    return next((_first(one.policyRule) for _, one in document.of("Consent") if one.status == "active"), "")


# --- the clinical content ---------------------------------------------------------------------------------------------


def _observed(document: Document) -> Iterator[tuple[Finding, tuple[Finding, ...]]]:
    for index, one in document.of("Observation"):
        at = one.effectiveDateTime
        day_of(at, f"entry[{index}].effectiveDateTime")
        focus = next(iter(one.focus or []), None)
        shared = {
            "at": _moment(at) if at is not None and not isinstance(at, str) else None,
            "subject": key_of(document, focus) or key_of(document, one.subject),
            "category": _first(one.category),
            "absent": one.dataAbsentReason is not None,
            "void": str(one.status) if one.status in _VOID_OBSERVATION else "",
        }
        items = tuple(_finding(part, shared) for part in one.component or [])
        yield _finding(one, shared), items


def _finding(part: Any, shared: dict[str, Any]) -> Finding:
    found = codings(part.code)
    known = load_codes("perinatal")
    loinc = known.tables["loinc"]
    for coded in found:
        entry = loinc.find(coded.code) if coded.system == _LOINC else None
        if entry:
            found = [Coded(system=SYSTEMS + "finding", code=entry.text, display=coded.display or entry.display)]
            break
    code = next((one for one in found if one.code in known.findings), found[0] if found else Coded())
    value, display = _value(part)
    return Finding(code=code, value=value, value_display=display, **shared)


def _value(part: Any) -> tuple[str, str]:
    if part.valueBoolean is not None:
        return ("Y" if part.valueBoolean else "N"), ""
    if part.valueInteger is not None:
        return str(part.valueInteger), ""
    if part.valueQuantity is not None and part.valueQuantity.value is not None:
        return f"{part.valueQuantity.value.normalize():f}", str(part.valueQuantity.unit or "")
    if part.valueCodeableConcept is not None:
        coded = next(iter(codings(part.valueCodeableConcept)), Coded())
        return coded.code, coded.display
    if part.valueDateTime is not None:
        return str(part.valueDateTime)[:10], ""
    return str(part.valueString or ""), ""


_OWN_FIELD = frozenset({"lmp", "edd", "delivery-date", "number-of-babies", "view-of-parent"})


def _is_plain(finding: Finding) -> bool:
    return finding.category not in {"red-flag", "survey"} and finding.code.code not in _OWN_FIELD


def _latest_day(observed: list[tuple[Finding, tuple[Finding, ...]]], code: str) -> date | None:
    days = sorted(one.value for one, _ in observed if one.code.code == code and one.value and not one.void)
    try:
        day = date.fromisoformat(days[-1]) if days else None
    except ValueError:
        raise MappingFault(Reason.FHIR_BAD_DATE, f"Observation {code}", "expected a full, possible date") from None
    return day_of(day, f"Observation {code}")


def _number(observed: list[tuple[Finding, tuple[Finding, ...]]], code: str) -> int:
    values = [one.value for one, _ in observed if one.code.code == code and not one.void]
    return int(values[-1]) if values and values[-1].isascii() and values[-1].isdigit() and len(values[-1]) == 1 else 0


def _diagnoses(document: Document) -> Iterator[Diagnosis]:
    for _, one in document.of("Condition"):
        certainty = _first(one.verificationStatus)
        yield Diagnosis(
            code=next(iter(codings(one.code)), Coded()),
            severity=_first(one.severity),
            active=_first(one.clinicalStatus) not in _INACTIVE,
            subject=key_of(document, one.subject),
            void=certainty if certainty in _VOID_CONDITION else "",
        )


def _medications(document: Document) -> Iterator[Medication]:
    for _, one in document.of("MedicationStatement"):
        coded = next(iter(codings(one.medicationCodeableConcept)), Coded())
        yield Medication(code=coded, taken=one.status == "active", status=str(one.status))


def _teams(document: Document) -> Iterator[Team]:
    for _, one in document.of("CareTeam"):
        boards = [board_of(reference) for reference in one.managingOrganization or []]
        yield Team(service=_first(one.category), current=one.status == "active", board=next(filter(None, boards), ""))
