"""Maps one row of the substance-use extract to the canonical event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.codes import CodeTable, load_codes
from adapters.common import fill_common, sex_of, withdraw_reason, withdrawal_of
from adapters.dates import start_of_day
from adapters.event import EventBuilder
from adapters.extract import Header, Layout, columns_of, parts_of_extract, read_row, split_list
from adapters.faults import MappingFault, Reason
from adapters.parts import Content, Part
from adapters.people import NativePerson, Role
from adapters.substance.models import SubstanceRow, children_of, substances_of
from router.v1 import referral_pb2 as pb

OBSERVER = "substance-misuse"
SERVICE = "SMS"
_COLUMN = "daisy-column"
_FINDINGS = ("injecting", "prescribed_ost", "wants_treatment")
_LISTS = ("co_occurring_health", "legal_status", "concerns")


def parts(data: bytes) -> Iterator[Part]:
    """Yield the rows of a substance-use extract."""
    return parts_of_extract(data, _LAYOUT)


def map_row(cells: Mapping[str, str], header: Header) -> Content:
    """Return what one row says."""
    row = read_row(SubstanceRow, cells)
    event = to_event(row, header)
    if row.status == "WITHDRAWN":
        reason = withdraw_reason(row.withdrawn_reason, "column withdrawn_reason", Reason.CSV_BAD_VALUE)
        return withdrawal_of(event, reason, start_of_day(row.referral_dt))
    return [event]


def to_event(row: SubstanceRow, header: Header) -> pb.ReferralEvent:
    """Return the canonical event of one client's row."""
    _check_dates(row, header)
    builder = EventBuilder(
        system=header.system,
        reference=row.reference,
        version=row.version,
        occurred_at=start_of_day(row.referral_dt),
        observer=OBSERVER,
    )
    fill_common(builder, row, service="substance-misuse", role="substance misuse worker", source="daisy")
    builder.request(row.onward_dest, "daisy-service")
    client = _people(builder, row, header)
    # The service covers its own board's area, and the extract has no other word on where the client lives.
    builder.event.household.CopyFrom(
        pb.Household(address_lines=split_list(row.address), postcode=row.postcode, board_code=header.board)
    )
    _safe_contact(builder, row)
    _observations(builder, row, client)
    _notes(builder, row)
    return builder.build([row.free_text])


def _check_dates(row: SubstanceRow, header: Header) -> None:
    for column, day in (("dob", row.dob), ("youngest_child_dob", row.youngest_child_dob)):
        if day is not None and day > header.as_at:
            raise MappingFault(
                Reason.CSV_BAD_DATE, f"column {column}", "nobody in the extract can be born after its as-at date"
            )


def _is_pregnant(row: SubstanceRow) -> bool:
    return row.pregnant.upper() == "Y" or (row.edd is not None and row.pregnant.upper() != "N")


def _people(builder: EventBuilder, row: SubstanceRow, header: Header) -> NativePerson:
    codes = load_codes("substance")
    sex = sex_of(builder, codes.tables["sex"], row.sex)
    family, given = _name(row.name)
    client = NativePerson(
        role=_role(builder, codes.tables["relation_to_child"], row),
        chi=row.chi,
        local_id=row.client_id,
        local_assigner=header.system,
        given=given,
        family=family,
        former_families=(row.previous_surname,) if row.previous_surname else (),
        birth_date=row.dob,
        sex=sex,
        phones=(row.phone,) if row.phone else (),
        emails=(row.email,) if row.email else (),
    )
    builder.person(client)
    pregnant = _is_pregnant(row)
    if pregnant:
        builder.person(NativePerson(role="unborn", expected_date=row.edd))
    elif row.edd:
        builder.note("Expected date of delivery", row.edd)
    if row.pregnant.upper() not in ("", "9", "Y", "N"):
        builder.concern(f"{_COLUMN}-pregnant", row.pregnant)
    if row.youngest_child_dob or row.youngest_child_name:
        family, given = _name(row.youngest_child_name)
        # While she is pregnant the referral is about the pregnancy, and a child already born is a sibling.
        builder.person(
            NativePerson(
                role="sibling" if pregnant else "infant", given=given, family=family, birth_date=row.youngest_child_dob
            )
        )
    return client


def _role(builder: EventBuilder, table: CodeTable, row: SubstanceRow) -> Role:
    code = row.relation_to_child
    entry = None if table.is_unknown(code) else table.find(code)
    match entry.text if entry else "":
        case "mother" | "main-carer" | "partner" as role:
            return role
    if not table.is_unknown(code):
        builder.concern(table.system, code)
    # Not stated: a pregnant client or a woman is taken as the mother, anybody else as one who cares for the child.
    return "mother" if _is_pregnant(row) or row.sex.upper() == "F" else "main-carer"


def _name(written: str) -> tuple[str, str]:
    """Return surname and forenames of "SURNAME, Forename"; without a comma, all of it as a surname."""
    family, _, given = written.partition(",")
    return family.strip(), given.strip()


def _safe_contact(builder: EventBuilder, row: SubstanceRow) -> None:
    safe = builder.event.safe_contact
    for column in ("do_not_write", "do_not_phone"):
        code = getattr(row, column).upper()
        if code == "Y":
            setattr(safe, column, True)
        elif code not in ("", "N", "9"):
            # What is not understood here must not lead to a letter or a call.
            setattr(safe, column, True)
            builder.concern(f"{_COLUMN}-{column}", code)
    safe.instructions = row.contact_instructions


def _observations(builder: EventBuilder, row: SubstanceRow, client: NativePerson) -> None:
    codes = load_codes("substance")
    at = start_of_day(row.assessed_dt) if row.assessed_dt else None
    for column in _FINDINGS:
        builder.finding(codes.findings[column], getattr(row, column), system=f"{_COLUMN}-{column}", about=client, at=at)
    builder.finding(codes.findings["child_at_risk"], row.child_at_risk, system=f"{_COLUMN}-child_at_risk", at=at)
    builder.code(codes.tables["accommodation"], row.accommodation, at=at, as_concern=False)
    for column in _LISTS:
        table = codes.tables[column]
        for code in split_list(getattr(row, column)):
            builder.code(table, code, about=client, at=at)
    _substance_use(builder, row, client)
    current = row.in_treatment.upper()
    if current == "Y":
        builder.involve(SERVICE, "daisy-service", current=True, board=builder.event.household.board_code)
    elif current == "N" or row.discharge_reason:
        builder.involve(SERVICE, "daisy-service", current=False, board=builder.event.household.board_code)


def _substance_use(builder: EventBuilder, row: SubstanceRow, client: NativePerson) -> None:
    frequencies = load_codes("substance").tables["frequency"]
    at = start_of_day(row.assessed_dt) if row.assessed_dt else None
    used: list[str] = []
    for substance in substances_of(split_list(row.substances)):
        how = f"{substance.frequency} {substance.route}".strip()
        builder.concern("daisy-substance", substance.name, how)
        entry = frequencies.find(substance.frequency)
        if entry is None and not frequencies.is_unknown(substance.frequency):
            code = substance.frequency
            builder.unmapped(frequencies.unmapped, frequencies.system, code, substance.name, about=client, at=at)
        used.append(entry.text if entry else "")
    alcohol = row.alcohol_past_month.upper()
    if alcohol not in ("", "Y", "N", "9"):
        builder.unmapped("substance_use", f"{_COLUMN}-alcohol_past_month", alcohol, about=client, at=at)
    dependent = row.dependent.upper()
    if dependent not in ("", "Y", "N", "9"):
        builder.unmapped("substance_use", f"{_COLUMN}-dependent", dependent, about=client, at=at)
    use = _grade(used, alcohol, dependent, row.prescribed_ost.upper())
    if use:
        builder.observe("substance_use", use, about=client, at=at)


def _grade(used: list[str], alcohol: str, dependent: str, prescribed_ost: str) -> str:
    """Return the one grade of use that the columns state together; blank when they leave it open.

    Substitution treatment is prescribed for dependence. "None" and "past" need every column to say so: one that is
    blank might hold a use.
    """
    if dependent == "Y" or prescribed_ost == "Y":
        return "dependent"
    if alcohol == "Y" or "now" in used:
        return "current"
    settled = used and set(used) <= {"past", "never"} and alcohol == "N"
    if not settled:
        return ""
    return "past" if "past" in used else "none"


def _notes(builder: EventBuilder, row: SubstanceRow) -> None:
    for children in children_of(split_list(row.dependent_children)):
        builder.note("Dependent children", f"{children.count} {children.living_situation}".strip())
    builder.note("Referred to the service by", row.referral_source)
    builder.note("Assessed", row.assessed_dt)
    builder.note("Left the service because", row.discharge_reason)


_LAYOUT = Layout("DAISY-EXTRACT", {"2": columns_of(SubstanceRow)}, map_row)
