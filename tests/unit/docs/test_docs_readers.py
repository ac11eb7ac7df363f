"""The pages on confidentiality and callers say what the projection and the list of callers do."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.model.facts import Privacy
from router.rules.loader import load_pack
from router.service.callers import _Entry, load_callers
from router.service.projection import Projector, Reader
from router.service.settings import DEFAULT_PACK, Settings, SettingsError
from router.v1 import routing_service_pb2 as pb
from tests.unit.docs.pages import code, fences, page, section, spans, table

CONFIDENTIALITY = page("docs/confidentiality.md")
CALLERS = page("docs/callers.md")
PACK = load_pack(DEFAULT_PACK)


def test_every_fact_that_is_not_ordinary_is_listed() -> None:
    """The table has each privacy kind with its facts in the example pack."""
    rows = table(CONFIDENTIALITY, "Kind", "Facts of the example pack")
    shown = {code(row[0]): set(spans(row[1])) for row in rows}
    kinds = {kind for kind in Privacy if kind is not Privacy.ORDINARY}
    assert shown == {kind.value: {name for name, fact in PACK.facts.items() if fact.privacy is kind} for kind in kinds}


def test_every_service_that_sees_more_is_listed() -> None:
    """The table has each service of the example pack that may see more than ordinary facts."""
    rows = table(CONFIDENTIALITY, "Service", "May see besides")
    shown = {code(row[0]): set(spans(row[1])) for row in rows}
    services = PACK.services.items()
    assert shown == {name: {kind.value for kind in one.may_see} for name, one in services if one.may_see}


def test_every_kind_of_reader_is_listed() -> None:
    """The table has each reader of the contract and of the projection."""
    shown = {code(row[0]) for row in table(CONFIDENTIALITY, "Reader", "What it gets")}
    assert shown == set(pb.ReaderKind.keys()) - {"READER_KIND_UNSPECIFIED"}
    assert {name.removeprefix("READER_KIND_").lower() for name in shown} == {reader.value for reader in Reader}


def test_services_that_tell_by_their_name_are_listed() -> None:
    """The services left out for readers who may not know are those that the projection hides."""
    hidden = {name for name, kinds in Projector(PACK)._revealing.items() if kinds}
    sentence = section(CONFIDENTIALITY, "What is left out").partition("In the example pack these are ")[2]
    assert set(spans(sentence.partition(". ")[0])) == hidden


def test_the_example_list_of_callers_loads(tmp_path: Path) -> None:
    """It is a list that the router takes, and its caller's names are patterns of the contract."""
    (block,) = fences(CALLERS, "yaml")
    file = tmp_path / "callers.yaml"
    file.write_text(block)
    listed = load_callers(file).listed
    assert listed
    assert "cpmht@S08000024" in listed["cpmht-lothian"].services


def test_every_key_of_a_caller_is_documented() -> None:
    """The table has each key, and every kind of reader stands in it."""
    rows = table(CALLERS, "Key", "What it holds")
    assert [code(row[0]) for row in rows] == list(_Entry.model_fields)
    assert {reader.value for reader in Reader} <= set(spans(rows[1][1]))


@pytest.mark.parametrize("left_out", ["tls_certificate", "tls_key", "tls_client_ca", "callers"])
def test_the_options_of_tls_go_together(left_out: str, tmp_path: Path) -> None:
    """As the page says: all four or none."""
    given = {name: tmp_path / name for name in ("tls_certificate", "tls_key", "tls_client_ca", "callers")}
    Settings(data=tmp_path, host="0.0.0.0", **given)
    del given[left_out]
    with pytest.raises(SettingsError, match="all four or none"):
        Settings(data=tmp_path, host="0.0.0.0", **given)


def test_without_tls_only_loopback_is_taken(tmp_path: Path) -> None:
    """As the page says."""
    Settings(data=tmp_path)
    with pytest.raises(SettingsError, match="reached from other machines"):
        Settings(data=tmp_path, host="0.0.0.0")
