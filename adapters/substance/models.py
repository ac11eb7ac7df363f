"""One row of the substance-use extract, as the drug and alcohol system writes it. Dates are DD/MM/YYYY."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from adapters.common import ExtractRow
from adapters.extract import Required, UkDate
from adapters.people import NativeRecord

Code = str
"""A code that the code map reads; blank when nothing was recorded."""


class SubstanceRow(ExtractRow):
    """One client's row of extract version 2. Field names are the columns, in their order.

    ``name`` is written "SURNAME, Forename". ``relation_to_child`` is M (mother), C (another main carer) or P (partner).
    ``substances`` holds name|frequency|route and ``dependent_children`` count|living situation, divided by semicolons.
    """

    client_id: Annotated[str, Required]
    name: str
    previous_surname: str
    relation_to_child: Code
    sex: Code
    dob: Annotated[date | None, UkDate]
    phone: str
    email: str
    address: str
    postcode: str
    chi: str

    referral_source: Code
    referral_dt: Annotated[date, UkDate, Required]
    assessed_dt: Annotated[date | None, UkDate]
    in_treatment: Code
    co_occurring_health: str
    substances: str
    alcohol_past_month: Code
    dependent: Code
    injecting: Code
    prescribed_ost: Code
    wants_treatment: Code
    accommodation: Code
    legal_status: str
    dependent_children: str
    child_at_risk: Code
    youngest_child_name: str
    youngest_child_dob: Annotated[date | None, UkDate]
    concerns: str
    pregnant: Code
    edd: Annotated[date | None, UkDate]
    discharge_reason: Code
    onward_dest: Code
    do_not_write: Code
    do_not_phone: Code
    contact_instructions: str


class Substance(NativeRecord):
    """One entry of ``substances``."""

    name: str
    frequency: str = ""
    route: str = ""


class DependentChildren(NativeRecord):
    """One entry of ``dependent_children``: how many live how."""

    count: str
    living_situation: str = ""


def substances_of(entries: list[str]) -> list[Substance]:
    """Read the entries of ``substances``; a part that is missing is not known."""
    return [Substance(name=name, frequency=rest[0], route=rest[1]) for name, *rest in map(_three, entries)]


def children_of(entries: list[str]) -> list[DependentChildren]:
    """Read the entries of ``dependent_children``."""
    return [DependentChildren(count=count, living_situation=situation) for count, situation, _ in map(_three, entries)]


def _three(entry: str) -> tuple[str, str, str]:
    first, second, third = (*(part.strip() for part in entry.split("|", 2)), "", "")[:3]
    return first, second, third
