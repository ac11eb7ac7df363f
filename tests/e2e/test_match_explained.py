"""A match explained over gRPC and in the terminal: weights, gates, keys and what would change it, for who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.cli.main import app
from router.matching import load_weights
from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.requests import DESK, SENDER, choice, event, service_context, submit, yes
from tests.support.serving import Service, serving

WEIGHTS = load_weights()
MODERATE = choice("parent_illness_severity", "moderate")
OTHER_SENDER = pb.CallContext(caller="chsp-lanarkshire", reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)
TOLD_TO_ALL = {"outcome", "matcher_version", "review_id"}
SAME, ASK = decision_pb2.MATCH_OUTCOME_SAME_FAMILY, decision_pb2.MATCH_OUTCOME_ASK_A_PERSON


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A router that serves."""
    with serving(tmp_path_factory.mktemp("match")) as one:
        yield one


def send(service: Service, message: referral_pb2.ReferralEvent) -> str:
    """Submit a referral under its own system's name, and return the decision's id."""
    context = SENDER if message.source_system == SENDER.caller else OTHER_SENDER
    return service.stub.SubmitReferral(submit(message, context=context)).decision.decision_id


def read(service: Service, decision_id: str, context: pb.CallContext) -> decision_pb2.Decision:
    """Return a decision with what would change it."""
    request = pb.GetDecisionRequest(context=context, decision_id=decision_id, include_what_would_change=True)
    return service.stub.GetDecision(request).decision


def again(number: int) -> referral_pb2.ReferralEvent:
    """Return another system's referral of a family, its numbers with it."""
    return event(number, MODERATE, source="chsp-lanarkshire")


def namesake(number: int) -> referral_pb2.ReferralEvent:
    """Return a referral of a woman of the same name and birth date, with nothing besides."""
    message = again(number)
    del message.people[0].identifiers[:], message.people[0].phones[:], message.people[1]
    message.household.postcode = f"KY{number % 9 + 1} {number % 8 + 1}ZY"
    message.observations.append(yes("planning_pregnancy"))
    return message


def shown(match: decision_pb2.MatchSummary) -> set[str]:
    """Return the names of what is filled in."""
    return {field.name for field, _ in match.ListFields()}


def test_the_weights_add_up(service: Service) -> None:
    """From the prior by each field's bits to the whole, with both thresholds, and words for every field."""
    send(service, event(11, MODERATE))
    match = read(service, send(service, again(11)), DESK).match
    assert match.outcome == SAME
    assert (match.prior_bits, match.automatic_bits, match.review_bits) == (
        WEIGHTS.prior_bits, WEIGHTS.automatic_bits, WEIGHTS.review_bits,
    )  # fmt: skip
    total = match.prior_bits
    for one in match.fields:
        total += one.bits
        assert one.total_bits == pytest.approx(total)
        assert one.label
    assert total == pytest.approx(match.weight_bits)


def test_the_keys_that_found_it_are_named_without_their_values(service: Service) -> None:
    """The most telling first; a newer version of a referral needs none."""
    send(service, event(222, MODERATE))
    message = again(222)
    decision = read(service, send(service, message), DESK)
    kinds = [one.kind for one in decision.match.found_by]
    assert kinds[0] == "chi"
    assert {"chi", "phone", "born", "name", "infant", "home"} == set(kinds)
    assert all(one.label for one in decision.match.found_by)
    mother = message.people[0]
    said = str(decision.match)
    for value in (mother.identifiers[0].value, mother.phones[0], mother.birth_date, message.household.postcode):
        assert value not in said
    message.source_version = 2
    assert [one.kind for one in read(service, send(service, message), DESK).match.found_by] == ["version"]


def test_gates_have_sentences_and_what_would_change_it_is_found_on_demand(service: Service) -> None:
    """A name and a birth date alone ask a person; an agreeing number would join them."""
    send(service, event(3333, MODERATE))
    decision = read(service, send(service, namesake(3333)), DESK)
    match = decision.match
    assert match.outcome == ASK
    assert [one.gate for one in match.gates_explained] == list(match.gates) == ["nothing-independent"]
    assert all(one.sentence.endswith(".") for one in match.gates_explained)
    changes = {(one.field, one.outcome): one for one in match.what_would_change}
    joined = changes["mother.chi", SAME]
    assert joined.change == "if the mother's CHI number agreed"
    assert joined.result == "the two would be one family"
    without = pb.GetDecisionRequest(context=DESK, decision_id=decision.decision_id)
    assert not service.stub.GetDecision(without).decision.match.what_would_change


def test_what_would_change_it_is_that_of_the_families_as_they_were(service: Service) -> None:
    """What the known family is told to be later does not count: the match was made without it."""
    send(service, event(4444, MODERATE))
    asked = send(service, namesake(4444))
    before = read(service, asked, DESK).match.what_would_change
    later = again(4444)
    later.source_reference, later.household.postcode = "later", namesake(4444).household.postcode
    send(service, later)
    assert read(service, asked, DESK).match.what_would_change == before
    assert before


@pytest.mark.parametrize(("number", "field"), [(5555, "mother.chi"), (5556, "household.address")])
def test_a_statement_comes_true(service: Service, number: int, field: str) -> None:
    """With the number or the house that is supposed to agree, the same referral joins the family."""
    held = event(number, MODERATE)
    held.household.address_lines.append("7 Sandbox Terrace")
    send(service, held)
    agreeing = namesake(number)
    if field == "mother.chi":
        agreeing.people[0].identifiers.append(held.people[0].identifiers[0])
    else:
        agreeing.household.CopyFrom(held.household)
    tried = pb.CheckRequest(context=DESK, event=agreeing)
    assert service.stub.Check(tried).decision.match.outcome == SAME
    changes = read(service, send(service, namesake(number)), DESK).match.what_would_change
    assert any(one.field == field and one.outcome == SAME for one in changes)


def test_a_referrer_learns_the_conclusion_and_no_more(service: Service) -> None:
    """Neither weights nor keys nor gates: they tell of somebody else's record. Not when submitting, not when reading."""
    send(service, event(6666, MODERATE))
    for message in (again(6666), namesake(6666)):
        message.source_reference += f"-{len(message.people)}"
        answer = service.stub.SubmitReferral(submit(message, context=OTHER_SENDER)).decision
        assert shown(answer.match) <= TOLD_TO_ALL
        assert shown(read(service, answer.decision_id, OTHER_SENDER).match) <= TOLD_TO_ALL


def test_a_service_sees_the_match_of_a_family_that_it_works_with(service: Service) -> None:
    """But nothing of a family of which it is asked whether it is the same."""
    send(service, event(7777, MODERATE))
    doubtful = namesake(7777)
    doubtful.source_reference = "doubtful"
    same, asked = send(service, again(7777)), send(service, doubtful)
    whole = read(service, same, DESK)
    context = service_context(whole.lead.service, whole.lead.board_code)
    assert {"fields", "found_by"} <= shown(read(service, same, context).match)
    lead = read(service, asked, DESK).lead
    context = service_context(lead.service, lead.board_code)
    assert shown(read(service, asked, context).match) <= TOLD_TO_ALL


def test_the_terminal_shows_a_waterfall(service: Service, tmp_path: Path) -> None:
    """``router show``: a row for each field with level, bits, total and bar; gates, keys, and what would change it."""
    send(service, event(888, MODERATE))
    decision_id = send(service, namesake(888))
    arguments = ["show", decision_id, "--to", service.address]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    for words in (
        "Matching: ask a person",
        "Found by: ",
        "prior",
        "the mother's birth date",
        "█",
        "Gate nothing-independent: The carer's name and birth date agree",
        "Would change it: if the mother's CHI number agreed, the two would be one family.",
    ):
        assert words in result.output
    unknown = CliRunner().invoke(app, ["show", "dec-0000000000000", "--to", service.address])
    assert unknown.exit_code == 1
    assert "no decision has this id" in unknown.output
    elsewhere = CliRunner().invoke(app, ["show", decision_id, "--to", "router.example.org:50051"])
    assert elsewhere.exit_code == 2
