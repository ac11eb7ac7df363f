"""Writes down one decision about an episode: its row, who holds it now, notices, desk item and audit record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from router.audit.events import AuditEvent
from router.routing.case import Case
from router.routing.decision import Decision, DeskReason, Notice
from router.service.decode import micros
from router.service.document import Document
from router.service.doubts import in_doubt, ranks_now
from router.service.encode import Ids, MatchTold
from router.service.families import FamilyState, latest_decision
from router.service.recording import basis_of, decision_row, digests, lead_row, state_of
from router.service.tools import Tools
from router.service.work import Work
from router.service.workspace import Workspace
from router.store.familyrows import DeskItemRow
from router.store.interface import Change
from router.store.reviewrows import ReviewEventRow

_ROUTER = "router"


@dataclass(frozen=True, slots=True)
class Cause:
    """What called for a decision: the unit of work, the event row that it made, and how the audit log names it."""

    work: Work
    event_id: int
    payload: bytes
    audit: AuditEvent
    reason: str = ""


def case_of(
    family: FamilyState, episode_id: int, as_of: datetime, space: Workspace, *, perhaps: Iterable[int] = ()
) -> Case:
    """Return an episode as it stands, with the families that this one may be: danger is judged over all of them."""
    case = Case(
        referrals=family.held(episode_id),
        children=family.children(episode_id),
        roles=dict(family.roles),
        as_of=as_of,
        standing=family.standing(episode_id),
    )
    return in_doubt(case, family.family_id, space, also=perhaps)


def record_decision(
    change: Change,
    cause: Cause,
    decision: Decision,
    case: Case,
    match: MatchTold,
    family: FamilyState,
    episode_id: int,
    space: Workspace,
    tools: Tools,
    *,
    referral_id: int = 0,
    review_id: int = 0,
    more_notices: tuple[Notice, ...] = (),
) -> Document:
    """Add a decision's rows to ``change``, let later items of the batch see it, and return the whole decision."""
    ids = Ids(tools.ids.new(), referral_id, family.family_id, episode_id, review_id)
    as_of = case.as_of
    document = tools.encoder.document(decision, ids, match, state_of(decision), as_of)
    basis = basis_of(case, match)
    digest = tools.pack.digest
    row = decision_row(
        decision,
        decision_id=ids.decision,
        family_id=family.family_id,
        episode_id=episode_id,
        event_id=cause.event_id,
        as_of=as_of,
        pack_digest=digest,
        document=document.content,
        basis=basis,
    )
    earlier = latest_decision(family.leads.get(episode_id))
    if earlier and change.decision_states.get(earlier) is None:
        change.decision_states[earlier] = "superseded"
    lead = lead_row(decision, case, ids.decision, episode_id)
    made = tuple(dict.fromkeys((*decision.notices, *more_notices)))
    fields = {
        **tools.recorder.call_fields(cause.work),
        **tools.recorder.decision_fields(decision, ids.decision, family.family_id, episode_id, match, digest),
        **digests(cause.payload, document.content, basis),
        "reason": cause.reason or None,
    }
    change.decisions.append(row)
    change.leads.append(lead)
    change.notices.extend(tools.recorder.notices(made, ids.decision, family.family_id, as_of))
    change.touched.add(family.family_id)
    change.audit.append(tools.recorder.audit(cause.audit, as_of, fields))
    _follow_danger(change, family, as_of, space, tools)
    if decision.desk_reason is not None:
        change.desk_items.append(_desk_item(decision, decision.desk_reason, cause, family, as_of, tools))
    family.leads[episode_id] = lead
    space.decisions[ids.decision] = row
    return document


def _follow_danger(change: Change, family: FamilyState, as_of: datetime, space: Workspace, tools: Tools) -> None:
    """Let the family's open reviews be as pressing as the danger that is known now of either side; note each change.

    Only that is written: whoever has a review in hand meanwhile keeps it.
    """
    ranks = ranks_now(family, space, as_of)
    for held in space.open_reviews(family.family_id):
        review_id = held.row.review_id
        if review_id in ranks:
            kind = "raised" if ranks[review_id] < held.now.rank else "lowered"
            change.review_events.append(ReviewEventRow(tools.ids.new(), review_id, kind, _ROUTER, micros(as_of)))
    change.review_ranks.update(ranks)
    space.keep_ranks(family.family_id, ranks)


def _desk_item(
    decision: Decision, reason: DeskReason, cause: Cause, family: FamilyState, as_of: datetime, tools: Tools
) -> DeskItemRow:
    danger = " ".join(dict.fromkeys(finding.trigger.name for finding in decision.safety))
    return DeskItemRow(tools.ids.new(), decision.desk, reason, cause.event_id, family.family_id, danger, micros(as_of))
