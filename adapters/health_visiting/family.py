"""Who is who in a health visitor's message: the child of PID and the relatives of NK1."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Literal, TypedDict, TypeVar

from adapters.codes import load_codes
from adapters.dates import BadDateError, hl7_date
from adapters.faults import MappingFault, Reason
from adapters.health_visiting.segments import Message, Segment
from adapters.people import Life, NativePerson, Role

_PARTIAL_DATE = re.compile(r"(?:19|20|21)\d\d(?:0[1-9]|1[0-2])?", re.ASCII)
_SEXES: dict[str, Literal["F", "M", "I", ""]] = {"F": "F", "M": "M", "O": "I", "A": "I", "U": "", "N": "", "": ""}
_FORMER_NAMES = frozenset({"M", "B", "U"})
"""HL7 name types: maiden name, name at birth, and one no longer in use."""
_OTHER_NAMES = frozenset({"A", "N", "S", "P"})

When = TypeVar("When")


class _Identifiers(TypedDict, total=False):
    chi: str
    nhs_number: str
    local_id: str
    local_assigner: str


def filled(segment: Segment, field: int) -> str:
    """Return a field that must not be empty."""
    value = segment.get(field)
    if not value:
        raise MappingFault(Reason.HL7_MISSING_VALUE, f"{segment.name}-{field}", "must not be empty")
    return value


def needed(read: Callable[[str], When], segment: Segment, field: int) -> When:
    """Return a date field that must not be empty."""
    return date_of(read, filled(segment, field), f"{segment.name}-{field}")


def date_of(read: Callable[[str], When], text: str, location: str) -> When:
    """Return a date, or raise a fault that says where it is impossible."""
    try:
        return read(text)
    except BadDateError:
        raise MappingFault(Reason.HL7_BAD_DATE, location, "expected a possible date, YYYYMMDD[HHMM]") from None


def _birth_date(text: str, location: str, latest: date) -> date | None:
    # A year, or a year and month, is possible but is no birth date to match on.
    if not text or _PARTIAL_DATE.fullmatch(text):
        return None
    day = date_of(hl7_date, text, location)
    if day > latest:
        raise MappingFault(Reason.HL7_BAD_DATE, location, "nobody can be born after the message")
    return day


def _names(segment: Segment, field: int) -> tuple[str, str, tuple[str, ...]]:
    given, family = "", ""
    former: list[str] = []
    for repeat in range(1, len(segment.repeats(field)) + 1):
        kind = segment.get(field, 7, repeat=repeat)
        surname = segment.get(field, 1, repeat=repeat)
        if kind in _FORMER_NAMES:
            former.append(surname)
        elif not given and not family and kind not in _OTHER_NAMES:
            forenames = (segment.get(field, part, repeat=repeat) for part in (2, 3))
            given, family = " ".join(filter(None, forenames)), surname
    return given, family, tuple(filter(None, former))


def _identifiers(segment: Segment, field: int) -> _Identifiers:
    """Return CHI, NHS number and one local identifier by the authority that CX-4 names."""
    found = _Identifiers()
    for repeat in range(1, len(segment.repeats(field)) + 1):
        value, authority = segment.get(field, 1, repeat=repeat), segment.get(field, 4, repeat=repeat)
        if not value:
            continue
        match authority.upper():
            case "CHI":
                found.setdefault("chi", value)
            case "NHS":
                found.setdefault("nhs_number", value)
            case _ if "local_id" not in found:
                found["local_id"], found["local_assigner"] = value, authority.lower() or "chsp"
    return found


_LIVES: dict[str, Life] = {"Y": "died", "N": "alive"}
"""PID-30, the patient death indicator."""


def is_life_unread(segment: Segment) -> bool:
    """Return whether PID-30 holds a code that is neither yes, no nor not known."""
    return segment.get(30).upper() not in {*_LIVES, "", "9"}


def child_of(segment: Segment, latest: date) -> NativePerson:
    """Return the child of a PID segment; nobody can be born after ``latest``."""
    given, family, former = _names(segment, 5)
    order = segment.get(25)
    death = segment.get(29)
    partly = bool(_PARTIAL_DATE.fullmatch(death))
    return NativePerson(
        role="infant",
        given=given,
        family=family,
        former_families=former,
        birth_date=_birth_date(segment.get(7), "PID-7", latest),
        death_date=date_of(hl7_date, death, "PID-29") if death and not partly else None,
        life=_LIVES.get(segment.get(30).upper(), "died" if death else ""),
        sex=_SEXES.get(segment.get(8).upper(), ""),
        birth_order=int(order) if re.fullmatch("[1-8]", order) else 0,
        **_identifiers(segment, 3),
    )


def _relative(segment: Segment, latest: date, *, alone: bool) -> NativePerson:
    given, family, former = _names(segment, 2)
    role: Role = "sibling"
    match relation_of(segment):
        case "mother" | "main-carer" as known:
            role = known
        case "partner":
            role = "main-carer" if alone else "partner"
    phones = (segment.get(5, repeat=place) for place in range(1, len(segment.repeats(5)) + 1))
    mails = (segment.get(5, 4, repeat=place) for place in range(1, len(segment.repeats(5)) + 1))
    return NativePerson(
        role=role,
        given=given,
        family=family,
        former_families=former,
        birth_date=_birth_date(segment.get(16), "NK1-16", latest),
        sex=_SEXES.get(segment.get(15).upper(), ""),
        phones=tuple(filter(None, phones)),
        emails=tuple(filter(None, mails)),
        postcode=segment.get(4, 5),
        **_identifiers(segment, 33),
    )


def relation_of(segment: Segment) -> str:
    """Return what the relative of an NK1 segment is to the child; blank when the code is not known."""
    entry = load_codes("health_visiting").tables["relationship"].find(segment.get(3))
    return entry.text if entry else ""


def relatives_of(message: Message, latest: date) -> dict[str, NativePerson]:
    """Return the relatives by the set id of their segment, or by its place where the id is missing or stands twice."""
    segments = message.all("NK1")
    roles = [relation_of(segment) for segment in segments]
    # Where neither a mother nor another carer is named, the parent who is named is the one who cares alone.
    alone = not {"mother", "main-carer"} & set(roles)
    found: dict[str, NativePerson] = {}
    for place, (segment, role) in enumerate(zip(segments, roles, strict=True), start=1):
        if not role:
            continue
        key = segment.get(1)
        first = alone and role == "partner"
        found[key if key and key not in found else f"nk1-{place}"] = _relative(segment, latest, alone=first)
        alone = alone and not first
    return found
