"""The canonical referral event, and what is retained of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from router.model.people import Household, Person

FactValue = bool | str | int | date
"""The value of a fact: yes or no, a named choice, a whole number in the fact's unit, or a date."""


class Urgency(IntEnum):
    """How soon a response is needed; ordered. Not stated is None, never routine."""

    ROUTINE = 1
    URGENT = 2
    EMERGENCY = 3


class Consent(StrEnum):
    """Whether the family agreed; not stated is None."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_SOUGHT = "not-sought"


@dataclass(frozen=True, slots=True)
class CodedConcept:
    """A code as its sender wrote it."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact, at one time, from one source.

    ``subject_ref`` names a person of the event, or is empty for the family as a whole. ``value`` is None when the
    sender's code has no agreed meaning; then ``unmapped`` holds it. ``observed_by`` empty means unattributed: such a
    denial of danger clears nothing.
    """

    fact: str
    value: FactValue | None
    observed_at: datetime
    source_system: str
    subject_ref: str = ""
    observed_by: str = ""
    unmapped: CodedConcept | None = None


@dataclass(frozen=True, slots=True)
class Involvement:
    """A service that a source says is involved; ``board_code`` may be empty."""

    service: str
    current: bool
    board_code: str = ""


@dataclass(frozen=True, slots=True)
class Referrer:
    """Who referred, and the team address to answer to."""

    service: str = ""
    role: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class CommunicationNeeds:
    """How the family needs to be written to and spoken with."""

    language: str = ""
    interpreter: bool = False
    british_sign_language: bool = False
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How the family may be reached without putting anybody at risk."""

    do_not_write: bool = False
    do_not_phone: bool = False
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class ReferralEvent:
    """Everything that one upstream message says. ``occurred_at`` is aware and in UTC."""

    source_system: str
    source_reference: str
    source_version: int
    occurred_at: datetime
    people: tuple[Person, ...]
    household: Household = Household()  # noqa: RUF009 - frozen
    observations: tuple[Observation, ...] = ()
    concerns: tuple[CodedConcept, ...] = ()
    referrer: Referrer = Referrer()
    communication_needs: CommunicationNeeds = CommunicationNeeds()
    safe_contact: SafeContact = SafeContact()
    requested_service: str = ""
    urgency: Urgency | None = None
    consent: Consent | None = None
    involvements: tuple[Involvement, ...] = ()
    view_of_parent: str = ""
    free_text: str = ""
