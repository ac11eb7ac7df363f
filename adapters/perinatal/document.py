"""Reads a FHIR document: JSON, its conformance to R4, and its resources by reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from adapters.faults import MappingFault, Reason
from adapters.perinatal.models import Coded

_KNOWN_NAME = re.compile(r"[a-z][A-Za-z]{0,40}|[A-Z][A-Za-z]{0,40}")
_ALWAYS = frozenset({"resourceType", "id", "meta", "text", "language"})
READ: dict[str, frozenset[str]] = {
    "MessageHeader": frozenset(
        {"eventCoding", "source", "sender", "focus", "destination", "author", "enterer", "responsible", "response"}
        | {"definition"}
    ),
    "ServiceRequest": frozenset(
        {"identifier", "status", "intent", "priority", "code", "subject", "authoredOn", "requester", "performerType"}
        | {"reasonCode", "note", "category", "doNotPerform"}
    ),
    "Patient": frozenset(
        {"identifier", "name", "telecom", "gender", "birthDate", "deceasedBoolean", "deceasedDateTime", "address"}
        | {"communication", "multipleBirthInteger", "multipleBirthBoolean", "extension", "active"}
        | {"generalPractitioner", "managingOrganization"}
    ),
    "RelatedPerson": frozenset(
        {"patient", "relationship", "identifier", "name", "telecom", "gender", "birthDate", "active"}
    ),
    "Observation": frozenset(
        {"status", "category", "code", "subject", "effectiveDateTime", "performer", "valueBoolean", "valueInteger"}
        | {"valueQuantity", "valueCodeableConcept", "valueString", "valueDateTime", "component", "note", "focus"}
        | {"dataAbsentReason", "identifier", "issued"}
    ),
    "Condition": frozenset(
        {"clinicalStatus", "verificationStatus", "severity", "code", "subject", "recordedDate", "note", "category"}
        | {"identifier"}
    ),
    "MedicationStatement": frozenset({"status", "medicationCodeableConcept", "subject", "note", "identifier"}),
    "CareTeam": frozenset({"status", "category", "subject", "name", "managingOrganization", "identifier"}),
    "Consent": frozenset(
        {"status", "scope", "category", "patient", "policyRule", "dateTime", "identifier", "performer"}
    ),
}
"""The elements that are read of each type. Others are carried by name, so that the reader knows of them."""


class Document:
    """One message's resources, each checked against FHIR R4 and found by its reference."""

    def __init__(self, document: dict[str, Any], bundle: Bundle) -> None:
        entries = list(zip(document["entry"], bundle.entry or [], strict=True))
        self._resources: list[tuple[int, str, Any]] = []
        self._by_reference: dict[str, tuple[int, Any]] = {}
        self.carried: list[Coded] = []
        for index, (plain, entry) in enumerate(entries):
            resource: Any = entry.resource
            kind = str(plain["resource"]["resourceType"])
            self._resources.append((index, kind, resource))
            for reference in (entry.fullUrl, f"{kind}/{resource.id}" if resource.id else None):
                if reference:
                    self._by_reference[str(reference)] = (index, resource)
            self._check(index, kind, plain["resource"])

    def of(self, kind: str) -> Iterator[tuple[int, Any]]:
        """Yield the resources of one type with their places in the bundle."""
        return ((index, resource) for index, found, resource in self._resources if found == kind)

    def find(self, reference: Any) -> tuple[int, Any] | None:
        """Return the resource that a Reference names; None when it is not in the message."""
        if reference is None or not reference.reference:
            return None
        return self._by_reference.get(str(reference.reference))

    def _check(self, index: int, kind: str, plain: dict[str, Any]) -> None:
        if "implicitRules" in plain or "modifierExtension" in plain:
            raise MappingFault(
                Reason.FHIR_UNKNOWN_MODIFIER, f"entry[{index}]", "this adapter knows no modifiers and no implicit rules"
            )
        read = READ.get(kind)
        if read is None:
            self.carried.append(Coded(system="fhir-resource", code=kind, display="resource not read by this adapter"))
            return
        for name in sorted(set(plain) - read - _ALWAYS):
            self.carried.append(
                Coded(system="fhir-element", code=f"{kind}.{name}", display="element not read by this adapter")
            )


def parse(raw: bytes) -> Document:
    """Return one message's resources, or raise a fault that names the first element at fault."""
    document = _json(raw)
    if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
        raise MappingFault(Reason.FHIR_NOT_A_MESSAGE, "document", "expected a Bundle")
    if document.get("type") != "message" or not isinstance(document.get("entry"), list) or not document["entry"]:
        raise MappingFault(Reason.FHIR_NOT_A_MESSAGE, "Bundle.type", "expected a Bundle of type message with entries")
    for index, entry in enumerate(document["entry"]):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise MappingFault(Reason.FHIR_INVALID, f"entry[{index}]", "the entry holds no resource")
    if document["entry"][0]["resource"]["resourceType"] != "MessageHeader":
        raise MappingFault(Reason.FHIR_NOT_A_MESSAGE, "entry[0]", "a message begins with a MessageHeader")
    try:
        bundle = Bundle.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise _fault(first["loc"], str(first["type"])) from None
    except (KeyError, LookupError, AttributeError, TypeError, ValueError, ArithmeticError):
        # The library looks a resource type up by name and lets the failed look-up through.
        raise MappingFault(Reason.FHIR_INVALID, "Bundle.entry", "a resource's type or shape is not known") from None
    return Document(document, bundle)


def _fault(where: tuple[int | str, ...], kind: str) -> MappingFault:
    # An element that FHIR does not know may be a family's data put in the wrong place, so it is not named.
    if kind == "extra_forbidden":
        where = where[:-1]
    path = ""
    for part in where:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _KNOWN_NAME.fullmatch(part):
            path += f".{part}" if path else part
    if "date" in kind or (path and path.rsplit(".", 1)[-1].lower().endswith(("date", "datetime"))):
        return MappingFault(Reason.FHIR_BAD_DATE, path or "Bundle", "expected a possible date, as FHIR R4 writes it")
    return MappingFault(Reason.FHIR_INVALID, path or "Bundle", "the element does not conform to FHIR R4")


def _json(raw: bytes) -> Any:
    try:
        orjson.loads(raw)  # strict where the standard library is not: bytes that are not UTF-8, half surrogates
        return json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MappingFault(
            Reason.FHIR_NOT_JSON, "document", "the text is not JSON in UTF-8, or repeats a key"
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: the second would silently take the place of the first."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> None:
    raise ValueError


def codings(concept: Any) -> list[Coded]:
    """Return a CodeableConcept's codings; its text alone counts as a code without a system."""
    if concept is None:
        return []
    found = [
        Coded(system=str(one.system or ""), code=str(one.code or ""), display=str(one.display or concept.text or ""))
        for one in concept.coding or []
        if one.code
    ]
    if not found and concept.text:
        return [Coded(code=str(concept.text), display=str(concept.text))]
    return found
