"""Withdraws a referral. What danger it carried stays; the episode is decided again on what is left."""

from __future__ import annotations

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.routing.decision import Notice, NoticeKind, NoticeLevel
from router.routing.notices import address
from router.service.changing import Cause, case_of, record_decision
from router.service.decode import micros
from router.service.encode import MatchTold
from router.service.families import latest_decision
from router.service.tools import Tools
from router.service.work import Done, Withdraw, reused
from router.service.workspace import Workspace
from router.store.familyrows import AnswerRow, EventKind, EventRow, LinkRow, StoredAnswer
from router.store.interface import Change
from router.v1 import routing_service_pb2 as pb


def withdraw(work: Withdraw, space: Workspace, tools: Tools) -> Done:
    """Withdraw every version of a referral so far. Raises ``RouterError``."""
    stored = space.answer(work.request_id)
    if stored is not None:
        return Done(stored.answer if stored.request_digest == work.digest else reused())
    source = (work.source_system, work.source_reference)
    versions = space.versions(source)
    if not versions:
        message = "no referral with this source_system and source_reference was received; check both"
        raise RouterError(Reason.UNKNOWN_REFERRAL, message)
    newest, at = versions[-1], micros(work.received_at)
    family = space.family(newest.family_id).copy()
    family.withdrawn[source] = max(family.withdrawn.get(source, 0), newest.source_version)
    event_id = tools.ids.new()
    change = Change(touched={family.family_id})
    change.events.append(
        EventRow(
            event_id,
            EventKind.WITHDRAWAL,
            work.source_system,
            work.source_reference,
            newest.source_version,
            micros(work.occurred_at),
            at,
            work.digest,
            work.payload,
        )
    )
    change.links.append(
        LinkRow(tools.ids.new(), event_id, family.family_id, newest.episode_id, {}, work.caller.name, at)
    )
    case = case_of(family, newest.episode_id, work.received_at, space)
    if not case.open_referrals:
        change.decision_states[latest_decision(family.leads.get(newest.episode_id))] = "withdrawn"
    decision = tools.decider.decide(case)
    text = "A referral for a family that you hold, or were asked to lead for, was withdrawn by its sender."
    told = tuple(
        Notice(address(one.service, one.board), NoticeKind.WITHDRAWN, NoticeLevel.SUMMARY, decision.urgency, text)
        for one in (case.standing.accepted, case.standing.proposed)
        if one is not None
    )
    cause = Cause(work, event_id, work.payload, AuditEvent.REFERRAL_WITHDRAWN, work.reason)
    match = MatchTold(case.match, 0.0, (), (), tools.weights.version)
    document = record_decision(
        change, cause, decision, case, match, family, newest.episode_id, space, tools, more_notices=told
    )
    projected = tools.projector.project(document.message(), work.caller.rights())
    answer = pb.WithdrawReferralResponse(request_id=work.request_id, decision=projected).SerializeToString()
    change.answer = AnswerRow(work.request_id, work.method, work.digest, answer, at)
    space.keep_family(family, ())
    space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    return Done(answer, change)
