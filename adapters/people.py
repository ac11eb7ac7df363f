"""People as the sources describe them, and their place in the event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from router.v1 import referral_pb2 as pb

Role = Literal["mother", "main-carer", "partner", "infant", "unborn", "sibling"]

ROLES: dict[Role, pb.PersonRole] = {
    "mother": pb.PERSON_ROLE_MOTHER,
    "main-carer": pb.PERSON_ROLE_MAIN_CARER,
    "partner": pb.PERSON_ROLE_PARTNER,
    "infant": pb.PERSON_ROLE_INFANT,
    "unborn": pb.PERSON_ROLE_UNBORN,
    "sibling": pb.PERSON_ROLE_SIBLING,
}
SEXES: dict[str, pb.Sex] = {
    "F": pb.SEX_FEMALE,
    "M": pb.SEX_MALE,
    "I": pb.SEX_INDETERMINATE,
    "": pb.SEX_UNSPECIFIED,
}
Life = Literal["alive", "died", ""]
LIVES: dict[Life, pb.LifeStatus] = {
    "alive": pb.LIFE_STATUS_ALIVE,
    "died": pb.LIFE_STATUS_DIED,
    "": pb.LIFE_STATUS_UNSPECIFIED,
}
_ALONE = ("mother", "main-carer", "partner")


class NativeRecord(BaseModel):
    """A native message's content. Its text form shows its kind only, so that no log can show a family."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


class NativePerson(NativeRecord):
    """One person of a native message. ``sex`` is F, M, I (neither) or blank; identifiers are text as written.

    ``life`` is what the sender states of it, blank where it says nothing.
    """

    role: Role
    chi: str = ""
    nhs_number: str = ""
    local_id: str = ""
    local_assigner: str = ""
    given: str = ""
    family: str = ""
    former_families: tuple[str, ...] = ()
    birth_date: date | None = None
    expected_date: date | None = None
    death_date: date | None = None
    life: Life = ""
    sex: Literal["F", "M", "I", ""] = ""
    birth_order: int = 0
    multiplicity: int = 0
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    postcode: str = ""

    def is_empty(self) -> bool:
        """Return whether nothing but the role is known of this person."""
        return self == NativePerson(role=self.role)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _identifiers(person: NativePerson) -> list[pb.Identifier]:
    stated = (
        (pb.IDENTIFIER_SYSTEM_CHI, person.chi, ""),
        (pb.IDENTIFIER_SYSTEM_NHS_NUMBER, person.nhs_number, ""),
        (pb.IDENTIFIER_SYSTEM_LOCAL, person.local_id, person.local_assigner),
    )
    return [
        pb.Identifier(system=system, value=value.strip(), assigner=assigner)
        for system, value, assigner in stated
        if value.strip()
    ]


def _names(person: NativePerson) -> list[pb.PersonName]:
    names = []
    if person.given or person.family:
        names.append(pb.PersonName(given=person.given, family=person.family))
    former = (family for family in person.former_families if family and family != person.family)
    return names + [pb.PersonName(given=person.given, family=family, former=True) for family in former]


def to_people(natives: Sequence[NativePerson]) -> list[pb.Person]:
    """Return the event's people with their names within it: "mother", "infant-1", "infant-2"."""
    people: list[pb.Person] = []
    counts: dict[Role, int] = {}
    for native in natives:
        counts[native.role] = number = counts.get(native.role, 0) + 1
        alone = native.role in _ALONE and number == 1
        people.append(
            pb.Person(
                ref=native.role if alone else f"{native.role}-{number}",
                role=ROLES[native.role],
                identifiers=_identifiers(native),
                names=_names(native),
                birth_date=_iso(native.birth_date),
                expected_date=_iso(native.expected_date),
                death_date=_iso(native.death_date),
                life_status=LIVES[native.life or ("died" if native.death_date else "")],
                sex=SEXES[native.sex],
                birth_order=native.birth_order,
                multiplicity=native.multiplicity,
                phones=[phone for phone in native.phones if phone],
                emails=[mail for mail in native.emails if mail],
                postcode=native.postcode,
            )
        )
    return people
