"""Who is who in a perinatal message: the woman or main carer, her babies, her partner."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Literal

from adapters.dates import EARLIEST, LATEST
from adapters.faults import MappingFault, Reason
from adapters.people import Life, NativePerson, Role
from adapters.perinatal.document import Document, codings
from adapters.perinatal.models import Coded, Contact

CHI_SYSTEM = "urn:oid:2.16.840.1.113883.2.1.3.2.4.16.53"
NHS_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
EXTENSIONS = "https://perinatal.example/fhir/StructureDefinition/"
_BOARD = re.compile(r"S08[0-9]{6}")
_SEXES: dict[str, Literal["F", "M", "I", ""]] = {"female": "F", "male": "M", "other": "I"}
_MOTHER = frozenset({"MTH", "NMTH", "GESTM"})
_PARTNER = frozenset({"SPS", "HUSB", "WIFE", "DOMPART", "SIGOTHR", "FTH", "NFTH", "PRN"})
_SIBLING = frozenset({"SIB", "NSIB", "HSIB", "BRO", "SIS"})
"""Codes of HL7's v3-RoleCode."""


def day_of(value: Any, location: str, *, latest: date = LATEST) -> date | None:
    """Return a full date; None for one known only in part. One that is impossible is a fault."""
    if value is None or isinstance(value, str):
        return None
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= day <= latest:
        raise MappingFault(Reason.FHIR_BAD_DATE, location, "the date is a placeholder, or after the referral")
    return day if isinstance(day, date) else None


def board_of(reference: Any) -> str:
    """Return the S08 code by which a reference names a board; blank when it does not."""
    code = str(reference.identifier.value or "") if reference is not None and reference.identifier else ""
    return code if _BOARD.fullmatch(code) else ""


def _relation(person: Any) -> str:
    return next((one.code for concept in person.relationship or [] for one in codings(concept)), "")


def _person(resource: Any, role: Role, location: str, referred: date, system: str) -> NativePerson:
    names = [name for name in resource.name or [] if name.family or name.given or name.text]
    current = next((name for name in names if name.use not in {"maiden", "old"}), None)
    former = tuple(str(name.family) for name in names if name.use in {"maiden", "old"} and name.family)
    identifiers = {str(one.system or ""): str(one.value or "") for one in reversed(resource.identifier or [])}
    others = [(key, value) for key, value in identifiers.items() if key not in {CHI_SYSTEM, NHS_SYSTEM}]
    death = getattr(resource, "deceasedDateTime", None)
    telecom = resource.telecom or []
    return NativePerson(
        role=role,
        chi=identifiers.get(CHI_SYSTEM, ""),
        nhs_number=identifiers.get(NHS_SYSTEM, ""),
        local_id=others[0][1] if others else "",
        local_assigner=system if others else "",
        given=" ".join(map(str, current.given or [])) if current else "",
        family=str(current.family or current.text or "") if current else "",
        former_families=former,
        birth_date=day_of(resource.birthDate, f"{location}.birthDate", latest=referred),
        death_date=day_of(death, f"{location}.deceasedDateTime"),
        life=_life(resource),
        sex=_SEXES.get(str(resource.gender or ""), ""),
        birth_order=int(getattr(resource, "multipleBirthInteger", None) or 0),
        multiplicity=_extension(resource, "birth-multiplicity", "valueInteger") or 0,
        phones=tuple(str(one.value) for one in telecom if one.system in {"phone", "sms"} and one.value),
        emails=tuple(str(one.value) for one in telecom if one.system == "email" and one.value),
    )


def _life(resource: Any) -> Life:
    """Return what a Patient's ``deceased[x]`` states; a date of death of which only the year is known states it too."""
    if getattr(resource, "deceasedDateTime", None) is not None:
        return "died"
    stated = getattr(resource, "deceasedBoolean", None)
    return "" if stated is None else "died" if stated else "alive"


def _extension(resource: Any, name: str, value: str) -> Any:
    for one in getattr(resource, "extension", None) or []:
        if one.url == EXTENSIONS + name:
            return getattr(one, value)
    return None


def people_of(document: Document, woman: Any, referred: date, system: str) -> dict[str, NativePerson]:
    """Return everybody by reference, the woman first. A patient who is nobody's relation is a fault, not a guess."""
    related = list(document.of("RelatedPerson"))
    role = _role_of(woman, related, document)
    index = next(i for i, resource in document.of("Patient") if resource is woman)
    people = {_key(woman, index): _person(woman, role, f"entry[{index}]", referred, system)}
    for place, patient in document.of("Patient"):
        if patient is woman:
            continue
        if not any((found := document.find(one.patient)) and found[1] is patient for _, one in related):
            raise MappingFault(
                Reason.FHIR_MISSING_RESOURCE, f"entry[{place}]", "no RelatedPerson says whose baby this patient is"
            )
        people[_key(patient, place)] = _person(patient, "infant", f"entry[{place}]", referred, system)
    for place, person in related:
        if not _is_woman(person, woman):
            other = _other_role(_relation(person), role)
            if other is None:
                document.carried.append(
                    Coded(system="relationship", code=_relation(person), display="relative not read: relation")
                )
            else:
                people[_key(person, place)] = _person(person, other, f"entry[{place}]", referred, system)
    return people


def _key(resource: Any, index: int) -> str:
    return f"{type(resource).__name__}/{resource.id}" if resource.id else f"entry[{index}]"


def key_of(document: Document, reference: Any) -> str:
    """Return the key under which ``people_of`` holds the person whom a reference names; blank for nobody."""
    found = document.find(reference)
    return _key(found[1], found[0]) if found else ""


def _is_woman(person: Any, woman: Any) -> bool:
    """Tell whether a RelatedPerson only links a baby to the woman: it names nobody, or has an identifier of hers."""
    hers = {(one.system, one.value) for one in woman.identifier or []}
    own = {(one.system, one.value) for one in person.identifier or []}
    return bool(own & hers) or not (own or person.name)


def _role_of(woman: Any, related: list[tuple[int, Any]], document: Document) -> Role:
    """Return "mother" unless a baby's link to the woman says another relation."""
    for _, person in related:
        found = document.find(person.patient)
        linked = found is not None and found[1] is not woman
        if linked and _is_woman(person, woman) and _relation(person) and _relation(person) not in _MOTHER:
            return "main-carer"
    return "mother"


def _other_role(relation: str, subject: Role) -> Role | None:
    if relation in _MOTHER:
        return "mother" if subject != "mother" else None
    if relation in _PARTNER:
        return "partner"
    return "sibling" if relation in _SIBLING else None


def contact_of(document: Document, woman: Any) -> Contact:
    """Return how the woman may be reached. An extension that is not known is carried by its place."""
    known = {INTERPRETER} | {
        EXTENSIONS + name for name in ("accessible-format", "do-not-write", "do-not-phone", "contact-instructions")
    }
    known.add(EXTENSIONS + "birth-multiplicity")
    for place, one in enumerate(woman.extension or []):
        if one.url not in known:
            document.carried.append(
                Coded(system="fhir-element", code=f"Patient.extension[{place}]", display="extension not known")
            )
    interpreter = next((one.valueBoolean for one in woman.extension or [] if one.url == INTERPRETER), None)
    spoken = sorted(woman.communication or [], key=lambda one: not one.preferred)
    address = next((one for one in woman.address or [] if one.use != "old"), None)
    practices = [one.display for one in woman.generalPractitioner or [] if one.display]
    return Contact(
        language=next((one.code for item in spoken for one in codings(item.language)), ""),
        interpreter=interpreter is True,
        formats=tuple(
            str(one.valueString or one.valueCode or "")
            for one in woman.extension or []
            if one.url == EXTENSIONS + "accessible-format"
        ),
        do_not_write=_extension(woman, "do-not-write", "valueBoolean") is True,
        do_not_phone=_extension(woman, "do-not-phone", "valueBoolean") is True,
        instructions=str(_extension(woman, "contact-instructions", "valueString") or ""),
        address_lines=tuple(map(str, [*(address.line or []), *filter(None, [address.city])])) if address else (),
        postcode=str(address.postalCode or "") if address else "",
        general_practice=str(practices[0]) if practices else "",
    )
