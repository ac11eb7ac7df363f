"""The contract over a real socket: every call, its answers and its refusals."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from router.v1 import decision_pb2, notice_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.places import STORES, Place
from tests.support.requests import (
    DESK,
    FIFE,
    LANARKSHIRE,
    SENDER,
    choice,
    event,
    next_id,
    service_context,
    submit,
    yes,
)
from tests.support.serving import Service, serving, status

MODERATE = choice("parent_illness_severity", "moderate")


@pytest.fixture(scope="module", params=STORES)
def service(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Service]:
    """One service on each kind of store for this file; each test uses families of its own."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, store=Place.of(request.param, folder).url) as running:
        yield running


def refused(call: object) -> tuple[grpc.StatusCode, str, list[str]]:
    """Return how a call was refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call()  # type: ignore[operator]
    return status(caught.value)


def desk_view(service: Service, decision_id: str) -> decision_pb2.Decision:
    """Return a decision as the desk sees it."""
    request = pb.GetDecisionRequest(context=DESK, decision_id=decision_id)
    return service.stub.GetDecision(request).decision


def notices_of(service: Service, recipient: str) -> list[notice_pb2.Notice]:
    """Return every notice of a recipient."""
    found: list[notice_pb2.Notice] = []
    after = 0
    while True:
        request = pb.ListNoticesRequest(context=DESK, recipient=recipient, after_sequence=after, page_size=200)
        page = service.stub.ListNotices(request)
        if not page.notices:
            return found
        found.extend(page.notices)
        after = page.next_after_sequence


def test_a_referral_gets_one_lead_and_an_explanation(service: Service) -> None:
    """One lead, a reason, every service explained, and a text for the referrer."""
    answer = service.stub.SubmitReferral(submit(event(1, MODERATE)))
    decision = answer.decision
    assert decision.state == decision_pb2.DECISION_STATE_PROPOSED
    assert decision.lead.service == "cpmht"
    assert decision.lead.board_code == LANARKSHIRE
    assert decision.main_reason == "Moderate or severe mental illness"
    whole = desk_view(service, decision.decision_id)
    assert len(whole.candidates) == 22
    assert all(one.why_not_lead for one in whole.candidates if one.service.service != "cpmht")
    assert all(criterion.citation for one in whole.candidates for criterion in one.criteria)
    assert "community perinatal mental health team" in decision.explanation.for_referrer
    assert not decision.explanation.for_parent, "the parent's text is not the referrer's"


def test_the_same_request_gets_the_same_bytes(service: Service) -> None:
    """Same id and content: the stored answer, byte for byte, with nothing decided again."""
    request = submit(event(2, MODERATE))
    first = service.stub.SubmitReferral(request)
    again = service.stub.SubmitReferral(request)
    assert first.SerializeToString() == again.SerializeToString()
    listed = service.stub.ListDecisions(pb.ListDecisionsRequest(context=DESK, family_id=first.decision.family_id))
    assert len(listed.decisions) == 1


def test_the_same_id_with_other_content_is_refused(service: Service) -> None:
    """A request id names one content for ever."""
    request = submit(event(3))
    service.stub.SubmitReferral(request)
    other = submit(event(3, MODERATE), request.request_id)
    code, reason, _ = refused(lambda: service.stub.SubmitReferral(other))
    assert (code, reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


def test_a_version_that_comes_again_is_answered_and_one_that_differs_is_refused(service: Service) -> None:
    """The same version under a new id gets the standing decision; with other content it is refused."""
    first = service.stub.SubmitReferral(submit(event(4, MODERATE)))
    again = service.stub.SubmitReferral(submit(event(4, MODERATE)))
    assert again.decision.decision_id == first.decision.decision_id
    code, reason, _ = refused(lambda: service.stub.SubmitReferral(submit(event(4))))
    assert (code, reason) == (grpc.StatusCode.ALREADY_EXISTS, "SOURCE_VERSION_REUSED")


def test_faulty_fields_are_named_and_change_nothing(service: Service) -> None:
    """Every faulty field by its path, one reason, and no trace of the values."""
    bad = event(5)
    bad.people[0].birth_date = "1992-02-30"
    bad.observations.add(fact="hpi", choice="core", subject_ref="nobody")
    code, reason, fields = refused(lambda: service.stub.SubmitReferral(submit(bad)))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert fields == ["event.people[0].birth_date", "event.observations[0].subject_ref"]
    worse = submit(referral_pb2.ReferralEvent(), "short")
    _, _, fields = refused(lambda: service.stub.SubmitReferral(worse))
    assert {"request_id", "event.source_system", "event.people", "event.occurred_at"} <= set(fields)


def test_nobody_sends_in_the_routers_own_name(service: Service) -> None:
    """What the router carries from family to family is nobody else's to write or to withdraw."""
    mine = event(6, source="router")
    withdrawal = pb.WithdrawReferralRequest(
        request_id=next_id(),
        context=DESK,
        source_system="router",
        source_reference="moved-reg-1",
        reason=pb.WITHDRAW_REASON_SENT_IN_ERROR,
        occurred_at=mine.occurred_at,
    )
    for call, path in (
        (lambda: service.stub.SubmitReferral(submit(mine)), "event.source_system"),
        (lambda: service.stub.WithdrawReferral(withdrawal), "source_system"),
    ):
        code, reason, fields = refused(call)
        assert (code, reason, fields) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", [path])


def test_a_dry_run_keeps_nothing_and_says_submit_now_on_danger(service: Service) -> None:
    """Check changes no family, episode, decision or notice; danger makes it say so."""
    before = len(notices_of(service, "triage-lanarkshire"))
    calm = service.stub.Check(pb.CheckRequest(context=SENDER, event=event(6, MODERATE))).decision
    assert calm.lead.service == "cpmht"
    assert not calm.submit_now
    assert not calm.decision_id
    danger = event(6, yes("psychosis_suspected"))
    alarmed = service.stub.Check(pb.CheckRequest(context=SENDER, event=danger)).decision
    assert "Submit this referral now" in alarmed.submit_now
    assert len(notices_of(service, "triage-lanarkshire")) == before
    fresh = service.stub.SubmitReferral(submit(event(6, MODERATE)))
    assert fresh.decision.match.outcome == decision_pb2.MATCH_OUTCOME_NEW_FAMILY


def test_a_stream_goes_on_after_a_bad_item(service: Service) -> None:
    """Every item is answered under its own id; the bad one alone is refused."""
    good = [submit(event(number, MODERATE)) for number in (10, 11, 12)]
    bad = submit(event(13))
    bad.event.household.board_code = "Lanark"
    items = [pb.SubmitReferralsRequest(request=one) for one in (good[0], bad, good[1], good[2])]
    answers = {one.request_id: one for one in service.stub.SubmitReferrals(iter(items))}
    assert len(answers) == 4
    assert all(answers[one.request_id].response.decision.lead.service == "cpmht" for one in good)
    assert answers[bad.request_id].error.reason == "INVALID_FIELD"
    assert answers[bad.request_id].error.faults[0].field == "request.event.household.board_code"


def test_a_duplicate_joins_the_family_and_everybody_is_told(service: Service) -> None:
    """Two sources, one family, one episode, one lead; both senders hear of each other."""
    first = service.stub.SubmitReferral(submit(event(20, MODERATE, referrer="maternity")))
    other = event(20, MODERATE, source="chsp-lanarkshire", referrer="health-visiting")
    second = service.stub.SubmitReferral(submit(other))
    assert second.decision.family_id == first.decision.family_id
    assert second.decision.episode_id == first.decision.episode_id
    assert second.decision.duplicate_of == [first.referral_id]
    for recipient in (f"maternity@{LANARKSHIRE}", f"health-visiting@{LANARKSHIRE}"):
        kinds = [one.kind for one in notices_of(service, recipient)]
        assert notice_pb2.NOTICE_KIND_ALSO_REFERRED in kinds


def test_a_lead_accepts_and_stays(service: Service) -> None:
    """After acceptance the lead holds; a later referral does not move it without a named rule."""
    proposed = service.stub.SubmitReferral(submit(event(30, MODERATE))).decision
    request = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context("cpmht"),
        decision_id=proposed.decision_id,
        response=pb.RESPONSE_KIND_ACCEPT,
    )
    accepted = service.stub.RespondToReferral(request).decision
    assert accepted.state == decision_pb2.DECISION_STATE_ACCEPTED
    assert accepted.decision_id == proposed.decision_id
    later = event(30, yes("parenting_support_wanted"), source="chsp-lanarkshire")
    after = service.stub.SubmitReferral(submit(later)).decision
    assert after.lead.service == "cpmht"
    assert after.state == decision_pb2.DECISION_STATE_ACCEPTED
    assert after.move.kind == decision_pb2.MOVE_KIND_STAY


def test_a_named_move_is_proposed_while_the_giver_holds(service: Service) -> None:
    """A step up is proposed to the receiver; the giver is told and goes on holding until it accepts."""
    first = service.stub.SubmitReferral(submit(event(31, MODERATE))).decision
    respond = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context("cpmht"),
        decision_id=first.decision_id,
        response=pb.RESPONSE_KIND_ACCEPT,
    )
    service.stub.RespondToReferral(respond)
    worse = event(31, choice("parent_illness_severity", "severe"), yes("needs_inpatient_care"), yes("primary_carer"))
    worse.source_system = "morse-lanarkshire"
    moved = desk_view(service, service.stub.SubmitReferral(submit(worse)).decision.decision_id)
    assert moved.lead.service == "mbu"
    assert moved.move.kind == decision_pb2.MOVE_KIND_STEP_UP
    assert moved.held_by_meanwhile.service == "cpmht"
    assert moved.state == decision_pb2.DECISION_STATE_PROPOSED
    told = [one.kind for one in notices_of(service, f"cpmht@{LANARKSHIRE}") if one.family_id == moved.family_id]
    assert notice_pb2.NOTICE_KIND_MOVE_PROPOSED in told
    take = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context("mbu", moved.lead.board_code),
        decision_id=moved.decision_id,
        response=pb.RESPONSE_KIND_ACCEPT,
    )
    assert service.stub.RespondToReferral(take).decision.state == decision_pb2.DECISION_STATE_ACCEPTED


def test_a_decline_needs_a_reason_and_finds_another_owner(service: Service) -> None:
    """No reason: refused. With one: decided again without that service, and the referrer is told."""
    proposed = service.stub.SubmitReferral(submit(event(32, MODERATE, referrer="maternity"))).decision
    decline = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context("cpmht"),
        decision_id=proposed.decision_id,
        response=pb.RESPONSE_KIND_DECLINE,
    )
    code, reason, fields = refused(lambda: service.stub.RespondToReferral(decline))
    assert (code, reason, fields) == (grpc.StatusCode.INVALID_ARGUMENT, "DECLINE_NEEDS_REASON", ["decline_reason"])
    decline.decline_reason = pb.DECLINE_REASON_LACK_OF_CAPACITY
    service.stub.RespondToReferral(decline)
    listed = service.stub.ListDecisions(pb.ListDecisionsRequest(context=DESK, family_id=proposed.family_id)).decisions
    assert [one.state for one in listed] == [
        decision_pb2.DECISION_STATE_PROPOSED,
        decision_pb2.DECISION_STATE_DECLINED,
    ]
    assert listed[0].lead.service not in ("", "cpmht")
    told = [one.kind for one in notices_of(service, f"maternity@{LANARKSHIRE}")]
    assert notice_pb2.NOTICE_KIND_DECLINED in told


def test_only_the_service_asked_may_answer(service: Service) -> None:
    """Another service, and a proposal that no longer stands, are refused with reasons of their own."""
    proposed = service.stub.SubmitReferral(submit(event(33, MODERATE))).decision

    def respond(context: pb.CallContext, decision_id: str) -> object:
        request = pb.RespondToReferralRequest(
            request_id=next_id(), context=context, decision_id=decision_id, response=pb.RESPONSE_KIND_ACCEPT
        )
        return lambda: service.stub.RespondToReferral(request)

    assert refused(respond(service_context("imh"), proposed.decision_id))[1] == "NOT_YOURS_TO_ANSWER"
    assert refused(respond(service_context("cpmht", FIFE), proposed.decision_id))[1] == "NOT_YOURS_TO_ANSWER"
    assert refused(respond(service_context("cpmht"), "dec-0000000000000"))[1] == "UNKNOWN_DECISION"
    assert refused(respond(service_context("cpmht"), "nonsense"))[1] == "UNKNOWN_DECISION"
    service.stub.SubmitReferral(submit(event(33, choice("parent_illness_severity", "severe"), version=2)))
    assert refused(respond(service_context("cpmht"), proposed.decision_id))[1] == "DECISION_NOT_CURRENT"


def test_a_withdrawal_keeps_the_danger(service: Service) -> None:
    """The referral stops to speak; what danger it carried stays on the decision."""
    service.stub.SubmitReferral(submit(event(40, MODERATE, yes("suicidal_intent"))))
    request = pb.WithdrawReferralRequest(
        request_id=next_id(),
        context=SENDER,
        source_system="badgernet-lanarkshire",
        source_reference="r-40",
        reason=pb.WITHDRAW_REASON_SENT_IN_ERROR,
        occurred_at=event(40).occurred_at,
    )
    answer = service.stub.WithdrawReferral(request).decision
    assert [one.trigger for one in answer.safety] == ["suicidal-intent"]
    assert answer.urgency == referral_pb2.URGENCY_EMERGENCY
    assert service.stub.WithdrawReferral(request).decision == answer
    request.request_id, request.source_reference = next_id(), "never-sent"
    assert refused(lambda: service.stub.WithdrawReferral(request))[1] == "UNKNOWN_REFERRAL"


def test_a_withdrawn_quiet_referral_lies_on_the_desk(service: Service) -> None:
    """When nothing speaks any more, a desk owns the family, with a coded reason."""
    service.stub.SubmitReferral(submit(event(41, MODERATE)))
    request = pb.WithdrawReferralRequest(
        request_id=next_id(),
        context=SENDER,
        source_system="badgernet-lanarkshire",
        source_reference="r-41",
        reason=pb.WITHDRAW_REASON_NO_LONGER_NEEDED,
        occurred_at=event(41).occurred_at,
    )
    answer = service.stub.WithdrawReferral(request).decision
    assert answer.outcome == decision_pb2.OUTCOME_DESK
    assert answer.desk_reason == "ALL_REFERRALS_WITHDRAWN"


def test_an_unreadable_message_lies_on_the_desk_danger_first(service: Service) -> None:
    """A quarantined message is a desk item, its danger words found, its notices sent."""
    request = pb.SubmitQuarantinedRequest(
        request_id=next_id(),
        context=SENDER,
        source_system="morse-fife",
        reason="FHIR_NOT_JSON",
        location="bundle.json",
        raw=b"{ mother is SUICIDAL, bruising seen ",
        format="fhir-r4",
        board_code=FIFE,
    )
    answer = service.stub.SubmitQuarantined(request)
    assert answer.desk == "triage-fife"
    assert list(answer.danger) == ["bruising-not-mobile", "suicidal-intent"]
    kinds = [one.kind for one in notices_of(service, "triage-fife")]
    assert notice_pb2.NOTICE_KIND_RED_FLAG in kinds
    assert notice_pb2.NOTICE_KIND_SAFEGUARDING in kinds
    assert notice_pb2.NOTICE_KIND_DESK_ITEM in kinds
    assert service.stub.SubmitQuarantined(request) == answer


def test_notices_are_read_by_their_recipient_and_acknowledged(service: Service) -> None:
    """From a cursor on, by the recipient or the desk alone; an acknowledgement is kept."""
    service.stub.SubmitReferral(submit(event(50, MODERATE, yes("psychosis_suspected"), board=FIFE)))
    recipient = f"cpmht@{FIFE}"
    mine = service_context("cpmht", FIFE)
    page = service.stub.ListNotices(pb.ListNoticesRequest(context=mine, recipient=recipient))
    flagged = [one for one in page.notices if one.kind == notice_pb2.NOTICE_KIND_RED_FLAG]
    assert flagged
    assert flagged[0].HasField("act_by")
    rest = pb.ListNoticesRequest(context=mine, recipient=recipient, after_sequence=page.next_after_sequence)
    assert not service.stub.ListNotices(rest).notices
    peek = pb.ListNoticesRequest(context=service_context("imh", FIFE), recipient=recipient)
    assert refused(lambda: service.stub.ListNotices(peek))[1] == "NOT_YOURS_TO_READ"
    take = pb.AcknowledgeNoticeRequest(context=mine, notice_id=flagged[0].notice_id)
    acknowledged = service.stub.AcknowledgeNotice(take).notice
    assert acknowledged.HasField("acknowledged_at")
    assert service.stub.AcknowledgeNotice(take).notice == acknowledged
    unknown = pb.AcknowledgeNoticeRequest(context=mine, notice_id="ntc-0000000000000")
    assert refused(lambda: service.stub.AcknowledgeNotice(unknown))[1] == "UNKNOWN_NOTICE"


def test_decisions_are_listed_in_pages(service: Service) -> None:
    """Newest first, filtered by board, page after page with nothing twice."""
    made = [service.stub.SubmitReferral(submit(event(n, MODERATE, board="S08000020"))) for n in range(60, 65)]
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListDecisionsRequest(context=DESK, board_code="S08000020", page_size=2, page_token=token)
        page = service.stub.ListDecisions(request)
        seen.extend(one.decision_id for one in page.decisions)
        token = page.next_page_token
        if not token:
            break
    assert seen == [one.decision.decision_id for one in reversed(made)]
    bad = pb.ListDecisionsRequest(context=DESK, page_token="rubbish")
    assert refused(lambda: service.stub.ListDecisions(bad))[1] == "BAD_PAGE_TOKEN"


def test_what_would_change_is_worked_out_on_demand(service: Service) -> None:
    """From the stored inputs, each statement names a lead other than the present one."""
    made = service.stub.SubmitReferral(submit(event(70, choice("parent_illness_severity", "mild")))).decision
    request = pb.GetDecisionRequest(context=DESK, decision_id=made.decision_id, include_what_would_change=True)
    whole = service.stub.GetDecision(request).decision
    assert whole.what_would_change
    assert all(one.lead != whole.lead.service for one in whole.what_would_change)
    assert any(one.lead == "cpmht" for one in whole.what_would_change)


def test_health_and_reflection_are_served(service: Service) -> None:
    """A load balancer can see that it serves, and a developer what."""
    health = health_pb2_grpc.HealthStub(service.channel)
    answer = health.Check(health_pb2.HealthCheckRequest(service="router.v1.RoutingService"))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    reflection = reflection_pb2_grpc.ServerReflectionStub(service.channel)
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol="router.v1.RoutingService")
    (described,) = reflection.ServerReflectionInfo(iter([request]))
    assert described.file_descriptor_response.file_descriptor_proto


def test_a_deadline_that_has_passed_is_said_so(service: Service) -> None:
    """A caller that will not wait is told, and its retry finds the answer or makes it."""
    request = submit(event(80, MODERATE))
    with pytest.raises(grpc.RpcError) as caught:
        service.stub.SubmitReferral(request, timeout=0.000_001)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert service.stub.SubmitReferral(request).decision.lead.service == "cpmht"
