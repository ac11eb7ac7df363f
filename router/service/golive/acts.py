"""Does what people ask about packs: each act is checked against the book, and written down or refused."""

from __future__ import annotations

from typing import NoReturn

from google.protobuf.message import Message

from router.audit.events import AuditEvent
from router.model.errors import FieldFault, Reason, RouterError
from router.service.decode import from_micros, micros
from router.service.errors import field_faults
from router.service.golive.book import WAITING, Book, Entry, State, details_of
from router.service.golive.views import pack_message
from router.service.golive.work import (
    ActivatePack,
    ApprovePack,
    ProposePack,
    RejectPack,
    RollBackPack,
    RuleWork,
    ShadowPack,
)
from router.service.tools import Tools
from router.service.work import Done, reused
from router.service.workspace import Workspace
from router.store.familyrows import AnswerRow
from router.store.ids import MalformedIdError, parse, render
from router.store.interface import Change
from router.store.packrows import PackActKind, PackActRow, PackRow
from router.v1 import rule_service_pb2 as pb

_SHOWN = 16
_DONE = {
    State.LIVE: "it is live; roll it back to end it",
    State.REPLACED: "it was live until another pack followed",
    State.REJECTED: "it was rejected",
    State.ROLLED_BACK: "it was rolled back",
}


def entry_named(book: Book, name: str) -> Entry:
    """Return the pack that a person names. Raises ``RouterError``."""
    if name.startswith("pro-"):
        try:
            found = book.entries.get(parse("pro", name))
        except MalformedIdError:
            found = None
    else:
        found = book.named(name)
    if found is None:
        message = "no pack is so named, or several are; take the proposal's id or more of the digest from ListPacks"
        raise RouterError(Reason.UNKNOWN_PACK, message)
    return found


def propose(work: ProposePack, space: Workspace, tools: Tools) -> Done:
    """Write down a proposal. The pack was vetted before, outside every lock."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    live = act.book.live
    if live is None or live.digest != work.base:
        _refuse(Reason.LIVE_PACK_CHANGED, "another pack came into force meanwhile; send the proposal again")
    if work.pack_digest == live.digest:
        _refuse(Reason.PACK_NOT_OPEN, "this pack is the live one already: nothing would change")
    same = [one for one in act.book.entries.values() if one.digest == work.pack_digest and one.state in WAITING]
    if same:
        _refuse(Reason.PACK_NOT_OPEN, f"this pack is proposed already, as {render('pro', same[-1].proposal_id)}")
    act.change.packs.append(PackRow(work.pack_digest, act.at, work.content))
    details = details_of(work.title, work.base, work.services, work.findings)
    entry = act.add(PackActKind.PROPOSED, work.pack_digest, 0, details=details)
    act.audit(AuditEvent.PACK_PROPOSED, entry, pack_before=work.base)
    return act.done(pb.ProposePackResponse(request_id=work.request_id, pack=act.told(entry)))


def approve(work: ApprovePack, space: Workspace, tools: Tools) -> Done:
    """Write down an approval."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    entry = act.open_entry()
    service = work.caller.service
    known = {*tools.pack.services, *entry.services}
    if service and service not in known:
        fault = FieldFault("context.service", "is no service of the rules; name one as their files do")
        raise field_faults([fault])
    if any((one.service, one.made_by) == (service, work.caller.name) for one in entry.approvals):
        message = "this person has approved it for this service already; another person must"
        raise RouterError(Reason.APPROVED_ALREADY, message)
    entry = act.add(PackActKind.APPROVED, entry.digest, entry.proposal_id)
    act.audit(AuditEvent.PACK_APPROVED, entry)
    return act.done(pb.ApprovePackResponse(request_id=work.request_id, pack=act.told(entry)))


def reject(work: RejectPack, space: Workspace, tools: Tools) -> Done:
    """Write down a rejection: for good."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    entry = act.open_entry(also=State.OUTDATED)
    entry = act.add(PackActKind.REJECTED, entry.digest, entry.proposal_id)
    act.audit(AuditEvent.PACK_REJECTED, entry)
    return act.done(pb.RejectPackResponse(request_id=work.request_id, pack=act.told(entry)))


def activate(work: ActivatePack, space: Workspace, tools: Tools) -> Done:
    """Put a pack into force at a moment, if everybody who must has approved it."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    entry = act.open_entry()
    if not entry.is_approved:
        wanted = "; ".join(entry.waits_for())
        _refuse(Reason.APPROVALS_MISSING, f"the pack lacks approvals: {wanted}")
    due = act.book.due
    if due is not None and due is not entry:
        _refuse(
            Reason.OTHER_PACK_DUE,
            f"another pack, {due.digest[:_SHOWN]}, is due on {from_micros(due.live_from or 0):%Y-%m-%d %H:%M} UTC, and "
            "this one is no change of that; reject the other, or propose again once it is live",
        )
    if work.vetted != entry.digest:
        _refuse(Reason.LIVE_PACK_CHANGED, "the packs changed meanwhile; send the request again")
    if work.live_from is not None and micros(work.live_from) < act.at:
        fault = FieldFault("live_from", "lies in the past; name a moment to come, or leave it out for now")
        raise field_faults([fault])
    live_from = act.at if work.live_from is None else micros(work.live_from)
    entry = act.add(PackActKind.ACTIVATED, entry.digest, entry.proposal_id, live_from=live_from)
    act.audit(AuditEvent.PACK_ACTIVATED, entry, live_from=from_micros(live_from).isoformat())
    return act.done(pb.ActivatePackResponse(request_id=work.request_id, pack=act.told(entry)))


def run_in_shadow(work: ShadowPack, space: Workspace, tools: Tools) -> Done:
    """Begin or end a shadow."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    running = act.book.in_shadow
    if work.start:
        entry = act.open_entry()
        if running is not None:
            _refuse(
                Reason.SHADOW_RUNNING, f"the pack {running.digest[:_SHOWN]} runs in shadow already; end that one first"
            )
        entry = act.add(PackActKind.SHADOW_STARTED, entry.digest, entry.proposal_id)
        act.audit(AuditEvent.SHADOW_STARTED, entry)
    else:
        entry = entry_named(act.book, work.pack)
        if entry is not running:
            _refuse(Reason.NO_SHADOW, "this pack does not run in shadow; see ListPacks which one does")
        entry = act.add(PackActKind.SHADOW_STOPPED, entry.digest, entry.proposal_id)
        act.audit(AuditEvent.SHADOW_STOPPED, entry)
    return act.done(pb.ShadowPackResponse(request_id=work.request_id, pack=act.told(entry)))


def roll_back(work: RollBackPack, space: Workspace, tools: Tools) -> Done:
    """End the live pack at once: one person may, since waiting for a second could cost more than a step back."""
    act = _Act(work, space, tools)
    if act.repeated:
        return act.repeated
    live, before = act.book.live, act.book.before
    if live is None or not before:
        _refuse(Reason.NOTHING_TO_ROLL_BACK, "the live pack is the first of this store: there is none before it")
    ended = act.add(PackActKind.ROLLED_BACK, live.digest, live.proposal_id)
    now = act.book.live
    act.audit(AuditEvent.PACK_ROLLED_BACK, ended, pack_before=before[0].digest)
    answer = pb.RollBackPackResponse(request_id=work.request_id, rolled_back=act.told(ended))
    if now is not None:
        answer.pack.CopyFrom(act.told(now))
    return act.done(answer)


class _Act:
    """One act: the book that it is checked against, and the rows that it adds."""

    def __init__(self, work: RuleWork, space: Workspace, tools: Tools) -> None:
        self.work, self.tools = work, tools
        self._space = space
        self.change = Change()
        self.repeated: Done | None = None
        stored = space.answer(work.request_id)
        if stored is not None:
            self.repeated = Done(stored.answer if stored.request_digest == work.digest else reused())
        self.book = Book(space.reader.pack_acts(), micros(work.received_at))
        self.at = self.book.now

    def open_entry(self, *, also: State | None = None) -> Entry:
        """Return the named pack if it may still come into force. Raises ``RouterError``."""
        entry = entry_named(self.book, self.work.pack)
        if entry.state is State.OUTDATED and also is not State.OUTDATED:
            message = "the rules changed since this pack was proposed: what would change is not what was looked at; "
            _refuse(Reason.LIVE_PACK_CHANGED, message + "propose it again")
        if entry.state not in WAITING and entry.state is not also:
            _refuse(Reason.PACK_NOT_OPEN, f"nothing more can be done about this pack: {_DONE[entry.state]}")
        return entry

    def add(
        self, kind: PackActKind, digest: str, proposal_id: int, *, live_from: int | None = None, details: bytes = b""
    ) -> Entry:
        """Add an act, and return how its pack stands then."""
        work, act_id = self.work, self.tools.ids.new()
        last = self.book.acts[-1].sequence if self.book.acts else 0
        row = PackActRow(
            act_id,
            kind,
            digest,
            proposal_id or (act_id if kind is PackActKind.PROPOSED else 0),
            work.caller.service,
            work.caller.name,
            self.at,
            live_from,
            work.reason,
            details,
            last + 1,
        )
        self.change.pack_acts.append(row)
        self.book = Book((*self.book.acts, row), self.at)
        entry = self.book.of_act(row)
        assert entry is not None  # noqa: S101 - it was found before the act
        return entry

    def audit(self, event: AuditEvent, entry: Entry, **fields: str) -> None:
        """Add the audit record of the act. A person's own words stay out of it."""
        told = {
            **self.tools.recorder.call_fields(self.work),
            "pack_digest": entry.digest,
            "proposal": render("pro", entry.proposal_id) if entry.proposal_id else None,
            "service": self.work.caller.service or None,
            **fields,
        }
        self.change.audit.append(self.tools.recorder.audit(event, self.work.received_at, told))

    def told(self, entry: Entry) -> pb.RulePack:
        """Return a pack as the caller sees it."""
        return pack_message(entry, self.book, self._space.reader)

    def done(self, answer: Message) -> Done:
        """Return the outcome: the answer, which is kept, and the rows."""
        work, content = self.work, answer.SerializeToString()
        self.change.answer = AnswerRow(work.request_id, work.method, work.digest, content, micros(work.received_at))
        return Done(content, self.change)


def _refuse(reason: Reason, message: str) -> NoReturn:
    raise RouterError(reason, message)
