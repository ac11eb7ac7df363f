"""A service's answer to a proposal: it accepts and leads, or it declines and the episode is decided again."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.model.referral import Urgency
from router.routing.case import Case, Handover, Proposal, Standing
from router.routing.decision import Notice, NoticeKind, NoticeLevel
from router.routing.notices import address, holder_address
from router.rules.pack import Pack
from router.service.changing import Cause, case_of, record_decision
from router.service.current import as_it_stands
from router.service.decode import micros
from router.service.encode import MatchTold
from router.service.families import FamilyState, latest_decision, standing_bytes
from router.service.projection import Reader
from router.service.tools import Tools
from router.service.work import Done, Respond, reused
from router.service.workspace import Workspace
from router.store.familyrows import (
    AnswerRow,
    DecisionRow,
    EventKind,
    EventRow,
    LeadRow,
    LeadState,
    LinkRow,
    StoredAnswer,
)
from router.store.ids import render
from router.store.interface import Change
from router.v1 import decision_pb2
from router.v1 import routing_service_pb2 as pb


def respond(work: Respond, space: Workspace, tools: Tools) -> Done:
    """Accept or decline the proposal that stands. Raises ``RouterError``."""
    stored = space.answer(work.request_id)
    if stored is not None:
        return Done(stored.answer if stored.request_digest == work.digest else reused())
    row = space.decision(work.decision_id)
    if row is None:
        raise RouterError(Reason.UNKNOWN_DECISION, "no decision has this id; take it from the notice or the answer")
    caller = work.caller
    if caller.reader is not Reader.DESK and (caller.service, caller.board) != (row.service, row.board):
        message = "only the service that was asked to lead, or the desk, can answer this proposal"
        raise RouterError(Reason.NOT_YOURS_TO_ANSWER, message)
    family = space.family(row.family_id).copy()
    latest = latest_decision(family.leads.get(row.episode_id))
    if row.decision_id != latest or row.state != "proposed" or row.outcome == "desk":
        message = "this proposal no longer stands; get the episode's newest decision and answer that"
        raise RouterError(Reason.DECISION_NOT_CURRENT, message)
    change = _response(work, row, family, tools)
    whole = (_decline if work.decline_reason else _accept)(work, change, row, family, space, tools)
    projected = tools.projector.project(whole, caller.rights())
    answer = pb.RespondToReferralResponse(request_id=work.request_id, decision=projected).SerializeToString()
    change.answer = AnswerRow(work.request_id, work.method, work.digest, answer, micros(work.received_at))
    space.keep_family(family, ())
    space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    return Done(answer, change)


def _response(work: Respond, row: DecisionRow, family: FamilyState, tools: Tools) -> Change:
    event_id, at = tools.ids.new(), micros(work.received_at)
    change = Change(touched={family.family_id})
    change.events.append(
        EventRow(event_id, EventKind.RESPONSE, work.caller.name, work.request_id, 0, at, at, work.digest, work.payload)
    )
    change.links.append(LinkRow(tools.ids.new(), event_id, family.family_id, row.episode_id, {}, work.caller.name, at))
    return change


def _accept(
    work: Respond,
    change: Change,
    row: DecisionRow,
    family: FamilyState,
    space: Workspace,
    tools: Tools,
) -> decision_pb2.Decision:
    case = case_of(family, row.episode_id, work.received_at, space)
    standing = case.standing
    lead = LeadRow(
        row.episode_id,
        row.service,
        row.board,
        LeadState.ACCEPTED,
        row.decision_id,
        micros(work.received_at),
        standing_bytes(
            proposed=None,
            supporting=standing.supporting,
            declined=standing.declined,
            latest=row.decision_id,
            handed=_handed(standing, row, work.received_at),
        ),
    )
    change.leads.append(lead)
    change.decision_states[row.decision_id] = "accepted"
    made = _told_of_acceptance(case, tools.pack, Proposal(row.service, row.board, row.decision_id), row.urgency)
    change.notices.extend(tools.recorder.notices(made, row.decision_id, family.family_id, work.received_at))
    fields = {
        **tools.recorder.call_fields(work),
        "decision_id": render("dec", row.decision_id),
        "family": tools.recorder.pseudonyms.of("family", family.family_id),
        "lead": address(row.service, row.board),
    }
    change.audit.append(tools.recorder.audit(AuditEvent.LEAD_ACCEPTED, work.received_at, fields))
    family.leads[row.episode_id] = lead
    accepted = space.decisions[row.decision_id] = dataclasses.replace(row, state="accepted")
    return as_it_stands(accepted, lambda: tools.pack, space.reader)


def _handed(standing: Standing, row: DecisionRow, at: datetime) -> Handover | None:
    """Return how the service that accepts comes to lead; one that leads already goes on as it came."""
    giver = standing.accepted
    if giver is not None and (giver.service, giver.board) == (row.service, row.board):
        return standing.handed
    return Handover(giver.service if giver is not None else "", at)


def _told_of_acceptance(case: Case, pack: Pack, lead: Proposal, urgency: int) -> tuple[Notice, ...]:
    how_soon = Urgency(urgency) if urgency else None
    told = {
        holder_address(pack, one): "A service has accepted the lead for a family that you referred."
        for one in case.open_referrals
    }
    for service, board in case.standing.supporting:
        told[address(service, board)] = "A service has accepted the lead for a family that you stand beside."
    made = [
        Notice(recipient, NoticeKind.ACCEPTED, NoticeLevel.SUMMARY, how_soon, text)
        for recipient, text in sorted(told.items())
    ]
    giver = case.standing.accepted
    if giver is not None and (giver.service, giver.board) != (lead.service, lead.board):
        text = "Another service has accepted the lead for a family that you led. Care is theirs from now on."
        recipient = address(giver.service, giver.board)
        made.append(Notice(recipient, NoticeKind.STOOD_DOWN, NoticeLevel.SUMMARY, how_soon, text))
    return tuple(made)


def _decline(
    work: Respond,
    change: Change,
    row: DecisionRow,
    family: FamilyState,
    space: Workspace,
    tools: Tools,
) -> decision_pb2.Decision:
    change.decision_states[row.decision_id] = "declined"
    case = case_of(family, row.episode_id, work.received_at, space)
    # The service said no itself: it is neither asked again in this episode nor told that it is no longer asked.
    standing = dataclasses.replace(
        case.standing, declined=case.standing.declined | {row.service}, proposed=None, at_desk=False
    )
    case = dataclasses.replace(case, standing=standing)
    decision = tools.decider.decide(case)
    # Only now: where no decision comes about, later items of the batch must see the proposal as it was.
    space.decisions[row.decision_id] = dataclasses.replace(row, state="declined")
    how_soon = Urgency(row.urgency) if row.urgency else None
    text = "The service asked to lead for a family that you referred has declined; another owner has been found."
    told = tuple(
        Notice(recipient, NoticeKind.DECLINED, NoticeLevel.EXISTENCE, how_soon, text)
        for recipient in sorted({holder_address(tools.pack, one) for one in case.open_referrals})
    )
    cause = Cause(work, change.events[-1].event_id, work.payload, AuditEvent.LEAD_DECLINED, work.decline_reason)
    match = MatchTold(case.match, 0.0, (), (), tools.weights.version)
    document = record_decision(
        change, cause, decision, case, match, family, row.episode_id, space, tools, more_notices=told
    )
    return document.message()
