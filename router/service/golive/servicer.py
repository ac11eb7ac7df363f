"""The remote procedures of ``RuleService``: for the people who keep the rules.

They take no place among the calls about families: they are few, and trying a pack out takes seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import grpc
from google.protobuf.message import Message

from router.audit.events import AuditEvent
from router.model.errors import FieldFault, Reason, RouterError
from router.service.decode import micros, moment
from router.service.errors import field_faults
from router.service.golive.acts import entry_named
from router.service.golive.book import WAITING, Book
from router.service.golive.vetting import Vetted, VettingError, vet
from router.service.golive.views import act_message, pack_message
from router.service.golive.work import (
    ActivatePack,
    ApprovePack,
    ProposePack,
    RejectPack,
    RollBackPack,
    RuleWork,
    ShadowPack,
)
from router.service.intake import in_pool
from router.service.packs import content_of_files, files_of
from router.service.projection import Reader
from router.service.recording import Recorder
from router.service.servicer import Servicer, content_of
from router.service.work import Answer, Caller, Note, digest_of
from router.store.interface import Change, Store, StoreBusyError
from router.v1 import rule_service_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["RuleService"].full_name

#: As many of these calls at once; of packs, one is tried out at a time.
CALL_THREADS = 4
_MOST_FAULTS = 100
_LOOKERS = frozenset({Reader.RULES, Reader.DESK, Reader.AUDITOR})

Vet = Callable[[Mapping[str, bytes], bytes], Vetted]
Make = Callable[[Any, Caller], RuleWork]


class RuleServicer:
    """Answers those who keep the rules. Shared by every thread of the server.

    ``acted`` hears that an act was written down; ``deciding`` gives the digest that this process decides by.
    """

    def __init__(
        self,
        servicer: Servicer,
        store: Store,
        recorder: Recorder,
        *,
        now: Callable[[], datetime],
        acted: Callable[[], None],
        deciding: Callable[[], str],
        try_out: Vet = vet,
    ) -> None:
        self._servicer = servicer
        self._store = store
        self._recorder = recorder
        self._now = now
        self._acted = acted
        self._deciding = deciding
        self._try_out = try_out
        self._one_at_a_time = threading.Lock()

    def handlers(self) -> grpc.GenericRpcHandler[Any, Any]:
        """Return the handlers of the service, which run in a pool of their own. Answers are bytes already."""
        pool = ThreadPoolExecutor(CALL_THREADS, thread_name_prefix="rules")
        unary: dict[str, tuple[type[Message], Any]] = {
            "ProposePack": (pb.ProposePackRequest, self._act(self.propose)),
            "ApprovePack": (pb.ApprovePackRequest, self._act(self.approve)),
            "RejectPack": (pb.RejectPackRequest, self._act(self.reject)),
            "ActivatePack": (pb.ActivatePackRequest, self._act(self.activate)),
            "ShadowPack": (pb.ShadowPackRequest, self._act(self.run_in_shadow)),
            "RollBackPack": (pb.RollBackPackRequest, self._act(self.roll_back)),
            "ListPacks": (pb.ListPacksRequest, self._servicer.apart(self.list_packs)),
            "GetPack": (pb.GetPackRequest, self._servicer.apart(self.get_pack)),
        }
        methods = {
            name: grpc.unary_unary_rpc_method_handler(in_pool(handle, pool), request_deserializer=kind.FromString)
            for name, (kind, handle) in unary.items()
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def propose(self, request: pb.ProposePackRequest, caller: Caller) -> ProposePack:
        """Try a pack out, and return the work of proposing it. Raises ``RouterError``."""
        files = {one.name: one.content for one in request.files}
        if len(files) < len(request.files):
            raise field_faults([FieldFault("files", "names a file twice; send each once")])
        with self._store.read() as reader:
            live = Book(reader.pack_acts(), micros(self._now())).live
            base = reader.pack(live.digest) if live else None
        if live is None or base is None:
            message = "the store knows of no live pack; restart the router, which writes it down"
            raise RouterError(Reason.STORE_UNAVAILABLE, message)
        vetted = self._vetted(files, base)
        return ProposePack(
            **self._common("ProposePack", request, caller),
            reason=request.why,
            pack_digest=vetted.digest,
            content=content_of_files(files),
            base=live.digest,
            title=vetted.title,
            services=vetted.services,
            findings=vetted.findings,
        )

    def approve(self, request: pb.ApprovePackRequest, caller: Caller) -> ApprovePack:
        """Return the work of an approval."""
        return ApprovePack(**self._common("ApprovePack", request, caller), pack=request.pack, reason=request.reason)

    def reject(self, request: pb.RejectPackRequest, caller: Caller) -> RejectPack:
        """Return the work of a rejection."""
        return RejectPack(**self._common("RejectPack", request, caller), pack=request.pack, reason=request.reason)

    def activate(self, request: pb.ActivatePackRequest, caller: Caller) -> ActivatePack:
        """Try the pack out again, by this program, and return the work of activating it. Raises ``RouterError``."""
        with self._store.read() as reader:
            entry = entry_named(Book(reader.pack_acts(), micros(self._now())), request.pack)
            content, base = reader.pack(entry.digest), reader.pack(entry.base) if entry.base else None
        vetted = ""
        # What lacks approvals is refused without being tried.
        if content is not None and base is not None and entry.state in WAITING and entry.is_approved:
            vetted = self._vetted(files_of(content), base).digest
        return ActivatePack(
            **self._common("ActivatePack", request, caller),
            pack=request.pack,
            reason=request.reason,
            live_from=moment(request.live_from) if request.HasField("live_from") else None,
            vetted=vetted,
        )

    def run_in_shadow(self, request: pb.ShadowPackRequest, caller: Caller) -> ShadowPack:
        """Return the work of beginning or ending a shadow."""
        start = request.action == pb.SHADOW_ACTION_START
        return ShadowPack(**self._common("ShadowPack", request, caller), pack=request.pack, start=start)

    def roll_back(self, request: pb.RollBackPackRequest, caller: Caller) -> RollBackPack:
        """Return the work of rolling back."""
        return RollBackPack(**self._common("RollBackPack", request, caller), reason=request.reason)

    def list_packs(self, _request: pb.ListPacksRequest, caller: Caller, context: grpc.ServicerContext) -> Answer:
        """List the packs."""
        self._refuse_strangers(caller)
        with self._store.read() as reader:
            book = Book(reader.pack_acts(), micros(self._now()))
            entries = list(book.entries.values())[::-1]
            answer = pb.ListPacksResponse(
                packs=[pack_message(one, book, reader) for one in entries],
                live_digest=book.live.digest if book.live else "",
                deciding_digest=self._deciding(),
            )
        return self._looked("ListPacks", AuditEvent.PACKS_LISTED, caller, context, answer, count=len(entries))

    def get_pack(self, request: pb.GetPackRequest, caller: Caller, context: grpc.ServicerContext) -> Answer:
        """Show one pack."""
        self._refuse_strangers(caller)
        with self._store.read() as reader:
            book = Book(reader.pack_acts(), micros(self._now()))
            entry = entry_named(book, request.pack)
            answer = pb.GetPackResponse(
                pack=pack_message(entry, book, reader),
                timeline=[act_message(one) for one in book.acts if book.of_act(one) is entry],
            )
            content = reader.pack(entry.digest) if request.include_files else None
        if content is not None:
            answer.files.extend(pb.PackFile(name=name, content=text) for name, text in files_of(content).items())
        return self._looked("GetPack", AuditEvent.PACK_READ, caller, context, answer, pack_digest=entry.digest)

    def _act(self, make: Make) -> Callable[..., bytes]:
        def call(request: Any, caller: Caller, context: grpc.ServicerContext) -> Answer:
            if caller.reader is not Reader.RULES:
                message = "only those who keep the rules act on packs; call as READER_KIND_RULES"
                raise RouterError(Reason.NOT_A_RULE_KEEPER, message)
            try:
                work = make(request, caller)
            except StoreBusyError:
                raise _unreadable() from None
            answer = self._servicer.done(work, context)
            self._acted()
            return answer

        return self._servicer.apart(call)

    def _common(self, method: str, request: Any, caller: Caller) -> dict[str, Any]:
        payload = content_of(request)
        # For whom somebody approves is part of what they say.
        said = f"{caller.name}\0{caller.service}"
        return {
            "method": method,
            "caller": caller,
            "received_at": self._now(),
            "request_id": request.request_id,
            "digest": digest_of(method, said, payload),
            "payload": b"",
        }

    def _vetted(self, files: Mapping[str, bytes], base: bytes) -> Vetted:
        with self._one_at_a_time:
            try:
                vetted = self._try_out(files, base)
            except VettingError as fault:
                raise RouterError(Reason.PACK_NOT_SAFE, f"the pack could not be tried out: {fault}") from None
        if vetted.faults:
            faults = tuple(FieldFault(f"{file}:{line}:{column}", what) for file, line, column, what in vetted.faults)
            message = "the pack does not load; mend what is named, by file, line and column, and propose it again"
            raise RouterError(Reason.PACK_DOES_NOT_LOAD, message, faults=faults[:_MOST_FAULTS])
        if vetted.failures:
            faults = tuple(FieldFault(file, f"'{test}': {what}") for file, test, what in vetted.failures)
            message = "tests of the pack fail; mend the rules or the tests, and propose it again"
            raise RouterError(Reason.PACK_TESTS_FAIL, message, faults=faults[:_MOST_FAULTS])
        if vetted.unsafe:
            faults = tuple(FieldFault("pack", what) for what in vetted.unsafe)
            message = "what must hold for every family does not; `router rules prove` shows a family for each"
            raise RouterError(Reason.PACK_NOT_SAFE, message, faults=faults[:_MOST_FAULTS])
        return vetted

    def _looked(
        self,
        method: str,
        event: AuditEvent,
        caller: Caller,
        context: grpc.ServicerContext,
        answer: Message,
        **fields: str | int,
    ) -> Answer:
        """Write a look down, then answer it."""
        now = self._now()
        note = Note(method=method, caller=caller, received_at=now, change=Change())
        note.change.audit.append(self._recorder.audit(event, now, {**self._recorder.call_fields(note), **fields}))
        written = self._servicer.done(note, context)
        return written if isinstance(written, RouterError) else answer.SerializeToString()

    def _refuse_strangers(self, caller: Caller) -> None:
        if caller.reader not in _LOOKERS:
            message = "packs are shown to those who keep the rules, to desks and to auditors"
            raise RouterError(Reason.NOT_A_RULE_KEEPER, message)


def _unreadable() -> RouterError:
    return RouterError(Reason.STORE_UNAVAILABLE, "the store cannot be read now; try again shortly")
