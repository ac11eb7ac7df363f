"""The same content gives the same decision, whichever of the four native formats it came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processing import process
from tests.unit.adapters.native import event_of
from tests.unit.adapters.test_adapter_same_content import SENDERS

SHARED = ("parent_illness_severity", "substance_use", "suicidal_intent", "child_protection_concern", "faltering_growth")


@pytest.mark.parametrize("fact", SHARED)
def test_one_fact_leads_to_one_decision(tmp_path: Path, fact: str) -> None:
    """Lead, danger and tier of need are the same from each source that can carry the fact."""
    outcomes = {}
    for source, (sent, write) in SENDERS.items():
        if fact not in sent:
            continue
        event = event_of(source, write(sent[fact]))
        # what a format says beside the fact is not what is compared: the board of the file and the asked-for service
        event.household.board_code, event.requested_service = "S08000032", ""
        del event.involvements[:]
        (tmp_path / source).mkdir()
        with process(tmp_path / source) as running:
            (decision,) = running.submit(event)
        outcomes[source] = (decision.lead.service, tuple(one.trigger for one in decision.safety), decision.tier)
    assert len(outcomes) >= 3
    assert len(set(outcomes.values())) == 1, outcomes
