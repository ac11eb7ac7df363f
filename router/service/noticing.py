"""Acknowledges notices, and escalates those of safety that nobody acknowledged in time."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.model.referral import Urgency
from router.routing.decision import Notice, NoticeKind, NoticeLevel
from router.service.decode import micros
from router.service.projection import Reader
from router.service.reading import notice_message
from router.service.recording import Recorder
from router.service.tools import Tools
from router.service.work import Acknowledge, Done, Escalate
from router.service.workspace import Workspace
from router.store.familyrows import NoticeRow
from router.store.ids import render
from router.store.interface import Change
from router.v1 import routing_service_pb2 as pb

# Illustrative: how long the desk has after a safety notice was left unacknowledged.
ESCALATED_HOURS = 2
MOST_AT_ONCE = 500


def acknowledge(work: Acknowledge, space: Workspace, tools: Tools) -> Done:
    """Stop the clock of a notice. Raises ``RouterError``; a notice acknowledged before stays as it was."""
    row = space.notice(work.notice_id)
    if row is None:
        raise RouterError(Reason.UNKNOWN_NOTICE, "no notice has this id; take it from ListNotices")
    caller = work.caller
    mine = f"{caller.service}@{caller.board}" if caller.board else caller.service
    if caller.reader is not Reader.DESK and row.recipient not in {mine, caller.name}:
        message = "only the notice's recipient, or the desk, can acknowledge it"
        raise RouterError(Reason.NOT_YOURS_TO_ANSWER, message)
    change = Change()
    if row.acknowledged_at is None:
        row = dataclasses.replace(row, acknowledged_at=micros(work.received_at), acknowledged_by=caller.name)
        change.acknowledged[row.notice_id] = (micros(work.received_at), caller.name)
        space.notices[row.notice_id] = row
    fields = {**tools.recorder.call_fields(work), "notice_id": render("ntc", row.notice_id)}
    change.audit.append(tools.recorder.audit(AuditEvent.NOTICE_ACKNOWLEDGED, work.received_at, fields))
    answer = pb.AcknowledgeNoticeResponse(notice=notice_message(row)).SerializeToString()
    return Done(answer, change)


def escalate(work: Escalate, space: Workspace, tools: Tools) -> Done:
    """Tell the desks of notices that nobody acknowledged in time; each notice escalates once."""
    change = Change()
    for row in space.overdue_notices(micros(work.received_at), limit=MOST_AT_ONCE):
        _, _, board = row.recipient.partition("@")
        desk = row.recipient if row.recipient in tools.pack.desk_labels else tools.pack.desk_of(board)
        _escalate(change, row, desk, tools.recorder, work.received_at)
    return Done(b"", change if change.escalated else None)


def _escalate(change: Change, row: NoticeRow, desk: str, recorder: Recorder, now: datetime) -> None:
    text = f"A notice to {row.recipient} was not acknowledged in time. Make sure that somebody acts."
    urgency = Urgency(row.urgency) if row.urgency else None
    by = now + timedelta(hours=ESCALATED_HOURS)
    made = Notice(desk, NoticeKind.ESCALATED, NoticeLevel.FULL, urgency, text, by)
    fields = {"notice_id": render("ntc", row.notice_id), "recipient": row.recipient}
    change.escalated[row.notice_id] = micros(now)
    change.notices.extend(recorder.notices((made,), row.decision_id, row.family_id, now))
    change.audit.append(recorder.audit(AuditEvent.NOTICE_ESCALATED, now, fields))
