"""Acts on reviews and families against one process of the service, for tests that look inside."""

from __future__ import annotations

from typing import Any, TypeVar

from google.protobuf.message import Message

from router.model.errors import RouterError
from router.service.promised import DANGER_NOTICES
from router.service.work import caller_of
from router.store.checking import CHECKS, check_store
from router.store.familyrows import EventKind, FamilyRows
from router.store.ids import parse, render
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb
from router.v1 import routing_service_pb2 as api
from tests.support.processing import Process
from tests.support.requests import DESK, choice, event, next_id, service_context, yes

Answer = TypeVar("Answer", bound=Message)
SECOND = api.CallContext(caller="desk-second", reader=api.READER_KIND_DESK, purpose=api.PURPOSE_OPERATIONS)
PROTECTING = api.CallContext(caller="desk-console", reader=api.READER_KIND_DESK, purpose=api.PURPOSE_PROTECTION)

_METHODS: dict[type[Message], tuple[str, type[Message]]] = {
    pb.ClaimReviewRequest: ("claim_review", pb.ClaimReviewResponse),
    pb.ReleaseReviewRequest: ("release_review", pb.ReleaseReviewResponse),
    pb.DecideReviewRequest: ("decide_review", pb.DecideReviewResponse),
    pb.ReopenReviewRequest: ("reopen_review", pb.ReopenReviewResponse),
    pb.SplitFamilyRequest: ("split_family", pb.SplitFamilyResponse),
    pb.UndoMergeRequest: ("undo_merge", pb.UndoMergeResponse),
    pb.MoveInfantRequest: ("move_infant", pb.MoveInfantResponse),
    pb.UndoInfantMoveRequest: ("undo_infant_move", pb.UndoInfantMoveResponse),
}
_READS: dict[type[Message], tuple[str, type[Message]]] = {
    pb.ListReviewsRequest: ("list_reviews", pb.ListReviewsResponse),
    pb.GetReviewRequest: ("get_review", pb.GetReviewResponse),
    pb.GetFamilyRequest: ("get_family", pb.GetFamilyResponse),
}


def perhaps(
    number: int, *observations: referral_pb2.Observation, reference: str = "", source: str = "gp-lanarkshire"
) -> referral_pb2.ReferralEvent:
    """Return a referral that may be of family ``number``: the mother's name and birth date agree, and no more."""
    made = event(
        number, yes("planning_pregnancy"), *observations, source=source, reference=reference or f"perhaps-{number}"
    )
    del made.people[0].identifiers[:], made.people[0].phones[:], made.people[1]
    made.household.postcode = f"KY{number % 9 + 1} {number % 8 + 1}ZZ"
    return made


def act(running: Process, request: Any, context: api.CallContext = DESK) -> Any:
    """Do an act, or read, and return its answer; a refusal is returned as it is."""
    request.context.CopyFrom(context)
    if type(request) in _READS:
        name, response = _READS[type(request)]
        read = getattr(running.core.family_servicer._reads, name)
        with running.core.store.read() as reader:
            answer, note = read(request, caller_of(context), reader, running.now)
        running.core.batcher.submit(note).result()
        return response.FromString(answer)
    if not request.request_id:
        request.request_id = next_id()
    name, response = _METHODS[type(request)]
    try:
        work = getattr(running.core.family_servicer, name)(request, caller_of(context))
    except RouterError as refusal:
        return refusal
    answer = running.core.batcher.submit(work).result()
    return answer if isinstance(answer, RouterError) else response.FromString(answer)


def decide(running: Process, review_id: str, *, same: bool, context: api.CallContext = DESK, **more: Any) -> Any:
    """Say whether the two families of a review are one."""
    verdict = pb.REVIEW_VERDICT_SAME if same else pb.REVIEW_VERDICT_DIFFERENT
    reason = pb.REVIEW_REASON_RECORDS_COMPARED
    return act(running, pb.DecideReviewRequest(review_id=review_id, verdict=verdict, reason=reason, **more), context)


def reason_of(refusal: RouterError) -> str:
    """Return the documented reason of a refusal."""
    assert isinstance(refusal, RouterError), refusal
    return refusal.reason.value


def accept(running: Process, decision: decision_pb2.Decision) -> None:
    """Let the service that is asked to lead accept it."""
    accept_as(running, decision.decision_id, decision.lead.service, decision.lead.board_code)


def accept_as(running: Process, decision_id: str, service: str, board: str) -> None:
    """Let a service accept the lead."""
    request = api.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context(service, board),
        decision_id=decision_id,
        response=api.RESPONSE_KIND_ACCEPT,
    )
    work = running.core.servicer.respond(request, caller_of(request.context))
    answer = running.core.batcher.submit(work).result()
    assert isinstance(answer, bytes), answer


def split(running: Process, family_id: str, *referral_ids: str, to: str = "") -> Any:
    """Take referrals out of a family."""
    reason = pb.REGROUPING_REASON_WRONG_FAMILY
    return act(
        running,
        pb.SplitFamilyRequest(family_id=family_id, referral_ids=referral_ids, to_family_id=to, reason=reason),
    )


def undo(running: Process, named: str) -> Any:
    """Take a merge back."""
    return act(running, pb.UndoMergeRequest(id=named, reason=pb.REGROUPING_REASON_DECIDED_IN_ERROR))


def undo_move(running: Process, named: str, context: api.CallContext = PROTECTING) -> Any:
    """Take the move of an infant back."""
    return act(running, pb.UndoInfantMoveRequest(id=named, reason=pb.REGROUPING_REASON_DECIDED_IN_ERROR), context)


def move(running: Process, family_id: str, person_id: int, kind: Any, **more: str) -> Any:
    """Move an infant."""
    request = pb.MoveInfantRequest(family_id=family_id, person_id=render("per", person_id), kind=kind, **more)
    return act(running, request)


def merged(running: Process, *observations: referral_pb2.Observation) -> tuple[Any, Any, str]:
    """Submit two referrals that may be one family; return both decisions and the review."""
    (known,) = running.submit(event(1, choice("parent_illness_severity", "severe")))
    (asked,) = running.submit(perhaps(1, *observations))
    return known, asked, asked.match.review_id


def infant_in(running: Process, family_id: str) -> int:
    """Return the infant of a family."""
    return next(one.person_id for one in rows_of(running, family_id).persons if one.role == "infant")


def rows_of(running: Process, family_id: str) -> FamilyRows:
    """Return a family's rows."""
    number = parse("fam", family_id)
    with running.core.store.read() as reader:
        return reader.families([number])[number]


def held(running: Process, *family_ids: str) -> dict[str, Any]:
    """Return what is held of families: which referral is where, of whom, in which episode, and who leads."""
    found: dict[str, Any] = {}
    for family_id in family_ids:
        rows = rows_of(running, family_id)
        referrals = {row.event_id for row in rows.events if row.kind is EventKind.REFERRAL}
        links = {link.event_id: (link.episode_id, dict(link.people)) for link in rows.links}
        alive = {links[one][0] for one in referrals}
        found[family_id] = (
            {one: links[one] for one in referrals},
            {
                lead.episode_id: (lead.service, lead.board, lead.state)
                for lead in rows.leads
                if lead.episode_id in alive
            },
        )
    return found


def sound(running: Process) -> list[Any]:
    """Return what `router store check` finds wrong: nothing."""
    results = check_store(running.core.store, (*CHECKS, DANGER_NOTICES))
    return [(one.check.name, one.found) for one in results if one.found.wrong]
