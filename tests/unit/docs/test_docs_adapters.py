"""The adapters' page gives each source's layout as the adapter reads it."""

from __future__ import annotations

import csv
import io
import re

import pytest

from adapters.common import WITHDRAW_REASONS
from adapters.extract import _header, columns_of
from adapters.health_visiting import mapping as health_visiting
from adapters.health_visiting.reader import TRIGGERS
from adapters.health_visiting.segments import READ
from adapters.neonatal import mapping as neonatal
from adapters.neonatal.models import NeonatalRow
from adapters.outcome import Quarantined
from adapters.perinatal import mapping as perinatal
from adapters.perinatal.reader import EVENTS
from adapters.read import RAW_LIMIT, SOURCES, read
from adapters.substance import mapping as substance
from adapters.substance.models import SubstanceRow
from tests.unit.docs.pages import ROOT, code, fences, page, prose, section, spans, table

ADAPTERS = page("docs/adapters.md")
EXTRACTS = section(ADAPTERS, "CSV extracts")


def test_every_source_is_listed() -> None:
    """The table has each source, with the name under which its observations are attributed."""
    rows = table(ADAPTERS, "Source", "In the manner of", "Format", "One message is", "Who observed")
    assert [code(row[0]) for row in rows] == list(SOURCES)
    modules = (neonatal, perinatal, substance, health_visiting)
    assert [code(row[4]) for row in rows] == [module.OBSERVER for module in modules]
    formats = {"csv": "CSV", "fhir-r4": "FHIR R4", "hl7v2": "HL7 v2"}
    assert all(row[2].startswith(formats[SOURCES[code(row[0])].format]) for row in rows)


def test_header_lines_are_read() -> None:
    """The page's header lines are headers of the two extracts, in versions that the adapters know."""
    headers, _, _ = fences(EXTRACTS, "text")
    layouts = (neonatal._LAYOUT, substance._LAYOUT)
    for line, layout in zip(headers.splitlines(), layouts, strict=True):
        _, version = _header(line, layout)
        assert list(layout.columns) == [version]


def test_every_column_is_listed() -> None:
    """The page's columns are those of the two extracts, in order."""
    _, first, second = fences(EXTRACTS, "text")
    for block, model in ((first, NeonatalRow), (second, SubstanceRow)):
        assert tuple(block.replace("\n", "").split(",")) == columns_of(model)


@pytest.mark.parametrize("source", ["neonatal", "substance"])
def test_columns_that_must_be_filled_are_said(source: str) -> None:
    """Blanking one of these columns sends a good row to the desk; blanking any other does not."""
    sentences = re.findall(r"((?:`\w+`, )*`\w+` and `\w+`) must be filled", prose(EXTRACTS))
    said = dict(zip(("neonatal", "substance"), sentences, strict=True))
    header, names, row = (ROOT / "adapters" / source / "fixtures" / "danger.csv").read_text().splitlines()[:3]
    ((*cells,),) = csv.reader([row])
    needed = set()
    for place, name in enumerate(names.split(",")):
        blanked = io.StringIO()
        csv.writer(blanked).writerow([*cells[:place], "", *cells[place + 1 :]])
        items = list(read(source, f"{header}\n{names}\n{blanked.getvalue()}".encode()))
        if any(isinstance(item, Quarantined) for item in items):
            needed.add(name)
    assert set(spans(said[source])) == needed


def test_reasons_of_a_withdrawal_are_listed() -> None:
    """The page has each code by which an extract says why a referral was withdrawn."""
    assert set(WITHDRAW_REASONS) <= set(spans(EXTRACTS))


def test_fhir_events_are_listed() -> None:
    """The page has each event of a FHIR message."""
    assert set(EVENTS) <= set(spans(section(ADAPTERS, "FHIR messages")))


def test_hl7_events_and_segments_are_listed() -> None:
    """The page has each trigger and each segment that is read."""
    text = section(ADAPTERS, "HL7 messages")
    assert all(name in text for name in (*TRIGGERS, *READ))


def test_the_longest_message_is_said() -> None:
    """Longer messages go to the desk in pieces."""
    assert f"longer than {RAW_LIMIT // 1024} KiB" in ADAPTERS
