"""A message that cannot be read reaches the desk of its own board, where its header still tells which that is."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.outcome import Mapped, Quarantined, Withdrawn
from adapters.population.bundles import bundle, written
from adapters.read import RAW_LIMIT, read
from tests.unit.adapters.native import DAY, FAMILY, health_visiting, neonatal, perinatal, substance

LANARKSHIRE, FIFE, LOTHIAN = "S08000032", "S08000029", "S08000024"
WITHDRAWN = {"status": "WITHDRAWN", "withdrawn_reason": "ERROR"}


def board_of(source: str, data: bytes) -> str:
    """Return the board of a file's one message, which must be for the desk."""
    (item,) = read(source, data)
    assert isinstance(item, Quarantined), item
    return item.board


def resource(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a bundle's first resource of a type."""
    found: dict[str, Any] = next(
        entry["resource"] for entry in document["entry"] if entry["resource"]["resourceType"] == kind
    )
    return found


@pytest.mark.parametrize(
    ("source", "data", "board"),
    [
        ("neonatal", neonatal({"birth_dt": "2026-02-30"}), LANARKSHIRE),
        ("neonatal", neonatal({"birth_dt": "2026-02-30", "home_board": FIFE}), LANARKSHIRE),
        ("neonatal", neonatal({}).replace(b"Freya", b'"Freya'), LANARKSHIRE),
        ("substance", substance({"dob": "31/02/1994"}), FIFE),
        ("substance", substance({"reference": "x" * 65}), FIFE),
        ("perinatal", perinatal(doNotPerform=True), LANARKSHIRE),
        ("perinatal", perinatal(status=7), LANARKSHIRE),
        ("health-visiting", health_visiting(trigger="I13", version=0), LANARKSHIRE),
        ("health-visiting", health_visiting().replace(b"\rPID|", b"\rPXD|"), LANARKSHIRE),
        ("health-visiting", health_visiting().replace(b"Testburn^F", b"Test\xffburn^F"), LANARKSHIRE),
    ],
)
def test_board_of_a_message_that_cannot_be_mapped(source: str, data: bytes, board: str) -> None:
    """The extract's header line, MSH-4 and the bundle's sender name the board before anything is mapped."""
    assert board_of(source, data) == board


@pytest.mark.parametrize("extract", [neonatal({}), substance({})])
@pytest.mark.parametrize(
    ("old", "new"), [(b"version=", b"version=9"), (b",language,", b","), (b",sex", b",sex,x"), (b",sex", b',"sex')]
)
def test_an_extract_of_which_only_the_header_is_read(extract: bytes, old: bytes, new: bytes) -> None:
    """A file with unknown version or columns goes to the desk whole, and its header still names the board."""
    source, board = ("neonatal", LANARKSHIRE) if extract.startswith(b"#BADGERNET") else ("substance", FIFE)
    data = extract.replace(old, new, 1)
    assert data != extract
    (item,) = read(source, data)
    assert isinstance(item, Quarantined)
    assert (item.board, item.source_system, item.raw) == (board, source, data)


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("neonatal", b""),
        ("neonatal", neonatal({}).replace(b"board=S08000032", b"board=ML")),
        ("neonatal", neonatal({}).replace(b"board=S08000032", b"board=S080000320")),
        ("neonatal", neonatal({}).replace(b"as_at=2026-10-31", b"as_at=soon")),
        ("substance", substance({}).replace(b"#DAISY", b"#DAHLIA")),
        ("substance", b"board=S08000032\n"),
        ("perinatal", b"{"),
        ("perinatal", b"[1]"),
        ("perinatal", b'{"entry": []}'),
        ("perinatal", b'{"entry": [7, {"resource": []}]}'),
        ("perinatal", perinatal()[:-9]),
        ("perinatal", perinatal(doNotPerform=True).replace(b'"S08000032"', b'"LANARK"')),
        ("health-visiting", b"she speaks of S08000032"),
        ("health-visiting", health_visiting().replace(b"MSH|", b"XSH|")),
        ("health-visiting", health_visiting().replace(b"|S08000032|", b"|LANARK|")),
        ("health-visiting", health_visiting(trigger="I13", version=0).replace(b"|S08000032|", b"||")),
        ("health-visiting", health_visiting().replace(b"UNICODE UTF-8", b"KLINGON")),
    ],
)
def test_no_board_where_the_header_cannot_be_read(source: str, data: bytes) -> None:
    """A board is never guessed: without a readable one the national desk sees the message."""
    assert board_of(source, data) == ""


def test_hl7_board_stands_where_the_system_cannot_be_read() -> None:
    """A header with a bad MSH-3 still names its board."""
    assert board_of("health-visiting", health_visiting().replace(b"CHSP-LAN", b"CHSP LAN")) == LANARKSHIRE


def test_each_hl7_message_has_its_own_board() -> None:
    """Messages of two boards in one file; one whose header is spoilt borrows nobody's board."""
    bad = health_visiting(trigger="I13", version=0)
    spoilt = health_visiting().replace(b"MSH|", b"XSH|")
    items = list(read("health-visiting", bad + bad.replace(b"|S08000032|", b"|S08000029|") + spoilt))
    boards = [item.board for item in items if isinstance(item, Quarantined)]
    assert boards == [LANARKSHIRE, FIFE, ""]


@pytest.mark.parametrize("readable", [True, False])
def test_fhir_board_is_the_womans_before_the_senders(*, readable: bool) -> None:
    """Before mapping the board is found as the reader finds it, so that both go to the same desk."""
    document = bundle(FAMILY, DAY, [])
    resource(document, "Patient")["managingOrganization"] = {"identifier": {"value": LOTHIAN}}
    if not readable:
        resource(document, "ServiceRequest")["doNotPerform"] = True
    (item,) = read("perinatal", written(document))
    assert isinstance(item, Mapped if readable else Quarantined)
    assert not isinstance(item, Withdrawn)
    assert item.board == LOTHIAN
    assert not isinstance(item, Mapped) or item.event.household.board_code == LOTHIAN


@pytest.mark.parametrize("subject", [{"reference": "Patient/nobody"}, {"reference": 7}, {"reference": ""}, {}, 7])
def test_fhir_board_is_the_senders_where_the_woman_is_not_found(subject: Any) -> None:
    """A request about nobody in the message leaves the sender."""
    document = bundle(FAMILY, DAY, [])
    resource(document, "Patient")["managingOrganization"] = {"identifier": {"value": LOTHIAN}}
    resource(document, "ServiceRequest")["subject"] = subject
    assert board_of("perinatal", written(document)) == LANARKSHIRE


@pytest.mark.parametrize("sender", [7, {}, {"identifier": 7}, {"identifier": {"value": 7}}, [FIFE]])
def test_fhir_sender_of_another_shape(sender: Any) -> None:
    """A sender that names no board is no sender, and nothing fails of it."""
    document = bundle(FAMILY, DAY, [], doNotPerform=True)
    resource(document, "MessageHeader")["sender"] = sender
    assert board_of("perinatal", written(document)) == ""


def test_fhir_sender_that_stands_twice() -> None:
    """Of two senders nobody knows which counts; a key that stands twice elsewhere hides nothing."""
    twice = perinatal().replace(b'"sender":', b'"sender": {"identifier": {"value": "S08000029"}}, "sender":')
    assert board_of("perinatal", twice) == ""
    assert board_of("perinatal", perinatal().replace(b'"type":', b'"type": "x", "type":', 1)) == LANARKSHIRE


@pytest.mark.parametrize(
    ("source", "data", "board"),
    [
        ("neonatal", neonatal({}), LANARKSHIRE),
        ("neonatal", neonatal(WITHDRAWN), LANARKSHIRE),
        ("substance", substance({}), FIFE),
        ("perinatal", perinatal(), LANARKSHIRE),
        ("health-visiting", health_visiting(), LANARKSHIRE),
        ("health-visiting", health_visiting(trigger="I14", version=2, reason="DECLINED"), LANARKSHIRE),
    ],
)
def test_what_was_mapped_keeps_its_board(source: str, data: bytes, board: str) -> None:
    """The router may refuse what was mapped, and then its desk must be known too."""
    (item,) = read(source, data)
    assert isinstance(item, Mapped | Withdrawn)
    assert item.board == board


def test_every_piece_has_the_board() -> None:
    """A message that is given in pieces goes to one desk."""
    data = perinatal(doNotPerform=True) + b" " * RAW_LIMIT
    boards = [item.board for item in read("perinatal", data) if isinstance(item, Quarantined)]
    assert boards == [LANARKSHIRE, LANARKSHIRE]
