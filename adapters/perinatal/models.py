"""What one FHIR message of a perinatal team says, taken out of its resources."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from adapters.people import NativePerson, NativeRecord

SYSTEMS = "https://perinatal.example/fhir/CodeSystem/"
"""Where the teams' own code systems live."""


class Coded(NativeRecord):
    """A code as written, with the system that defines it."""

    system: str = ""
    code: str = ""
    display: str = ""


class Finding(NativeRecord):
    """One coded item of an Observation, its value as text: Y or N for a boolean, the code for a concept.

    ``subject`` is the reference of the person it is about. ``void`` is the Observation's status when that takes the
    finding back, such as "entered-in-error". ``absent`` is true when the sender says why there is no value.
    """

    code: Coded
    value: str = ""
    value_display: str = ""
    at: datetime | None = None
    subject: str = ""
    category: str = ""
    void: str = ""
    absent: bool = False


class Score(NativeRecord):
    """One scale as filled in: its total and the items sent with it."""

    tool: Finding
    items: tuple[Finding, ...] = ()


class Diagnosis(NativeRecord):
    """One Condition. ``severity`` is the team's own code; ``void`` is a verification status that takes it back."""

    code: Coded
    severity: str = ""
    active: bool = True
    subject: str = ""
    void: str = ""


class Medication(NativeRecord):
    """One medicine; ``taken`` is whether it is taken now."""

    code: Coded
    taken: bool = True
    status: str = ""


class Team(NativeRecord):
    """One care team: the service's code, whether it is involved now, and its board."""

    service: str
    current: bool
    board: str = ""


class Contact(NativeRecord):
    """How the woman may be reached and spoken with."""

    language: str = ""
    interpreter: bool = False
    formats: tuple[str, ...] = ()
    do_not_write: bool = False
    do_not_phone: bool = False
    instructions: str = ""
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    general_practice: str = ""


class PerinatalReferral(NativeRecord):
    """One message. ``people`` are by reference, the woman first; ``woman`` is her reference."""

    event: Literal["referral-new", "referral-modify", "referral-cancel"]
    system: str
    board: str = ""
    reference: str
    version: int
    status: str
    authored_on: datetime
    requested_service: str = ""
    urgency: str = ""
    consent: str = ""
    referrer_role: str = ""
    reply_to: str = ""
    withdrawn_reason: str = ""

    woman: str
    people: dict[str, NativePerson]
    contact: Contact = Contact()
    lmp: date | None = None
    edd: date | None = None
    delivery_dt: date | None = None
    number_of_babies: int = 0

    diagnosis: tuple[Diagnosis, ...] = ()
    red_flags: tuple[Finding, ...] = ()
    scores: tuple[Score, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Primary carer, history, family history and whatever else is stated as an Observation."""
    medications: tuple[Medication, ...] = ()
    current_team: tuple[Team, ...] = ()
    view_of_parent: str = ""
    notes: tuple[str, ...] = ()
    carried: tuple[Coded, ...] = ()
    """Codes and elements that are shown but state no fact."""
