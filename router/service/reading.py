"""Reads decisions and notices for a caller: projected, paged, and written down in the audit log."""

from __future__ import annotations

from datetime import datetime

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.model.referral import Urgency
from router.service.current import as_it_stands
from router.service.decode import micros, moment
from router.service.encode import URGENCIES, shown, stamp_micros
from router.service.hindsight import own_events, what_would_change
from router.service.packs import PackShelf
from router.service.projection import Projector, Reader, Rights, existence_of
from router.service.recording import Recorder
from router.service.rematching import match_would_change
from router.service.work import Caller, Note
from router.store.familyrows import DecisionFilter, DecisionRow, NoticeRow
from router.store.ids import MalformedIdError, parse, render
from router.store.interface import Change
from router.store.interface import Reader as StoreReader
from router.v1 import decision_pb2, notice_pb2
from router.v1 import routing_service_pb2 as pb

DEFAULT_DECISIONS = 50
DEFAULT_NOTICES = 100


def parse_id(prefix: str, text: str, reason: Reason, what: str) -> int:
    """Return the id that a caller wrote. Raises ``RouterError``."""
    try:
        return parse(prefix, text)
    except MalformedIdError:
        raise RouterError(reason, f"no {what} has this id; ids of this kind start with '{prefix}-'") from None


def notice_message(row: NoticeRow) -> notice_pb2.Notice:
    """Return a notice as its recipient sees it."""
    existence = row.level == "existence"
    message = notice_pb2.Notice(
        notice_id=render("ntc", row.notice_id),
        sequence=row.sequence,
        recipient=row.recipient,
        kind=f"NOTICE_KIND_{row.kind.upper()}",
        level=f"NOTICE_LEVEL_{row.level.upper()}",
        urgency=URGENCIES[Urgency(row.urgency) if row.urgency else None],
        decision_id="" if existence else shown("dec", row.decision_id),
        family_id="" if existence else shown("fam", row.family_id),
        text=row.text,
        created_at=stamp_micros(row.created_at),
    )
    if row.act_by is not None:
        message.act_by.CopyFrom(stamp_micros(row.act_by))
    if row.acknowledged_at is not None:
        message.acknowledged_at.CopyFrom(stamp_micros(row.acknowledged_at))
    return message


class Reads:
    """Answers the reading calls. Each returns the answer's bytes and the audit record of the look."""

    def __init__(self, shelf: PackShelf, recorder: Recorder) -> None:
        self._shelf = shelf
        self._recorder = recorder
        self._projectors: dict[str, Projector] = {}

    def get_decision(
        self, request: pb.GetDecisionRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return one decision as the caller may see it."""
        decision_id = parse_id("dec", request.decision_id, Reason.UNKNOWN_DECISION, "decision")
        row = reader.decisions_by_id([decision_id]).get(decision_id)
        if row is None:
            raise RouterError(Reason.UNKNOWN_DECISION, "no decision has this id; take it from the notice or the answer")
        whole = self._message(row, reader)
        if request.include_what_would_change and caller.reader in (Reader.DESK, Reader.SERVICE):
            pack = self._shelf.pack(row.pack_digest, reader)
            whole.what_would_change.extend(what_would_change(row, pack, reader))
            whole.match.what_would_change.extend(match_would_change(row, reader))
        shown_to = self._project(whole, row, caller.rights(), reader)
        note = self._note("GetDecision", AuditEvent.DECISION_READ, caller, now, decision_id=render("dec", decision_id))
        return pb.GetDecisionResponse(decision=shown_to).SerializeToString(), note

    def list_decisions(
        self, request: pb.ListDecisionsRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return a page of decisions, newest first, as the caller may see them."""
        if caller.reader is Reader.PARENT:
            message = "a parent reads one decision by its id; lists are for services, desks and auditors"
            raise RouterError(Reason.NOT_YOURS_TO_READ, message)
        size = request.page_size or DEFAULT_DECISIONS
        only = DecisionFilter(
            family_id=parse_id("fam", request.family_id, Reason.INVALID_FIELD, "family") if request.family_id else None,
            service=request.service,
            board=request.board_code,
            as_of_from=micros(moment(getattr(request, "from"))) if request.HasField("from") else None,
            as_of_until=micros(moment(request.until)) if request.HasField("until") else None,
            before_id=_page(request.page_token),
            limit=size + 1,
        )
        rows = reader.list_decisions(only)
        page = rows[:size]
        answer = pb.ListDecisionsResponse(
            decisions=[self._project(self._message(row, reader), row, caller.rights(), reader) for row in page],
            next_page_token=render("dec", page[-1].decision_id) if len(rows) > size else "",
        )
        note = self._note("ListDecisions", AuditEvent.DECISIONS_LISTED, caller, now, count=len(page))
        return answer.SerializeToString(), note

    def list_notices(
        self, request: pb.ListNoticesRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return the notices of one recipient after a cursor."""
        mine = f"{caller.service}@{caller.board}" if caller.board else caller.service
        if caller.reader is not Reader.DESK and request.recipient not in (mine, caller.name):
            message = "only the recipient itself, or the desk, can read these notices"
            raise RouterError(Reason.NOT_YOURS_TO_READ, message)
        limit = request.page_size or DEFAULT_NOTICES
        rows = reader.list_notices(request.recipient, after=request.after_sequence, limit=limit)
        answer = pb.ListNoticesResponse(
            notices=[notice_message(row) for row in rows],
            next_after_sequence=rows[-1].sequence if rows else request.after_sequence,
        )
        note = self._note(
            "ListNotices", AuditEvent.NOTICES_LISTED, caller, now, recipient=request.recipient, count=len(rows)
        )
        return answer.SerializeToString(), note

    def _message(self, row: DecisionRow, reader: StoreReader) -> decision_pb2.Decision:
        return as_it_stands(row, lambda: self._shelf.pack(row.pack_digest, reader), reader)

    def _project(
        self, whole: decision_pb2.Decision, row: DecisionRow, rights: Rights, reader: StoreReader
    ) -> decision_pb2.Decision:
        projector = self._projectors.get(row.pack_digest)
        if projector is None:
            projector = self._projectors[row.pack_digest] = Projector(self._shelf.pack(row.pack_digest, reader))
        if rights.reader is Reader.REFERRER and not self._referred(row, rights, reader):
            return existence_of(whole)
        return projector.project(whole, rights)

    def _referred(self, row: DecisionRow, rights: Rights, reader: StoreReader) -> bool:
        """Return whether the caller's own system sent a referral that this decision rests on."""
        return any(event.source_system in rights.own for event in own_events(row, reader).values())

    def _note(self, method: str, event: AuditEvent, caller: Caller, now: datetime, **fields: str | int) -> Note:
        work = Note(method=method, caller=caller, received_at=now, change=Change())
        row = self._recorder.audit(event, now, {**self._recorder.call_fields(work), **fields})
        work.change.audit.append(row)
        return work


def _page(token: str) -> int | None:
    if not token:
        return None
    return parse_id("dec", token, Reason.BAD_PAGE_TOKEN, "page")
