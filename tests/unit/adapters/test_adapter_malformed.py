"""A message that cannot be read goes to a person with a coded reason and its place, and the rest goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.faults import Reason
from adapters.golden import cases
from adapters.outcome import Quarantined
from adapters.population.bundles import bundle, written
from adapters.read import RAW_LIMIT, SOURCES, pieces, read, source_of
from tests.unit.adapters.native import DAY, FAMILY, health_visiting, neonatal, perinatal, quarantined, shape, substance

FIXTURES = [(case.source, case.fixture.read_bytes()) for case in cases()]


def _spoilt(**change: Any) -> bytes:
    return written(bundle(FAMILY, DAY, []) | change)


def _without(kind: str) -> bytes:
    document = bundle(FAMILY, DAY, [])
    document["entry"] = [entry for entry in document["entry"] if entry["resource"]["resourceType"] != kind]
    return written(document)


@pytest.mark.parametrize(
    ("source", "data", "reason", "location"),
    [
        ("neonatal", b"", "EMPTY_FILE", "file"),
        ("substance", b" \n ", "EMPTY_FILE", "file"),
        ("perinatal", b"\n", "EMPTY_FILE", "file"),
        ("health-visiting", b"", "EMPTY_FILE", "file"),
        ("health-visiting", b"BHS|^~\\&|CHSP\rBTS|0\r", "EMPTY_FILE", "file"),
        ("health-visiting", b"BHS\r", "HL7_NOT_A_MESSAGE", "message 1, MSH"),
        ("neonatal", b"reference,version\n1,2\n", "CSV_BAD_HEADER", "line 1"),
        ("neonatal", substance({}), "CSV_BAD_HEADER", "line 1"),
        ("neonatal", neonatal({}).replace(b"board=S08000032", b"board=ML"), "CSV_BAD_HEADER", "line 1, board"),
        ("neonatal", neonatal({}).replace(b"badgernet-lan", b"Badger Net "), "CSV_BAD_HEADER", "line 1, system"),
        ("neonatal", neonatal({}).replace(b"version=3", b"version=2"), "CSV_UNKNOWN_VERSION", "line 1, version"),
        ("neonatal", neonatal({}).replace(b"as_at=2026-10-31", b"as_at=soon"), "CSV_BAD_DATE", "line 1, as_at"),
        ("neonatal", neonatal({}).split(b"\n")[0], "CSV_MISSING_COLUMN", "line 2"),
        ("neonatal", neonatal({}).replace(b",diagnoses", b""), "CSV_MISSING_COLUMN", "line 2"),
        ("neonatal", neonatal({}).replace(b",diagnoses", b",diagnoses,x"), "CSV_UNEXPECTED_COLUMN", "line 2"),
        ("neonatal", neonatal({"event_dt": ""}), "CSV_MISSING_VALUE", "line 3, column event_dt"),
        ("neonatal", neonatal({"birth_order": "first"}), "CSV_BAD_VALUE", "line 3, column birth_order"),
        ("neonatal", neonatal({"version": "0"}), "CSV_BAD_VALUE", "line 3, column version"),
        ("neonatal", neonatal({"discharge_dt": "2026-13-01"}), "CSV_BAD_DATE", "line 3, column discharge_dt"),
        ("substance", substance({"dob": "31/02/1994"}), "CSV_BAD_DATE", "line 3, column dob"),
        ("substance", substance({"reference": "x" * 65}), "EVENT_INVALID", "line 3, event.source_reference"),
        ("perinatal", b"{", "FHIR_NOT_JSON", "message 1, document"),
        ("perinatal", b'{"a": 1, "a": 2}', "FHIR_NOT_JSON", "message 1, document"),
        ("perinatal", b'{"a": NaN}', "FHIR_NOT_JSON", "message 1, document"),
        ("perinatal", b"[" * 100_000, "FHIR_NOT_JSON", "message 1, document"),
        ("perinatal", b"[1]", "FHIR_NOT_A_MESSAGE", "message 1, document"),
        ("perinatal", _spoilt(type="collection"), "FHIR_NOT_A_MESSAGE", "message 1, Bundle.type"),
        ("perinatal", _spoilt(entry=[]), "FHIR_NOT_A_MESSAGE", "message 1, Bundle.type"),
        ("perinatal", _spoilt(entry=[{"resource": 7}]), "FHIR_INVALID", "message 1, entry[0]"),
        ("perinatal", _spoilt(total="many"), "FHIR_INVALID", "message 1, total"),
        ("perinatal", _without("MessageHeader"), "FHIR_NOT_A_MESSAGE", "message 1, entry[0]"),
        ("perinatal", _without("ServiceRequest"), "FHIR_MISSING_RESOURCE", "message 1, ServiceRequest"),
        ("perinatal", _without("Patient"), "FHIR_MISSING_RESOURCE", "message 1, ServiceRequest.subject"),
        ("perinatal", _without("RelatedPerson"), "FHIR_MISSING_RESOURCE", "message 1, entry[3]"),
        ("perinatal", perinatal(identifier=[]), "FHIR_MISSING_VALUE", "message 1, entry[1].identifier"),
        ("perinatal", perinatal(status=7), "FHIR_INVALID", "message 1, entry[1].resource.status"),
        ("perinatal", perinatal(authoredOn="2026"), "FHIR_MISSING_VALUE", "message 1, ServiceRequest.authoredOn"),
        ("perinatal", perinatal(authoredOn="2026-02-30"), "FHIR_BAD_DATE", "message 1, entry[1].resource.authoredOn"),
        ("perinatal", perinatal(doNotPerform=True), "FHIR_BAD_VALUE", "message 1, ServiceRequest.doNotPerform"),
        ("perinatal", perinatal(event="referral-lost"), "FHIR_NOT_A_MESSAGE", "message 1, MessageHeader.eventCoding"),
        ("perinatal", perinatal(implicitRules="urn:x"), "FHIR_UNKNOWN_MODIFIER", "message 1, entry[1]"),
        ("perinatal", perinatal().replace(b"morse-lan", b"Mo rse"), "FHIR_MISSING_VALUE",
         "message 1, MessageHeader.source.name"),
        ("perinatal", perinatal().replace(b"1994-03-07", b"1994-02-30"), "FHIR_BAD_DATE",
         "message 1, entry[2].resource.birthDate"),
        ("perinatal", perinatal().replace(b"2026-06-01", b"2026-12-01"), "FHIR_BAD_DATE",
         "message 1, entry[3].birthDate"),
        ("health-visiting", b"hello", "HL7_NOT_A_MESSAGE", "message 1, MSH"),
        ("health-visiting", b"MSH|^~\\|\r", "HL7_NOT_A_MESSAGE", "message 1, MSH"),
        ("health-visiting", b"MSH|^^^^|A\r", "HL7_NOT_A_MESSAGE", "message 1, MSH"),
        ("health-visiting", health_visiting().replace(b"REF^I12", b"ADT^A04"), "HL7_NOT_REF", "message 1, MSH-9"),
        ("health-visiting", health_visiting().replace(b"REF^I12", b"REF^I15"), "HL7_NOT_REF", "message 1, MSH-9"),
        ("health-visiting", health_visiting().replace(b"\rPID|", b"\rPXD|"), "HL7_UNKNOWN_SEGMENT",
         "message 1, segment 5"),
        ("health-visiting", health_visiting().replace(b"CHSP-LAN", b"CHSP LAN"), "HL7_BAD_VALUE", "message 1, MSH-3"),
        ("health-visiting", health_visiting().replace(b"|S08000032|", b"|LANARK|"), "HL7_BAD_VALUE",
         "message 1, MSH-4"),
        ("health-visiting", health_visiting().replace(b"|202610280930||REF", b"|||REF"), "HL7_MISSING_VALUE",
         "message 1, MSH-7"),
        ("health-visiting", health_visiting().replace(b"|19940307|", b"|19940230|").replace(b"19940307", b"19940230"),
         "HL7_BAD_DATE", "message 1, NK1-16"),
        ("health-visiting", health_visiting().replace(b"|20260601|", b"|20270601|"), "HL7_BAD_DATE",
         "message 1, PID-7"),
        ("health-visiting", health_visiting(trigger="I13", version=1), "HL7_BAD_VALUE", "message 1, MSH-13"),
        ("health-visiting", health_visiting(trigger="I13", version=0), "HL7_MISSING_VALUE", "message 1, MSH-13"),
        ("health-visiting", health_visiting().replace(b"Testburn^F", b"Test\xffburn^F"), "HL7_BAD_ENCODING",
         "message 1, message"),
        ("health-visiting", health_visiting().replace(b"UNICODE UTF-8", b"KLINGON"), "HL7_BAD_ENCODING",
         "message 1, MSH-18"),
        ("health-visiting", health_visiting(trigger="I14", version=2, reason="BORED"), "HL7_BAD_VALUE",
         "message 1, RF1-10"),
    ],
)  # fmt: skip
def test_reason_and_place(source: str, data: bytes, reason: str, location: str) -> None:
    """Each way of being broken has its reason, and the place is a line, segment or element."""
    assert quarantined(source, data) == [(reason, location)]


def test_the_rest_goes_on() -> None:
    """In each format a broken message between two good ones leaves them alone."""
    rows = neonatal({}, {"birth_dt": "2026-02-30"}, {"reference": "NN-3"})
    assert shape(read("neonatal", rows)) == ["Mapped", "CSV_BAD_DATE", "Mapped"]
    rows = substance({}, {"dob": "2026-02-30"}, {"reference": "DA-3"})
    assert shape(read("substance", rows)) == ["Mapped", "CSV_BAD_DATE", "Mapped"]
    line = b" ".join(perinatal().split(b"\n"))
    assert shape(read("perinatal", b"\n".join([line, line[:-9] + b"}", line]))) == ["Mapped", "FHIR_NOT_JSON", "Mapped"]
    good = health_visiting()
    assert shape(read("health-visiting", good + good.replace(b"RF1|", b"RFX|") + good)) == [
        "Mapped",
        "HL7_UNKNOWN_SEGMENT",
        "Mapped",
    ]


def test_an_unpaired_quotation_mark_spoils_its_own_row_only() -> None:
    """Read as one text, the mark would swallow every row behind it."""
    first, second, *rest = neonatal({}, {"reference": "NN-2"}, {"reference": "NN-3"}).split(b"\n")
    data = b"\n".join([first, second, rest[0].replace(b"Freya", b'"Freya'), *rest[1:]])
    assert shape(read("neonatal", data)) == ["CSV_BAD_QUOTING", "Mapped", "Mapped"]


def test_quarantined_bytes_are_the_message_as_received() -> None:
    """The desk gets the bytes that came, with the format and the system that sent them."""
    data = neonatal({"birth_dt": "2026-02-30"})
    (item,) = read("neonatal", data)
    assert isinstance(item, Quarantined)
    assert (item.raw, item.format, item.source_system) == (data.split(b"\n")[2], "csv", "badgernet-lanarkshire")
    (item,) = read("perinatal", perinatal(doNotPerform=True))
    assert isinstance(item, Quarantined)
    assert (item.format, item.source_system) == ("fhir-r4", "morse-lanarkshire")
    (item,) = read("health-visiting", health_visiting(trigger="I13", version=0))
    assert isinstance(item, Quarantined)
    assert (item.raw, item.format) == (health_visiting(trigger="I13", version=0).rstrip(b"\r"), "hl7v2")
    assert item.source_system == "chsp-lanarkshire"


def test_a_long_message_is_divided() -> None:
    """What is longer than the router takes for the desk is sent in pieces of which none is lost."""
    data = b"#UNKNOWN\n" + b"word " * 120_000
    items = list(read("neonatal", data))
    assert len(items) == 3
    assert {item.location for item in items} == {f"line 1, piece {number} of 3" for number in (1, 2, 3)}


@pytest.mark.parametrize("separator", [b" ", b"\n"])
def test_no_word_is_cut_in_two(separator: bytes) -> None:
    """Pieces fit, and each word of the message stands whole in one of them: a word of danger may be any of them."""
    words = [f"word{number:06d}".encode() for number in range(70_000)]
    divided = list(pieces(separator.join(words)))
    assert all(len(piece) <= RAW_LIMIT for piece in divided)
    assert set(words) <= {word for piece in divided for word in piece.split()}


@pytest.mark.parametrize("source", list(SOURCES))
@given(data=st.binary(max_size=600))
@settings(deadline=None, max_examples=150)
def test_random_bytes_reach_a_person(source: str, data: bytes) -> None:
    """Whatever bytes come, nothing is raised and nothing is silent."""
    items = list(read(source, data))
    assert items
    assert all(isinstance(item, Quarantined) and item.reason != Reason.ADAPTER_ERROR for item in items)


@given(
    st.sampled_from(FIXTURES),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=4),
)
@settings(deadline=None, max_examples=400)
def test_spoilt_messages_are_read_or_quarantined(
    fixture: tuple[str, bytes], edits: list[tuple[int, int, bytes]]
) -> None:
    """A real file with some bytes changed raises nothing, and the adapter knows every way in which it fails."""
    source, data = fixture
    for place, length, put in edits:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + length :]
    for item in read(source, data):
        assert getattr(item, "reason", "") != Reason.ADAPTER_ERROR


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_fault_of_the_adapter_is_quarantined_too(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a mapping costs a person's time and no referral."""

    def broken(_: object) -> None:
        raise RuntimeError("SECRET")

    monkeypatch.setattr("adapters.event.to_people", broken)
    data = {"neonatal": neonatal({}), "substance": substance({}), "perinatal": perinatal()}
    (item,) = read(source, data.get(source, health_visiting()))
    assert isinstance(item, Quarantined)
    assert item.reason == Reason.ADAPTER_ERROR
    assert "SECRET" not in repr(item)


def test_every_reason_is_documented_and_upper_snake() -> None:
    """Reasons fit the contract's pattern and are their own names."""
    for reason in Reason:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,63}", reason)
        assert reason.name == reason.value


def test_unknown_source() -> None:
    """A source that does not exist is the caller's mistake."""
    with pytest.raises(KeyError):
        source_of("prison")
    assert source_of("health_visiting").name == "health-visiting"
