"""People and households, as one message states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the family."""

    MOTHER = "mother"
    MAIN_CARER = "main-carer"
    PARTNER = "partner"
    INFANT = "infant"
    UNBORN = "unborn"
    SIBLING = "sibling"


CARERS = frozenset({Role.MOTHER, Role.MAIN_CARER})
CHILDREN_OF_EPISODE = frozenset({Role.INFANT, Role.UNBORN})


class Sex(StrEnum):
    """Recorded sex; never inferred from an identifier."""

    FEMALE = "female"
    MALE = "male"
    INDETERMINATE = "indeterminate"


class LifeStatus(StrEnum):
    """What a source states about whether a person lives. Not stated is None: silence says neither."""

    ALIVE = "alive"
    DIED = "died"
    STILLBORN = "stillborn"
    PREGNANCY_LOST = "pregnancy-lost"


class IdentifierSystem(StrEnum):
    """The register that an identifier comes from."""

    CHI = "chi"
    NHS_NUMBER = "nhs-number"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as text, leading zeros kept; ``assigner`` names who issued a local one."""

    system: IdentifierSystem
    value: str
    assigner: str = ""


@dataclass(frozen=True, slots=True)
class PersonName:
    """One name as recorded; ``former`` marks one no longer used."""

    given: str = ""
    family: str = ""
    former: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One person as one message knows them.

    ``ref`` names the person within the message. ``birth_order`` and ``multiplicity`` count from 1; None is unknown. A
    death may be stated by ``death_date``, by ``life_status``, or by both.
    """

    ref: str
    role: Role
    identifiers: tuple[Identifier, ...] = ()
    names: tuple[PersonName, ...] = ()
    birth_date: date | None = None
    sex: Sex | None = None
    expected_date: date | None = None
    birth_order: int | None = None
    multiplicity: int | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    postcode: str = ""
    death_date: date | None = None
    life_status: LifeStatus | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """Where the family lives. Board codes are S08 codes; empty is unknown."""

    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    board_code: str = ""
    destination_board_code: str = ""
