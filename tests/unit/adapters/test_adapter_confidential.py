"""No fault, text form or report repeats what a message holds."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from pydantic import BaseModel

from adapters.display import as_json
from adapters.extract import Header
from adapters.faults import MappingFault, Reason
from adapters.golden import cases
from adapters.health_visiting.reader import read_message as read_hl7
from adapters.neonatal.models import NeonatalRow
from adapters.outcome import Item, Quarantined
from adapters.people import NativePerson, NativeRecord
from adapters.perinatal.reader import read_message as read_fhir
from adapters.population.messages import obx
from adapters.read import read
from tests.unit.adapters.native import health_visiting, neonatal, perinatal, substance

CANARIES = ("CANARYNAME", "CANARYTEXT", "0703945525", "ML1 1ZZ", "07700 900101")
SPOILT: list[tuple[str, bytes]] = [
    ("neonatal", neonatal({"mother_surname": "CANARYNAME", "birth_dt": "CANARYTEXT"})),
    ("neonatal", neonatal({"version": "CANARYTEXT"})),
    ("neonatal", neonatal({"home_board": "CANARYTEXT"})),
    ("neonatal", neonatal({"status": "CANARYTEXT"})),
    ("neonatal", neonatal({"mother_surname": "CANARYNAME" * 30})),
    ("neonatal", neonatal({"reply_to": "CANARYTEXT" * 30})),
    ("neonatal", neonatal({"language": "CANARYTEXT" * 30})),
    ("neonatal", neonatal({"birth_order": "CANARYTEXT"})),
    ("neonatal", b"\n".join(neonatal({"mother_surname": "CANARYNAME"}).split(b"\n")[::2])),
    ("neonatal", b"#CANARYNAME,version=CANARYTEXT\n0703945525"),
    ("neonatal", neonatal({"mother_surname": "CANARYNAME"}).replace(b"\nreference", b"\nCANARYTEXT,reference")),
    ("substance", substance({"dob": "CANARYTEXT"})),
    ("substance", substance({"client_id": "", "name": "CANARYNAME"})),
    ("substance", substance({"status": "WITHDRAWN", "withdrawn_reason": "CANARYTEXT"})),
    ("perinatal", b'{"CANARYNAME": "0703945525"'),
    ("perinatal", perinatal(CANARYNAME="CANARYTEXT")),
    ("perinatal", perinatal(priority=["CANARYTEXT"])),
    ("perinatal", perinatal(authoredOn="CANARYTEXT")),
    ("perinatal", perinatal(identifier=[{"value": "CANARYTEXT" * 30}])),
    ("perinatal", perinatal({"resourceType": "CANARYNAME"})),
    ("perinatal", perinatal({"resourceType": "Observation", "CANARYNAME": 1, "status": "CANARYTEXT"})),
    ("perinatal", perinatal().replace(b"Testburn", b"CANARYNAME").replace(b"1994-03-07", b"CANARYTEXT")),
    ("perinatal", perinatal().replace(b"morse-lanarkshire", b"CANARY NAME")),
    ("health-visiting", b"CANARYNAME|0703945525"),
    ("health-visiting", health_visiting().replace(b"RF1|", b"CANARYNAME|")),
    ("health-visiting", health_visiting().replace(b"19940307", b"CANARYTEXT")),
    ("health-visiting", health_visiting().replace(b"S08000032", b"CANARYTEXT")),
    ("health-visiting", health_visiting().replace(b"UNICODE UTF-8", b"CANARYTEXT")),
    ("health-visiting", health_visiting().replace(b"REF^I12", b"CANARYTEXT^CANARYNAME")),
    ("health-visiting", health_visiting().replace(b"Testburn^Ailsa", b"CANARYNAME" * 30)),
    ("health-visiting", health_visiting(obx("REVIEW_DT", "CANARYTEXT"))),
    ("health-visiting", health_visiting(trigger="I14", version=2, reason="CANARYTEXT^CANARYNAME")),
]


def _report(item: Item) -> str:
    return "\n".join((repr(item), str(item), as_json([item]) if isinstance(item, Quarantined) else ""))


@pytest.mark.parametrize(("source", "data"), SPOILT)
def test_faults_name_places_and_not_values(source: str, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A quarantined message's reason, place, text form and log hold nothing of the family's."""
    with caplog.at_level(logging.DEBUG):
        items = list(read(source, data))
    assert any(isinstance(item, Quarantined) for item in items)
    for item in items:
        assert not [canary for canary in CANARIES if canary in _report(item)]
    assert not [canary for canary in CANARIES if canary in caplog.text]


def test_text_forms_of_items_hide_the_message() -> None:
    """What is printed or logged of any item of any fixture holds no name, number or postcode."""
    for case in cases():
        for item in read(case.source, case.fixture):
            for value in ("Testburn", "TESTBURN", "0703945525", "0106266123", "ML1 1ZZ", "07700 900101", "Ailsa"):
                assert value not in repr(item), case.name


def test_text_forms_of_native_records_hide_their_content() -> None:
    """A native record shows its kind only, also inside another one."""
    person = NativePerson(role="mother", family="CANARYNAME", chi="0703945525")
    records: list[NativeRecord] = [person, read_hl7(health_visiting()), read_fhir(perinatal())]
    for record in records:
        assert repr(record) == str(record) == f"<{type(record).__name__}>"
        assert "CANARYNAME" not in f"{record} {[record]}"


def test_validation_errors_hide_their_input() -> None:
    """The library's own error on a native record does not quote it."""
    models: list[type[BaseModel]] = [NativePerson, NeonatalRow]
    for model in models:
        with pytest.raises(ValueError, match=model.__name__) as caught:
            model.model_validate({"role": "CANARYNAME", "reference": ["CANARYTEXT"]})
        assert "CANARY" not in str(caught.value)


def test_fault_carries_no_cause() -> None:
    """A fault is raised without the error behind it, whose text may quote the message."""
    header = Header(date(2026, 10, 31), "S08000032", "badgernet-lanarkshire")
    from adapters.neonatal.mapping import map_row  # noqa: PLC0415 - only this test maps a row by itself

    with pytest.raises(MappingFault) as caught:
        map_row({"reference": "CANARYTEXT"}, header)
    assert caught.value.__suppress_context__
    assert "CANARYTEXT" not in str(caught.value)
    assert str(MappingFault(Reason.CSV_BAD_DATE, "line 3, column dob", "expected a date")) == (
        "CSV_BAD_DATE at line 3, column dob: expected a date"
    )
