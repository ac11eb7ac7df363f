"""The review list over real gRPC, and by the commands that desks run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from typer.testing import CliRunner, Result

from router.cli.main import app
from router.v1 import family_service_pb2 as pb
from router.v1.family_service_pb2_grpc import FamilyServiceStub
from tests.support.requests import DESK, SENDER, choice, event, next_id, service_context, submit, yes
from tests.support.reviewing import perhaps
from tests.support.serving import Service, serving, status
from tests.unit.docs.pages import fences, page, section

SEVERE = choice("parent_illness_severity", "severe")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for this module."""
    with serving(tmp_path_factory.mktemp("reviews") / "data") as running:
        yield running


@pytest.fixture
def families(service: Service) -> FamilyServiceStub:
    """The desk's stub."""
    return FamilyServiceStub(service.channel)


def asked(service: Service, number: int) -> tuple[str, str, str]:
    """Submit two referrals that may be one family; return both families and the review."""
    known = service.stub.SubmitReferral(submit(event(number, SEVERE))).decision
    other = service.stub.SubmitReferral(submit(perhaps(number, yes("suicidal_intent")))).decision
    return known.family_id, other.family_id, other.match.review_id


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str, list[str]]:
    """Make a call that is refused, and return code, reason and fields."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return status(caught.value)


def router(service: Service, *words: str) -> Result:
    """Run a command of the desk against the service."""
    return CliRunner().invoke(app, ["families", *words, "--address", service.address], env={"COLUMNS": "200"})


def test_a_review_from_the_list_to_the_undo(service: Service, families: FamilyServiceStub) -> None:
    """Each call over the wire: list, claim, see, decide, see the family, undo."""
    known, other, review = asked(service, 1)
    listed = families.ListReviews(pb.ListReviewsRequest(context=DESK)).reviews
    assert review in {one.review_id for one in listed}
    claim = pb.ClaimReviewRequest(request_id=next_id(), context=DESK, review_id=review)
    assert families.ClaimReview(claim).review.claimed_by == "desk-console"
    seen = families.GetReview(pb.GetReviewRequest(context=DESK, review_id=review))
    assert {seen.family.family_id, seen.possible_family.family_id} == {known, other}
    decision = pb.DecideReviewRequest(
        request_id=next_id(),
        context=DESK,
        review_id=review,
        verdict=pb.REVIEW_VERDICT_SAME,
        reason=pb.REVIEW_REASON_RECORDS_COMPARED,
    )
    answer = families.DecideReview(decision)
    assert answer == families.DecideReview(decision), "the same request, the same answer"
    assert [one.family_id for one in answer.consequences.decisions] == [known]
    assert families.GetFamily(pb.GetFamilyRequest(context=DESK, family_id=other)).family.family_id == known
    undo = pb.UndoMergeRequest(
        request_id=next_id(), context=DESK, id=known, reason=pb.REGROUPING_REASON_DECIDED_IN_ERROR
    )
    assert families.UndoMerge(undo).family_id == other


def test_refusals_have_their_code_and_change_nothing(service: Service, families: FamilyServiceStub) -> None:
    """Who is no desk, what is not there, what is faulty."""
    _, other, review = asked(service, 2)
    for context in (SENDER, service_context("cpmht")):
        for call in (
            lambda at=context: families.ListReviews(pb.ListReviewsRequest(context=at)),
            lambda at=context: families.GetReview(pb.GetReviewRequest(context=at, review_id=review)),
            lambda at=context: families.GetFamily(pb.GetFamilyRequest(context=at, family_id=other)),
            lambda at=context: families.ClaimReview(
                pb.ClaimReviewRequest(request_id=next_id(), context=at, review_id=review)
            ),
        ):
            assert refused(call)[:2] == (grpc.StatusCode.PERMISSION_DENIED, "NOT_A_REVIEWER")
    strange = pb.GetReviewRequest(context=DESK, review_id="rev-nonsense")
    assert refused(lambda: families.GetReview(strange))[:2] == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_REVIEW")
    hidden = pb.GetFamilyRequest(context=DESK, family_id=other, include_hidden=True)
    assert refused(lambda: families.GetFamily(hidden))[:2] == (grpc.StatusCode.PERMISSION_DENIED, "NOT_YOURS_TO_READ")
    page_token = pb.ListReviewsRequest(context=DESK, page_token="9.9.9")
    assert refused(lambda: families.ListReviews(page_token))[1] == "BAD_PAGE_TOKEN"
    bare = pb.DecideReviewRequest(request_id=next_id(), context=DESK, review_id=review, verdict=1)
    assert refused(lambda: families.DecideReview(bare)) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ["reason"],
    )
    bare.reason = pb.REVIEW_REASON_CLERICAL_ERROR
    assert refused(lambda: families.DecideReview(bare))[2] == ["note"]
    nothing = pb.SplitFamilyRequest(request_id=next_id(), context=DESK, family_id=other, reason=1)
    assert refused(lambda: families.SplitFamily(nothing))[2] == ["referral_ids"]
    undo = pb.UndoMergeRequest(request_id=next_id(), context=DESK, id=other, reason=1)
    assert refused(lambda: families.UndoMerge(undo))[:2] == (grpc.StatusCode.FAILED_PRECONDITION, "NOTHING_TO_UNDO")
    reopen = pb.ReopenReviewRequest(request_id=next_id(), context=DESK, review_id=review, reason=1)
    assert refused(lambda: families.ReopenReview(reopen))[1] == "REVIEW_NOT_DIFFERENT"
    assert families.GetReview(pb.GetReviewRequest(context=DESK, review_id=review)).review.state == pb.REVIEW_STATE_OPEN


def test_the_documented_path_of_a_reviewer_works(service: Service) -> None:
    """The README's three commands, in their order, with the id that the first one prints."""
    known, other, review = asked(service, 3)
    (block,) = [one for one in fences(section(page("README.md"), "Operators"), "sh") if "families reviews" in one]
    lines = [line.split() for line in block.splitlines()]
    assert [words[2] for words in lines] == ["reviews", "review", "decide"]
    for words in lines:
        done = router(service, *(review if re.fullmatch("rev-[0-9a-z]{13}", one) else one for one in words[2:]))
        assert done.exit_code == 0, done.output
        assert review in done.output
    assert "Decided again" in done.output
    assert known in done.output
    assert other in done.output


def test_the_commands_of_a_desk(service: Service) -> None:
    """Claim, release, reopen, show, split, undo, move an infant; a refusal is one sentence and exit code 1."""
    known, other, review = asked(service, 4)
    assert "in hand: desk-console" in router(service, "claim", review, "--minutes", "5").output
    taken = router(service, "claim", review, "--caller", "desk-second")
    assert taken.exit_code == 1
    assert "REVIEW_CLAIMED" in taken.output
    assert router(service, "release", review).exit_code == 0
    assert "answered: two families" in router(service, "decide", review, "different", "--reason", "family-asked").output
    assert "open" in router(service, "reopen", review, "--reason", "new-evidence").output
    router(service, "decide", review, "same", "--reason", "number-checked")
    assert f"Family {other} is there again" in router(service, "undo", known, "--reason", "decided-in-error").output
    later = service.stub.SubmitReferral(submit(event(4, SEVERE, source="daisy-fife"))).decision
    parted = router(service, "split", known, "--referral", later.referral_id, "--reason", "wrong-family")
    assert "are of family" in parted.output
    shown = router(service, "show", known, "--json")
    view = json.loads(shown.output)
    infant = next(one["person_id"] for one in view["family"]["members"] if one["role"] == "PERSON_ROLE_INFANT")
    moved = router(service, "move-infant", known, infant, "--kind", "adoption", "--board", "S08000029")
    assert moved.exit_code == 0, moved.output
    assert "infant moved" not in router(service, "show", known).output
    assert "infant moved" in router(service, "show", known, "--hidden").output
    taken_back = router(service, "undo", known, "--infant", "--reason", "decided-in-error")
    assert f"The infant is {infant} of family {known} again." in " ".join(taken_back.output.split())
    assert infant in router(service, "show", known, "--json").output
    assert router(service, "undo", known, "--infant", "--reason", "decided-in-error").exit_code == 1
    assert router(service, "show", "fam-nonsense").exit_code == 1


def test_a_router_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """One sentence, no traceback; another machine is not spoken to without TLS."""
    done = CliRunner().invoke(app, ["families", "reviews", "--address", "127.0.0.1:1"])
    assert done.exit_code == 1
    assert "cannot be reached" in done.output
    assert CliRunner().invoke(app, ["families", "reviews", "--address", "router.example.org:50051"]).exit_code == 2


def test_looking_is_in_the_log_without_names(service: Service, families: FamilyServiceStub) -> None:
    """Who looked, and at what, by pseudonyms."""
    _, _, review = asked(service, 5)
    families.GetReview(pb.GetReviewRequest(context=DESK, review_id=review))
    lines = [json.loads(line) for line in service.log().splitlines() if "api:review:read" in line]
    assert lines
    assert lines[-1]["caller"] == "desk-console"
    assert re.fullmatch("[0-9a-f]{16}", lines[-1]["family"])
    assert "Testperson" not in service.log()
