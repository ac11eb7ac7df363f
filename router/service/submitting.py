"""Takes one referral: match, place, decide, and write down; or, in a dry run, only say what would be decided."""

from __future__ import annotations

import dataclasses

from router.audit.events import AuditEvent
from router.matching import MatchOutcome, MatchResult
from router.model.errors import Reason, RouterError
from router.routing.case import HeldReferral, ReferralState
from router.routing.decision import Decision
from router.routing.safety import findings
from router.service.changing import Cause, case_of, record_decision
from router.service.current import as_it_stands
from router.service.decode import micros
from router.service.doubts import match_of, rank_over
from router.service.encode import Ids, MatchTold
from router.service.families import FamilyState, latest_decision, source_of
from router.service.matched import told_of
from router.service.placing import Placement, place
from router.service.tools import Tools
from router.service.wire import embedded_parts
from router.service.work import Done, Submit, digest_of, reused
from router.service.workspace import Workspace
from router.store.familyrows import AnswerRow, EventKind, EventRow, ReferralVersion, StoredAnswer
from router.store.ids import render
from router.store.interface import Change
from router.store.parts import Joined
from router.store.reviewrows import HeldReview, ReviewRow, ReviewStateRow
from router.v1 import routing_service_pb2 as pb

_DECISION = pb.SubmitReferralResponse.DESCRIPTOR.fields_by_name["decision"].number


def submit(work: Submit, space: Workspace, tools: Tools) -> Done:
    """Decide one referral. Raises ``RouterError``."""
    if not work.dry_run:
        stored = space.answer(work.request_id)
        if stored is not None:
            return Done(stored.answer if stored.request_digest == work.digest else reused())
    versions = space.versions(source_of(work.event))
    same = next((one for one in versions if one.source_version == work.event.source_version), None)
    if same is not None and not work.dry_run:
        return _repeat(work, same, space, tools)
    known = versions[-1] if versions else None
    candidates = [space.family(known.family_id)] if known else space.candidates(space.keys[id(work)])
    match, parted = match_of(
        work.event,
        candidates,
        tools.weights,
        space,
        as_of=work.received_at,
        must_link=known.family_id if known else None,
    )
    told = told_of(match, work, None if known else candidates, space, tools.weights, cannot_link=parted)
    held = HeldReferral(tools.ids.new(), work.event, ReferralState.OPEN, {}, work.received_at)
    placement = place(
        work.event,
        held,
        match,
        space,
        tools.ids,
        known_episode=known.episode_id if known else 0,
        at=micros(work.received_at),
    )
    case = dataclasses.replace(
        case_of(placement.family, placement.episode_id, work.received_at, space, perhaps=_possible(match)),
        arrived=held.referral_id,
        match=told.outcome,
    )
    decision = tools.decider.decide(case)
    if work.dry_run:
        return _checked(work, decision, told, tools)

    change = _arrival(work, placement, match, space)
    reviews = [_review(work, placement, space.family(one), match, decision, tools) for one in _possible(match)]
    change.reviews.extend(one.row for one in reviews)
    change.review_states.extend(one.now for one in reviews)
    cause = Cause(work, held.referral_id, work.payload, AuditEvent.REFERRAL_DECIDED)
    document = record_decision(
        change,
        cause,
        decision,
        case,
        told,
        placement.family,
        placement.episode_id,
        space,
        tools,
        referral_id=held.referral_id,
        review_id=reviews[0].row.review_id if reviews else 0,
    )
    projected = tools.projector.project_document(document, work.caller.rights())
    answer = _answer(work, held.referral_id, projected)
    change.answer = _answer_row(work, answer)
    _let_others_see(work, placement, answer, space, tools)
    space.keep_reviews(reviews)
    return Done(bytes(answer), change)


def _possible(match: MatchResult) -> tuple[int, ...]:
    """Return the families of which a person is asked whether the event is theirs too, the most likely one first.

    Each is asked about: two families that arrived apart may be found to be one by an event that is like both.
    """
    if match.outcome is not MatchOutcome.ASK_A_PERSON or match.family_id is None:
        return ()
    return (match.family_id, *match.also_possible)


def _review(
    work: Submit, placement: Placement, possible: FamilyState, match: MatchResult, decision: Decision, tools: Tools
) -> HeldReview:
    """Return the question whether the event's family is one that is known; the desk of its board is asked."""
    at, family_id, other_id = micros(work.received_at), placement.family.family_id, possible.family_id
    row = ReviewRow(tools.ids.new(), placement.held.referral_id, family_id, other_id, " ".join(match.gates), at)
    desk = tools.pack.desk_of(decision.board)
    rank = rank_over(placement.family, possible, work.received_at)
    return HeldReview(row, ReviewStateRow(row.review_id, family_id, other_id, at, rank, desk))


def content_digest(work: Submit) -> bytes:
    """Return the digest by which a version of a referral that comes again is recognised."""
    return digest_of("referral", work.event.source_system, work.payload)


def _repeat(work: Submit, same: ReferralVersion, space: Workspace, tools: Tools) -> Done:
    """Answer a version that was received before, under another request id, with the decision that stands."""
    if same.digest != content_digest(work):
        message = (
            "this version of the referral was received with other content; "
            "send the change as a higher source_version, or give the message to the desk"
        )
        raise RouterError(Reason.SOURCE_VERSION_REUSED, message)
    family = space.family(same.family_id)
    row = space.decision(latest_decision(family.leads.get(same.episode_id)))
    if row is None:
        raise RouterError(Reason.UNKNOWN_REFERRAL, "no decision is held for this referral; tell the operators")
    whole = tools.projector.project(as_it_stands(row, lambda: tools.pack, space.reader), work.caller.rights())
    answer = _answer(work, same.event_id, Joined.of(whole.SerializeToString(), ()))
    fields = {**tools.recorder.call_fields(work), "decision_id": render("dec", row.decision_id)}
    change = Change(
        answer=_answer_row(work, answer),
        audit=[tools.recorder.audit(AuditEvent.REFERRAL_REPEATED, work.received_at, fields)],
    )
    space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    return Done(bytes(answer), change)


def _checked(work: Submit, decision: Decision, told: MatchTold, tools: Tools) -> Done:
    """Answer a dry run: nothing is kept but an audit record."""
    document = tools.encoder.document(decision, Ids(), told, "proposed", work.received_at)
    whole = tools.projector.project(document.message(), work.caller.rights())
    own = findings([HeldReferral(0, work.event, ReferralState.OPEN, {})], work.received_at)
    if own:
        whole.submit_now = "Submit this referral now: it shows danger, and a dry run tells nobody."
    whole.ClearField("duplicate_of")
    fields = {
        **tools.recorder.call_fields(work),
        **tools.recorder.decision_fields(decision, 0, 0, 0, told, tools.pack.digest),
    }
    change = Change(audit=[tools.recorder.audit(AuditEvent.REFERRAL_CHECKED, work.received_at, fields)])
    return Done(pb.CheckResponse(decision=whole).SerializeToString(), change)


def _arrival(work: Submit, placement: Placement, match: MatchResult, space: Workspace) -> Change:
    """Return the rows of the arrival itself."""
    event = work.event
    family_id = placement.family.family_id
    keys = space.keys[id(work)]
    change = Change(
        new_families=[family_id] if placement.is_new_family else [],
        touched={family_id},
        persons=list(placement.persons),
        episodes=list(placement.episodes),
        links=[placement.link],
        keys={(key, family_id) for key in keys},
    )
    # the other families' holders are told, so a decision made beside this one must see that
    change.touched.update(_possible(match))
    change.events.append(
        EventRow(
            event_id=placement.held.referral_id,
            kind=EventKind.REFERRAL,
            source_system=event.source_system,
            source_reference=event.source_reference,
            source_version=event.source_version,
            occurred_at=micros(event.occurred_at),
            received_at=micros(work.received_at),
            digest=content_digest(work),
            payload=work.payload,
        )
    )
    return change


def _let_others_see(work: Submit, placement: Placement, answer: bytes, space: Workspace, tools: Tools) -> None:
    family = placement.family
    tools.memory.keep(placement.held.referral_id, work.event)
    space.keep_family(family, space.keys[id(work)])
    space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    space.keep_version(
        source_of(work.event),
        ReferralVersion(
            placement.held.referral_id,
            work.event.source_version,
            content_digest(work),
            family.family_id,
            placement.episode_id,
        ),
    )


def _answer(work: Submit, referral_id: int, projected: Joined) -> Joined:
    fields = pb.SubmitReferralResponse(request_id=work.request_id, referral_id=render("ref", referral_id))
    return embedded_parts(fields.SerializeToString(), _DECISION, projected)


def _answer_row(work: Submit, answer: bytes) -> AnswerRow:
    return AnswerRow(work.request_id, work.method, work.digest, answer, micros(work.received_at))
