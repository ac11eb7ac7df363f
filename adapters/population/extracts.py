"""Writes rows of the two CSV extracts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from adapters.extract import columns_of
from adapters.neonatal.models import NeonatalRow
from adapters.population.names import Board
from adapters.population.people import Family, Someone
from adapters.substance.models import SubstanceRow

Cells = dict[str, str]
NEONATAL = columns_of(NeonatalRow)
SUBSTANCE = columns_of(SubstanceRow)


def write_extract(name: str, version: str, columns: Iterable[str], header: Cells, rows: Iterable[str]) -> bytes:
    """Return an extract: header line, column line, and rows already written as lines."""
    first = f"#{name},version={version}," + ",".join(f"{key}={value}" for key, value in header.items())
    return ("\n".join([first, ",".join(columns), *rows]) + "\n").encode()


def line(columns: Iterable[str], cells: Mapping[str, str]) -> str:
    """Return one row as a line; what ``cells`` leaves out is blank."""
    names = tuple(columns)
    unknown = set(cells) - set(names)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow([cells.get(name, "") for name in names])
    return target.getvalue()


def neonatal_file(board: Board, as_at: date, rows: Iterable[str]) -> bytes:
    """Return one board's neonatal extract."""
    header = {"as_at": as_at.isoformat(), "board": board.code, "system": f"badgernet-{board.name}"}
    return write_extract("BADGERNET-EXTRACT", "3", NEONATAL, header, rows)


def substance_file(board: Board, as_at: date, rows: Iterable[str]) -> bytes:
    """Return one board's substance-use extract."""
    header = {"as_at": as_at.isoformat(), "board": board.code, "system": f"daisy-{board.name}"}
    return write_extract("DAISY-EXTRACT", "2", SUBSTANCE, header, rows)


def neonatal_row(family: Family, day: date, *, baby: Someone | None = None, version: int = 1, **more: str) -> str:
    """Return a baby's row as the unit writes it on ``day``; ``more`` sets or overrides columns."""
    child = baby or family.baby
    mother = family.mother
    cells: Cells = {
        "reference": f"NN{family.number:04d}{child.order or ''}",
        "version": str(version),
        "status": "NEW" if version == 1 else "UPDATED",
        "event_dt": f"{day.isoformat()}T11:20",
        "BabyCHINumber": child.chi,
        "NationalIDBabyStatus": "01" if child.chi else "08",
        "baby_forename": child.given,
        "baby_surname": child.family,
        "mother_chi": mother.chi,
        "mother_forename": mother.given,
        "mother_surname": mother.family,
        "mother_dob": mother.born.isoformat() if mother.born else "",
        "mother_phone": mother.phone,
        "birth_dt": f"{child.born.isoformat()}T04:35" if child.born else "",
        "birth_order": str(child.order or 1),
        "multiplicity": str(child.births or 1),
        "sex": child.sex,
        "gest_days": "3",
        "unit_code": f"NNU-{family.board.name.upper()}",
        "booking_unit": f"MAT-{family.board.name.upper()}",
        "home_address": f"{family.address}; {family.board.town}",
        "home_postcode": family.postcode,
        "home_board": family.board.code,
        "still_admitted": "Y",
        "urgency": "R",
        "consent": "Y",
        "referrer_role": "neonatal nurse",
        "reply_to": f"neonatal.{family.board.name}@example.org",
    }
    return line(NEONATAL, cells | more)


def substance_row(family: Family, day: date, *, client: Someone | None = None, version: int = 1, **more: str) -> str:
    """Return the mother's row as the drug and alcohol service writes it on ``day``."""
    mother = client or family.mother
    cells: Cells = {
        "reference": f"DA{family.number:04d}",
        "version": str(version),
        "status": "NEW" if version == 1 else "UPDATED",
        "client_id": f"C{90000 + family.number}",
        "name": f"{mother.family.upper()}, {mother.given}",
        "relation_to_child": "M",
        "sex": mother.sex,
        "dob": f"{mother.born:%d/%m/%Y}" if mother.born else "",
        "phone": mother.phone,
        "address": f"{family.address}; {family.board.town}",
        "postcode": family.postcode,
        "referral_source": "SELF",
        "referral_dt": f"{day:%d/%m/%Y}",
        "assessed_dt": f"{day:%d/%m/%Y}",
        "pregnant": "Y" if family.due else "N",
        "edd": f"{family.due:%d/%m/%Y}" if family.due else "",
        "urgency": "R",
        "consent": "Y",
        "referrer_role": "addictions nurse",
        "reply_to": f"recovery.{family.board.name}@example.org",
    }
    if family.babies and family.baby.born:
        cells["youngest_child_name"] = f"{family.baby.family.upper()}, {family.baby.given}"
        cells["youngest_child_dob"] = f"{family.baby.born:%d/%m/%Y}"
    return line(SUBSTANCE, cells | more)
