"""What one health visitor's referral message says, taken out of its segments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from adapters.people import NativePerson, NativeRecord


class Observed(NativeRecord):
    """One OBX segment: code, value as text, the domain or person it is about (OBX-4), status and time."""

    code: str
    display: str = ""
    system: str = ""
    sub_id: str = ""
    value: str = ""
    value_display: str = ""
    status: str = ""
    at: datetime | None = None


class HealthVisitingReferral(NativeRecord):
    """One REF message about one child.

    ``relatives`` are by the set id of their NK1 segment, by which OBX-4 names them.
    """

    trigger: Literal["I12", "I13", "I14"]
    system: str
    board: str
    reference: str
    version: int
    status: str = ""
    priority: str = ""
    occurred_at: datetime
    external_reference: str = ""
    reason_code: str = ""
    reason_display: str = ""
    reason_system: str = ""
    request_to: str = ""
    referrer_role: str = ""
    referrer_name: str = ""
    hv_id: str = ""
    reply_to: str = ""
    named_person: str = ""
    gp_practice: str = ""
    clinic_id: str = ""

    child: NativePerson
    relatives: dict[str, NativePerson] = Field(default_factory=dict)
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    ethnicity: str = ""
    home_language: str = ""

    review_dt: date | None = None
    place: str = ""
    review_type: str = ""
    hpi: str = ""
    looked_after: str = ""
    future_action: str = ""
    dev_domains: dict[str, str] = Field(default_factory=dict)
    imh_indicators: dict[str, str] = Field(default_factory=dict)
    carer_scores: tuple[Observed, ...] = ()
    tools: tuple[Observed, ...] = ()
    findings: tuple[Observed, ...] = ()

    interpreter: str = ""
    consent: str = ""
    do_not_write: str = ""
    do_not_phone: str = ""
    contact_instructions: str = ""
    view_of_parent: str = ""
    notes: tuple[str, ...] = ()
    carried: tuple[Observed, ...] = ()
