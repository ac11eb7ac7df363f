"""The tests that stand in the rule files, run by pytest as well as by ``router rules test``."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.authoring.cases import CaseResult, run_cases
from router.rules.loader import load_pack

PACK = load_pack(Path(__file__).parents[3] / "rules" / "scotland")


@pytest.mark.parametrize("result", list(run_cases(PACK)), ids=lambda result: f"{result.file}: {result.name}")
def test_case_of_the_scottish_pack(result: CaseResult) -> None:
    """A test in a rule file passes."""
    assert result.faults == ()
