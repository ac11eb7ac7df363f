"""A move that waits, through the service and both stores: who took over and when is kept, and read again."""

from __future__ import annotations

from datetime import timedelta

from router.routing.case import Handover
from router.service.hindsight import case_again
from router.store.ids import parse
from tests.support.processing import Process
from tests.support.requests import choice, event, yes
from tests.support.reviewing import accept, accept_as

FLAGS = (
    "needs_inpatient_care",
    "psychosis_suspected",
    "suicidal_intent",
    "recent_mental_state_change",
    "new_violent_self_harm",
    "estrangement_from_infant",
    "severe_sleep_difficulty",
    "history_bipolar_or_psychosis",
    "distress_linked_to_birth_or_loss",
)


def test_a_step_down_waits_for_days_since_the_lead_accepted(running: Process) -> None:
    """What waits is decided by when the lead accepted, and the decision can be made again from what is kept."""
    (first,) = running.submit(event(1, choice("parent_illness_severity", "moderate")))
    assert first.lead.service == "cpmht"
    took_over = running.now
    accept(running, first)
    ten = event(1).observations.add()
    ten.fact, ten.subject_ref, ten.number, ten.observed_by = "epds_item_10", "mother", 0, "midwife"
    well = [choice("parent_illness_severity", "mild"), ten, *(yes(flag, value=False) for flag in FLAGS)]
    leads = []
    for version, days in ((2, 20), (3, 30)):
        running.now = took_over + timedelta(days=days)
        (decision,) = running.submit(event(1, *well, version=version, when=running.now))
        leads.append((decision.lead.service, decision.move.reason))
        number = parse("dec", decision.decision_id)
        row = running.decisions(number)[number]
        with running.core.store.read() as reader:
            assert case_again(row, reader).standing.handed == Handover("", took_over)
    assert leads[0] == ("cpmht", "care changed hands not long ago, so the service that leads goes on for now")
    assert leads[1][0] == "gp"
    accept_as(running, decision.decision_id, "gp", decision.lead.board_code)
    (after,) = running.submit(event(1, *well, version=4, when=running.now))
    number = parse("dec", after.decision_id)
    with running.core.store.read() as reader:
        assert case_again(running.decisions(number)[number], reader).standing.handed == Handover("cpmht", running.now)
