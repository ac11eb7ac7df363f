"""One row of the neonatal extract, as the unit's system writes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from adapters.common import ExtractRow
from adapters.extract import Board, Count, IsoDate, IsoMoment, Required

Code = str
"""A code that the code map reads; blank when nothing was recorded."""


class NeonatalRow(ExtractRow):
    """One baby's row of extract version 3. Field names, or aliases, are the columns, in their order."""

    event_dt: Annotated[datetime, IsoMoment, Required]

    baby_chi: str = Field(alias="BabyCHINumber")
    baby_chi_status: Code = Field(alias="NationalIDBabyStatus")
    baby_forename: str
    baby_surname: str
    mother_chi: str
    mother_forename: str
    mother_surname: str
    mother_former_surname: str
    mother_dob: Annotated[date | None, IsoDate]
    mother_phone: str
    mother_email: str

    birth_dt: Annotated[datetime, IsoMoment, Required]
    birth_order: Annotated[Count, Field(ge=0, le=8)]
    multiplicity: Annotated[Count, Field(ge=0, le=8)]
    sex: Code
    gest_weeks: Code
    gest_days: str
    weight_g: Code
    weight_below_3rd: Code
    unit_code: str
    booking_unit: str
    home_address: str
    home_postcode: str
    home_board: Board
    diagnoses: str
    care_level: Code
    still_admitted: Code
    complex_needs: Code
    discharge_dt: Annotated[date | None, IsoDate]
    destination: Code
    destination_board: Board
    repatriation_decided_dt: Annotated[date | None, IsoDate]
    parent_support_need: str
    requested_service: Code
