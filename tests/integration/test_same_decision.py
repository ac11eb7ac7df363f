"""The same content gives the same decision, whichever of the four native formats it came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.population.bundles import bundle, written
from router.v1 import referral_pb2 as pb
from tests.support.processing import process
from tests.unit.adapters.native import DAY, FAMILY, event_of, health_visiting, neonatal
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


def _perinatal_death() -> bytes:
    document = bundle(FAMILY, DAY, [])
    (baby,) = [
        one["resource"]
        for one in document["entry"]
        if one["resource"]["resourceType"] == "Patient" and one["resource"]["id"] != "woman"
    ]
    baby["deceasedDateTime"] = "2026-10-20"
    return written(document)


def _visitors_death() -> bytes:
    segments = health_visiting().decode().split("\r")
    place = next(number for number, one in enumerate(segments) if one.startswith("PID"))
    fields = segments[place].split("|")
    segments[place] = "|".join([*fields, *[""] * (29 - len(fields)), "20261020", "Y"])
    return "\r".join(segments).encode()


def test_one_death_leads_to_one_decision(tmp_path: Path) -> None:
    """The destination "died", a Patient who is deceased, and PID-29 with PID-30: who leads, who helps, what is asked."""
    told = {
        "neonatal": neonatal({"still_admitted": "", "destination": "DIED", "discharge_dt": "2026-10-20"}),
        "perinatal": _perinatal_death(),
        "health-visiting": _visitors_death(),
    }
    outcomes = {}
    for source, data in told.items():
        event = event_of(source, data)
        event.household.board_code, event.requested_service = "S08000032", ""
        event.urgency = pb.URGENCY_ROUTINE
        del event.involvements[:], event.observations[:]
        (tmp_path / source).mkdir()
        with process(tmp_path / source) as running:
            (decision,) = running.submit(event)
        facts = {one.fact: one.value for one in decision.facts}
        outcomes[source] = (
            decision.lead.service,
            tuple(one.service.service for one in decision.supporting),
            tuple(one.fact for one in decision.questions),
            tuple(sorted(facts.items())),
            decision.explanation.for_parent,
        )
        assert facts["pregnancy_loss_or_infant_death"] == "yes"
    assert len(set(outcomes.values())) == 1, outcomes
