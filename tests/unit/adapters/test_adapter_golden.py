"""Every fixture gives what its golden file says."""

from __future__ import annotations

import pytest
from google.protobuf.json_format import ParseDict

from adapters.golden import Case, cases, main
from adapters.outcome import Mapped
from adapters.read import read
from router.v1.referral_pb2 import ReferralEvent

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fixture_gives_its_golden_items(case: Case) -> None:
    """Events equal the golden ones as protobuf messages; the other items equal them as documents."""
    expected = case.expected()
    assert expected["note"], "say why the case exists"
    items = list(read(case.source, case.fixture))
    golden = [ParseDict(one["event"], ReferralEvent()) for one in expected["items"] if "event" in one]
    assert [item.event for item in items if isinstance(item, Mapped)] == golden
    assert case.actual() == expected["items"]


def test_every_golden_file_has_a_fixture() -> None:
    """A golden file whose fixture is gone would check nothing."""
    written = {path for case in CASES for path in case.golden.parent.iterdir()}
    assert written == {case.golden for case in CASES}


def test_golden_command_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """The command that checks the golden files finds no fault."""
    assert main([]) == 0
    assert capsys.readouterr().err == ""
