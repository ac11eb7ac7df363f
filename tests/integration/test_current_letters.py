"""The texts of a decision are those of the state that it is in; what was decided stays as it is."""

from __future__ import annotations

import pytest

from router.service.current import as_it_stands
from router.service.work import caller_of
from router.store.familyrows import DecisionRow
from router.store.ids import parse
from router.v1 import decision_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.processing import Process
from tests.support.requests import DESK, choice, event, infant_of, next_id, service_context, yes

SEVERE = choice("parent_illness_severity", "severe")


def row_of(running: Process, decision: decision_pb2.Decision) -> DecisionRow:
    """Return a decision as it is kept."""
    number = parse("dec", decision.decision_id)
    with running.core.store.read() as reader:
        return reader.decisions_by_id([number])[number]


def accept(running: Process, decision: decision_pb2.Decision, context: pb.CallContext) -> decision_pb2.Decision:
    """Accept the lead and return the decision as the answer shows it."""
    request = pb.RespondToReferralRequest(
        request_id=next_id(), context=context, decision_id=decision.decision_id, response=pb.RESPONSE_KIND_ACCEPT
    )
    answer = running.core.batcher.submit(running.core.servicer.respond(request, caller_of(context))).result()
    assert isinstance(answer, bytes), answer
    return pb.RespondToReferralResponse.FromString(answer).decision


def read(running: Process, decision: decision_pb2.Decision) -> decision_pb2.Decision:
    """Return the decision as a desk reads it."""
    request = pb.GetDecisionRequest(context=DESK, decision_id=decision.decision_id)
    with running.core.store.read() as reader:
        answer, _ = running.core.servicer._reads.get_decision(request, caller_of(DESK), reader, running.now)
    return pb.GetDecisionResponse.FromString(answer).decision


@pytest.mark.parametrize("reads_as", ["the lead", "the desk"])
def test_once_a_lead_has_accepted_the_texts_say_so(running: Process, reads_as: str) -> None:
    """To all three readers: who leads and what follows, and no answer that is still awaited; nothing kept changes."""
    (proposed,) = running.submit(event(1, SEVERE, yes("suicidal_intent")))
    before = row_of(running, proposed)
    lead = service_context(proposed.lead.service, proposed.lead.board_code)
    answered = accept(running, proposed, lead if reads_as == "the lead" else DESK)
    shown = read(running, proposed)
    kept = row_of(running, proposed)
    assert (kept.document, kept.basis) == (before.document, before.basis)
    label, texts = "The community perinatal mental health team", shown.explanation
    assert f"{label} is your lead service" in texts.for_parent
    assert f"{label} leads" in texts.for_referrer
    assert "proposed" not in texts.for_referrer
    assert texts.for_receiver.startswith("You lead")
    for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
        assert "Until" not in text
        assert "{" not in text
    # What else was told is told still.
    assert shown.main_reason[1:] in texts.for_parent
    assert "Safety notices have gone out" in texts.for_receiver
    assert answered.explanation.for_receiver == texts.for_receiver
    assert answered.explanation.for_parent == texts.for_parent
    shown.state = proposed.state
    shown.explanation.CopyFrom(proposed.explanation)
    assert shown.SerializeToString() == decision_pb2.Decision.FromString(before.document).SerializeToString()


def test_after_a_loss_the_texts_are_written_with_care_then_too(running: Process) -> None:
    """The letter begins with the pack's words of sympathy, and gives no reason."""
    message = event(1, SEVERE)
    del message.people[1:]
    baby = infant_of(1, "2026-09-01")
    baby.death_date = "2026-10-20"
    message.people.append(baby)
    (proposed,) = running.submit(message)
    accept(running, proposed, service_context(proposed.lead.service, proposed.lead.board_code))
    text = read(running, proposed).explanation.for_parent
    assert text.startswith("We are very sorry for your loss.")
    assert "is your lead service" in text
    assert "We chose them because" not in text


def test_what_is_repeated_is_told_in_the_state_that_it_is_in(running: Process) -> None:
    """The same version under another request id, after the lead has accepted."""
    message = event(1, SEVERE)
    (proposed,) = running.submit(message)
    accept(running, proposed, service_context(proposed.lead.service, proposed.lead.board_code))
    (again,) = running.submit(message)
    assert again.decision_id == proposed.decision_id
    assert again.state == decision_pb2.DECISION_STATE_ACCEPTED
    assert "is proposed as lead" not in again.explanation.for_referrer


def test_a_declined_or_superseded_proposal_reads_as_it_was_made(running: Process) -> None:
    """Nobody accepted it, so its words stay."""
    message = event(1, SEVERE)
    (first,) = running.submit(message)
    message.source_version = 2
    running.submit(message)
    with running.core.store.read() as reader:
        row = row_of(running, first)
        shown = as_it_stands(row, lambda: pytest.fail("no text is written"), reader)
    assert shown.state == decision_pb2.DECISION_STATE_SUPERSEDED
    assert shown.explanation == decision_pb2.Decision.FromString(row.document).explanation
