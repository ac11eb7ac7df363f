"""Gives a message that could not be mapped to a desk, its danger words first."""

from __future__ import annotations

from datetime import timedelta

from router.audit.events import AuditEvent
from router.model.danger import TRIGGERS_BY_NAME, SafetyKind
from router.model.referral import Urgency
from router.routing.clocks import desk_answers_by
from router.routing.danger_words import danger_in
from router.routing.decision import Notice, NoticeKind, NoticeLevel
from router.service.decode import micros
from router.service.tools import Tools
from router.service.work import Done, Quarantine, reused
from router.service.workspace import Workspace
from router.store.familyrows import AnswerRow, DeskItemRow, EventKind, EventRow, StoredAnswer
from router.store.ids import render
from router.store.interface import Change
from router.v1 import routing_service_pb2 as pb


def quarantine(work: Quarantine, space: Workspace, tools: Tools) -> Done:
    """Make a desk item of a message, with the notices that its danger words call for."""
    stored = space.answer(work.request_id)
    if stored is not None:
        return Done(stored.answer if stored.request_digest == work.digest else reused())
    at = micros(work.received_at)
    desk = tools.pack.desk_of(work.board_code)
    danger = danger_in(work.raw)
    event_id, item_id = tools.ids.new(), tools.ids.new()
    change = Change()
    change.events.append(
        EventRow(
            event_id, EventKind.QUARANTINE, work.source_system, work.request_id, 0, at, at, work.digest, work.payload
        )
    )
    change.desk_items.append(DeskItemRow(item_id, desk, work.reason, event_id, 0, " ".join(danger), at))
    change.notices.extend(tools.recorder.notices(_notices(work, desk, danger), 0, 0, work.received_at))
    fields = {
        **tools.recorder.call_fields(work),
        "source_system": work.source_system,
        "reason": work.reason,
        "danger": list(danger) or None,
    }
    change.audit.append(tools.recorder.audit(AuditEvent.MESSAGE_QUARANTINED, work.received_at, fields))
    answer = pb.SubmitQuarantinedResponse(
        request_id=work.request_id, desk_item_id=render("itm", item_id), desk=desk, danger=danger
    ).SerializeToString()
    change.answer = AnswerRow(work.request_id, work.method, work.digest, answer, at)
    space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    return Done(answer, change)


def _notices(work: Quarantine, desk: str, danger: tuple[str, ...]) -> tuple[Notice, ...]:
    triggers = [TRIGGERS_BY_NAME[name] for name in danger]
    urgency = max((one.urgency for one in triggers), default=None)
    made = [
        Notice(
            desk,
            NoticeKind.SAFEGUARDING if one.kind is SafetyKind.SAFEGUARDING else NoticeKind.RED_FLAG,
            NoticeLevel.FULL,
            one.urgency,
            f"A message that could not be read speaks of danger: {one.label}. Read it first.",
            work.received_at + timedelta(hours=one.act_within_hours),
        )
        for one in triggers
    ]
    text = f"A message from {work.source_system} could not be read ({work.reason}); a person must."
    by = desk_answers_by(work.received_at, urgency or Urgency.URGENT)
    made.append(Notice(desk, NoticeKind.DESK_ITEM, NoticeLevel.FULL, urgency, text, by))
    return tuple(made)
