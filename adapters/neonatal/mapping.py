"""Maps one row of the neonatal extract to the canonical event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.codes import load_codes
from adapters.common import fill_common, sex_of, withdraw_reason, withdrawal_of
from adapters.event import EventBuilder
from adapters.extract import Header, Layout, columns_of, parts_of_extract, read_row, split_list
from adapters.faults import MappingFault, Reason
from adapters.neonatal.models import NeonatalRow
from adapters.parts import Content, Part
from adapters.people import NativePerson
from router.v1 import referral_pb2 as pb

OBSERVER = "neonatal-unit"
_COLUMN = "badgernet-column"
_FINDINGS = ("gest_weeks", "weight_g", "weight_below_3rd", "still_admitted", "complex_needs", "care_level")


def parts(data: bytes) -> Iterator[Part]:
    """Yield the rows of a neonatal extract."""
    return parts_of_extract(data, _LAYOUT)


def map_row(cells: Mapping[str, str], header: Header) -> Content:
    """Return what one row says."""
    row = read_row(NeonatalRow, cells)
    event = to_event(row, header)
    if row.status == "WITHDRAWN":
        reason = withdraw_reason(row.withdrawn_reason, "column withdrawn_reason", Reason.CSV_BAD_VALUE)
        return withdrawal_of(event, reason, row.event_dt)
    return [event]


def to_event(row: NeonatalRow, header: Header) -> pb.ReferralEvent:
    """Return the canonical event of one baby's row."""
    _check_dates(row, header)
    builder = EventBuilder(
        system=header.system,
        reference=row.reference,
        version=row.version,
        occurred_at=row.event_dt,
        observer=OBSERVER,
    )
    fill_common(builder, row, service="neonatal-unit", role="neonatal nurse", source="badgernet")
    builder.request(row.requested_service, "badgernet-service")
    _people(builder, row)
    _household(builder, row)
    _observations(builder, row)
    _notes(builder, row)
    return builder.build([row.free_text])


def _check_dates(row: NeonatalRow, header: Header) -> None:
    for column, day in (("birth_dt", row.birth_dt.date()), ("mother_dob", row.mother_dob)):
        if day is not None and day > header.as_at:
            raise MappingFault(
                Reason.CSV_BAD_DATE, f"column {column}", "nobody in the extract can be born after its as-at date"
            )


def _people(builder: EventBuilder, row: NeonatalRow) -> None:
    codes = load_codes("neonatal")
    mother = NativePerson(
        role="mother",
        chi=row.mother_chi,
        given=row.mother_forename,
        family=row.mother_surname,
        former_families=(row.mother_former_surname,) if row.mother_former_surname else (),
        birth_date=row.mother_dob,
        phones=(row.mother_phone,) if row.mother_phone else (),
        emails=(row.mother_email,) if row.mother_email else (),
    )
    if not mother.is_empty():
        builder.person(mother)
    died = row.destination.upper() == "DIED"
    builder.person(
        NativePerson(
            role="infant",
            chi=row.baby_chi,
            given=row.baby_forename,
            family=row.baby_surname,
            birth_date=row.birth_dt.date(),
            death_date=row.discharge_dt if died else None,
            life="died" if died else "",
            sex=sex_of(builder, codes.tables["sex"], row.sex),
            birth_order=row.birth_order,
            multiplicity=row.multiplicity,
        )
    )


def _household(builder: EventBuilder, row: NeonatalRow) -> None:
    # A unit also treats other boards' babies, so its own board is no guess at where the family lives.
    builder.event.household.CopyFrom(
        pb.Household(
            address_lines=split_list(row.home_address),
            postcode=row.home_postcode,
            board_code=row.home_board,
            destination_board_code=row.destination_board,
        )
    )


def _observations(builder: EventBuilder, row: NeonatalRow) -> None:
    codes = load_codes("neonatal")
    for column in _FINDINGS:
        builder.finding(codes.findings[column], getattr(row, column), system=f"{_COLUMN}-{column}")
    for code in split_list(row.diagnoses):
        builder.code(codes.tables["diagnoses"], code)
    for code in split_list(row.parent_support_need):
        builder.code(codes.tables["parent_support_need"], code)
    # Where a baby went tells where it is only once it has gone; a planned destination tells nothing of today.
    gone = row.discharge_dt is not None and row.discharge_dt <= row.event_dt.date()
    destinations = codes.tables["destination"]
    planned = destinations.find(row.destination)
    if gone or row.destination.upper() == "DIED" or planned is None:
        builder.code(destinations, row.destination, as_concern=False)
        return
    builder.note("Planned destination", planned.display)
    if "adoption_planned" in planned.facts:
        builder.observe("adoption_planned", value=True)


def _notes(builder: EventBuilder, row: NeonatalRow) -> None:
    codes = load_codes("neonatal")
    status = codes.tables["baby_chi_status"]
    if not status.is_unknown(row.baby_chi_status):
        entry = status.find(row.baby_chi_status)
        shown = f" ({entry.display})" if entry else ""
        builder.note("Status of the baby's number", f"{row.baby_chi_status}{shown}")
    if row.gest_days:
        builder.note("Days beyond the completed weeks of pregnancy", row.gest_days)
    builder.note("Neonatal unit", row.unit_code)
    builder.note("Booked for birth at", row.booking_unit)
    builder.note("Discharge date", row.discharge_dt)
    builder.note("Repatriation decided", row.repatriation_decided_dt)
    builder.note("Time of birth", row.birth_dt.strftime("%H:%M") if row.birth_dt.strftime("%H%M") != "0000" else "")


_LAYOUT = Layout("BADGERNET-EXTRACT", {"3": columns_of(NeonatalRow)}, map_row)
