"""Every reader sees a projection made for them; what may not reach them is in no field and no word."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.requests import DESK, choice, event, service_context, submit, yes
from tests.support.serving import Service, serving, status

WORDS_OF_ABUSE = ("abuse", "violen", "protection concern", "marac")
AUDITOR = pb.CallContext(caller="audit-office", reader=pb.READER_KIND_AUDITOR, purpose=pb.PURPOSE_AUDIT)
PARENT = pb.CallContext(caller="parent-portal", reader=pb.READER_KIND_PARENT, purpose=pb.PURPOSE_DIRECT_CARE)
OTHER_SENDER = pb.CallContext(caller="chsp-lanarkshire", reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for this file."""
    with serving(tmp_path_factory.mktemp("service")) as running:
        yield running


def disclosed(service: Service, number: int) -> decision_pb2.Decision:
    """Submit a disclosure by one source, then a plain referral by another; return what the other source is told."""
    told = event(
        number,
        choice("parent_illness_severity", "moderate"),
        yes("domestic_abuse_disclosed"),
        yes("partner_violence"),
        yes("child_protection_concern"),
        yes("partner_substance_use"),
        yes("adoption_planned", "infant-1"),
    )
    service.stub.SubmitReferral(submit(told))
    plain = event(number, choice("parent_illness_severity", "moderate"), source="chsp-lanarkshire")
    return service.stub.SubmitReferral(submit(plain, context=OTHER_SENDER)).decision


def read(service: Service, decision_id: str, context: pb.CallContext) -> decision_pb2.Decision:
    """Return a decision as a reader sees it."""
    return service.stub.GetDecision(pb.GetDecisionRequest(context=context, decision_id=decision_id)).decision


def says_nothing_of_abuse(decision: decision_pb2.Decision) -> None:
    """Assert that a projection shows no trace of the disclosure."""
    assert not decision.safety
    supporting = {one.service.service for one in decision.supporting}
    assert not supporting & {"domestic-abuse-support", "social-work"}
    facts = {one.fact for one in decision.facts}
    assert not facts & {
        "domestic_abuse_disclosed",
        "partner_violence",
        "child_protection_concern",
        "partner_substance_use",
        "adoption_planned",
    }
    met = {c.criterion for one in decision.candidates for c in one.criteria if c.truth == decision_pb2.TRUTH_MET}
    assert not any("abuse" in name or "violence" in name or "protection" in name for name in met)
    texts = (decision.explanation.for_parent, decision.explanation.for_referrer, decision.main_reason)
    for word in WORDS_OF_ABUSE:
        assert not any(word in text.lower() for text in texts)


def test_another_referrer_learns_nothing_of_a_disclosure(service: Service) -> None:
    """Who did not report it does not hear of it: not as a fact, a finding, a supporter, or a reason."""
    decision = disclosed(service, 1)
    says_nothing_of_abuse(decision)
    whole = read(service, decision.decision_id, DESK)
    assert {one.trigger for one in whole.safety} >= {"domestic-abuse", "partner-violence", "child-protection"}


def test_withholding_looks_the_same_with_nothing_to_withhold(service: Service) -> None:
    """A family without a disclosure gets an answer of the same shape: withholding itself tells nothing."""
    with_disclosure = disclosed(service, 2)
    service.stub.SubmitReferral(submit(event(3, choice("parent_illness_severity", "moderate"))))
    plain = event(3, choice("parent_illness_severity", "moderate"), source="chsp-lanarkshire")
    without = service.stub.SubmitReferral(submit(plain, context=OTHER_SENDER)).decision

    def shape(decision: decision_pb2.Decision) -> list[tuple[object, ...]]:
        return [
            (one.service.service, one.eligible, one.why_not_lead, *(c.truth for c in one.criteria))
            for one in decision.candidates
        ]

    assert shape(with_disclosure) == shape(without)
    assert {one.fact for one in with_disclosure.facts} == {one.fact for one in without.facts}


def test_who_reported_it_sees_that_it_was_heard(service: Service) -> None:
    """The source of a disclosure sees its own facts and findings."""
    answer = service.stub.SubmitReferral(submit(event(4, yes("domestic_abuse_disclosed")))).decision
    assert [one.trigger for one in answer.safety] == ["domestic-abuse"]


def test_the_parent_reads_a_text_that_a_partner_may_read(service: Service) -> None:
    """No fact, no criterion, no supporter that would disclose, and no word of abuse."""
    decision = read(service, disclosed(service, 5).decision_id, PARENT)
    says_nothing_of_abuse(decision)
    assert decision.explanation.for_parent
    assert not decision.candidates
    assert not decision.facts
    assert not decision.explanation.for_receiver


def test_a_service_without_a_part_learns_that_a_decision_exists_and_no_more(service: Service) -> None:
    """Existence only: ids, date and state."""
    decision = read(service, disclosed(service, 6).decision_id, service_context("neurodevelopmental"))
    assert {field.name for field, _ in decision.ListFields()} <= {"decision_id", "family_id", "as_of", "state"}


def test_an_auditor_sees_the_working_and_not_the_story(service: Service) -> None:
    """Outcome, pack and matcher, without a fact or a text."""
    decision = read(service, disclosed(service, 7).decision_id, AUDITOR)
    assert decision.pack_digest
    assert not decision.facts
    assert not decision.explanation.for_parent
    assert not decision.candidates


def test_a_stranger_among_referrers_sees_existence_only(service: Service) -> None:
    """A referring system that sent nothing for this family reads nothing of it."""
    stranger = pb.CallContext(caller="daisy-fife", reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)
    decision = read(service, disclosed(service, 8).decision_id, stranger)
    assert not decision.HasField("lead")
    assert not decision.candidates


def test_a_family_in_doubt_tells_the_new_referrer_nothing_of_the_other(service: Service) -> None:
    """A namesake's referral, put before a person, shows none of the known family's facts."""
    known = event(9, yes("domestic_abuse_disclosed"), choice("parent_illness_severity", "severe"))
    service.stub.SubmitReferral(submit(known))
    namesake = event(9, source="chsp-lanarkshire", reference="other")
    mother = namesake.people[0]
    del mother.identifiers[:], mother.phones[:]
    del namesake.people[1]
    namesake.household.postcode = "KY1 1ZZ"
    answer = service.stub.SubmitReferral(submit(namesake, context=OTHER_SENDER)).decision
    assert answer.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    says_nothing_of_abuse(answer)
    assert "parent_illness_severity" not in {one.fact for one in answer.facts}
    # danger is judged over both: how soon says so, and no more
    assert answer.urgency == referral_pb2.URGENCY_URGENT


def test_refusals_repeat_no_value(service: Service) -> None:
    """An error names the field and what to do; never what was in it."""
    bad = event(10)
    bad.people[0].birth_date = "1992-02-31"
    bad.people[0].identifiers[0].value = "x" * 65
    with pytest.raises(grpc.RpcError) as caught:
        service.stub.SubmitReferral(submit(bad))
    assert status(caught.value)[1] == "INVALID_FIELD"
    assert "1992" not in str(caught.value)
    assert "xxx" not in str(caught.value)


def test_a_code_that_nobody_can_read_is_told_to_its_sender_only(service: Service) -> None:
    """What a code without a meaning would disclose is not known; so only its own sender and the desk see it."""
    coded = event(11, choice("parent_illness_severity", "moderate"))
    coded.concerns.add(system="local", code="P07", display="something about a partner")
    coded.observations.add(fact="not_in_the_pack", yes_no=True)
    own = service.stub.SubmitReferral(submit(coded)).decision
    assert {one.concept.code for one in own.unmapped} == {"P07", "not_in_the_pack"}
    plain = event(11, choice("parent_illness_severity", "moderate"), source="chsp-lanarkshire")
    other = service.stub.SubmitReferral(submit(plain, context=OTHER_SENDER)).decision
    assert not other.unmapped
    assert not read(service, other.decision_id, service_context("cpmht")).unmapped
    assert len(read(service, other.decision_id, DESK).unmapped) == 2


def test_what_would_change_is_projected_too(service: Service) -> None:
    """A statement about a fact that the reader may not see is withheld like the fact."""
    whole = disclosed(service, 12)
    request = pb.GetDecisionRequest(
        context=service_context("health-visiting"), decision_id=whole.decision_id, include_what_would_change=True
    )
    seen = service.stub.GetDecision(request).decision
    assert seen.candidates, "health visiting takes part"
    sensitive = {"domestic_abuse_disclosed", "partner_violence", "child_protection_concern", "marac_high_risk"}
    assert not {one.fact for one in seen.what_would_change} & sensitive
    assert not any("buse" in one.change for one in seen.what_would_change)


def test_the_same_service_of_another_board_takes_no_part(service: Service) -> None:
    """A team reads its own board's families and no other's."""
    decision = disclosed(service, 13)
    own = read(service, decision.decision_id, service_context("cpmht"))
    other = read(service, decision.decision_id, service_context("cpmht", "S08000029"))
    assert own.candidates
    assert not other.candidates
    assert not other.HasField("lead")


def test_safe_contact_reaches_the_lead_and_nobody_else(service: Service) -> None:
    """What the family asked for is told to the lead and the desk; needs of communication to all who take part."""
    asked = event(14, choice("parent_illness_severity", "moderate"))
    asked.safe_contact.do_not_write = True
    asked.safe_contact.instructions = "Only call between nine and ten"
    asked.communication_needs.language = "pl"
    asked.communication_needs.interpreter = True
    answer = service.stub.SubmitReferral(submit(asked)).decision
    assert not answer.HasField("safe_contact")
    assert answer.communication_needs.interpreter
    lead = read(service, answer.decision_id, service_context("cpmht"))
    assert lead.safe_contact.do_not_write
    assert lead.safe_contact.instructions
    beside = read(service, answer.decision_id, service_context("health-visiting"))
    assert not beside.HasField("safe_contact")
    assert beside.communication_needs.language == "pl"


def test_a_parent_cannot_list_families(service: Service) -> None:
    """A parent's portal reads one decision by its id, and lists nothing."""
    with pytest.raises(grpc.RpcError) as caught:
        service.stub.ListDecisions(pb.ListDecisionsRequest(context=PARENT))
    assert status(caught.value)[1] == "NOT_YOURS_TO_READ"
