"""The remote procedures: check, hand over to the batch, wait as long as the caller does, answer."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import grpc
from grpc_status import rpc_status

from router.audit.events import AuditEvent
from router.audit.log import record
from router.model.errors import FieldFault, Reason, RouterError
from router.service.admission import Place, Rank
from router.service.batcher import Batcher
from router.service.callers import Callers, Certified
from router.service.decode import decode_event, moment
from router.service.errors import RETRY_MS, abort, field_faults, item_error, late, status_of
from router.service.intake import LONGEST_WAIT_SECONDS, Call, Handle, ReadingPool, in_pool
from router.service.projection import Reader
from router.service.reading import Reads, parse_id
from router.service.shedding import Door, overloaded, overloaded_status
from router.service.validate import validate
from router.service.wire import embedded
from router.service.work import (
    Acknowledge,
    Answer,
    Caller,
    Note,
    Quarantine,
    Respond,
    Submit,
    Withdraw,
    Work,
    caller_of,
    digest_of,
)
from router.store.interface import Reader as StoreReader
from router.store.interface import Store, StoreBusyError
from router.v1 import routing_service_pb2 as pb

# Answers that a sender has not read yet: they are held in memory.
MOST_OF_A_STREAM = 256
MOST_STREAMS = 64
# How long an item of a stream waits for room before it is turned away.
PATIENCE_SECONDS = 0.5

Read = Callable[[Any, Caller, StoreReader, datetime], tuple[bytes, Note]]


@dataclass(frozen=True, slots=True)
class _Begun:
    """Work that was handed over for a call. Its answer is the call's, unless ``answer`` is, once the work is done."""

    work: Future[Answer]
    answer: bytes | None = None


class Servicer:
    """Answers calls. Shared by every thread of the server."""

    def __init__(
        self,
        *,
        batcher: Batcher,
        door: Door,
        store: Store,
        reads: Reads,
        callers: Callers,
        now: Callable[[], datetime],
    ) -> None:
        self._batcher = batcher
        self._door = door
        self._store = store
        self._reads = reads
        self._callers = callers
        self._now = now
        self._streams = threading.BoundedSemaphore(MOST_STREAMS)

    def handlers(self, calls: ReadingPool, streams: ThreadPoolExecutor) -> grpc.GenericRpcHandler[Any, Any]:
        """Return the handlers of the contract's service, which run in these pools. Answers are bytes already."""
        methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Check": calls.at_once(pb.CheckRequest, self.written(self.check)),
            "SubmitReferral": calls.at_once(pb.SubmitReferralRequest, self.written(self.submit)),
            "SubmitQuarantined": calls.at_once(pb.SubmitQuarantinedRequest, self.written(self.quarantine)),
            "WithdrawReferral": calls.at_once(pb.WithdrawReferralRequest, self.written(self.withdraw)),
            "RespondToReferral": calls.at_once(pb.RespondToReferralRequest, self.written(self.respond)),
            "AcknowledgeNotice": calls.at_once(pb.AcknowledgeNoticeRequest, self.written(self.acknowledge)),
            "ListNotices": calls.in_a_thread(pb.ListNoticesRequest, self.read(self._reads.list_notices)),
            "GetDecision": calls.in_a_thread(pb.GetDecisionRequest, self.read(self._reads.get_decision)),
            "ListDecisions": calls.in_a_thread(pb.ListDecisionsRequest, self.read(self._reads.list_decisions)),
        }
        methods["SubmitReferrals"] = grpc.stream_stream_rpc_method_handler(
            in_pool(self.submit_stream, streams), request_deserializer=pb.SubmitReferralsRequest.FromString
        )
        return grpc.method_handlers_generic_handler(pb.DESCRIPTOR.services_by_name["RoutingService"].full_name, methods)

    def check(self, request: pb.CheckRequest, caller: Caller) -> Work:
        """Return the work of a dry run."""
        return Submit(
            method="Check",
            caller=caller,
            received_at=self._now(),
            event=decode_event(request.event),
            payload=request.event.SerializeToString(deterministic=True),
            dry_run=True,
        )

    def submit(self, request: pb.SubmitReferralRequest, caller: Caller) -> Work:
        """Return the work of a referral."""
        payload = request.event.SerializeToString(deterministic=True)
        return Submit(
            method="SubmitReferral",
            caller=caller,
            received_at=self._now(),
            request_id=request.request_id,
            digest=digest_of("SubmitReferral", caller.name, payload),
            event=decode_event(request.event),
            payload=payload,
        )

    def quarantine(self, request: pb.SubmitQuarantinedRequest, caller: Caller) -> Work:
        """Return the work of a message that could not be mapped."""
        payload = content_of(request)
        return Quarantine(
            method="SubmitQuarantined",
            caller=caller,
            received_at=self._now(),
            request_id=request.request_id,
            digest=digest_of("SubmitQuarantined", caller.name, payload),
            source_system=request.source_system,
            board_code=request.board_code,
            reason=request.reason,
            raw=request.raw,
            payload=payload,
        )

    def withdraw(self, request: pb.WithdrawReferralRequest, caller: Caller) -> Work:
        """Return the work of a withdrawal."""
        payload = content_of(request)
        return Withdraw(
            method="WithdrawReferral",
            caller=caller,
            received_at=self._now(),
            request_id=request.request_id,
            digest=digest_of("WithdrawReferral", caller.name, payload),
            source_system=request.source_system,
            source_reference=request.source_reference,
            reason=pb.WithdrawReason.Name(request.reason).removeprefix("WITHDRAW_REASON_"),
            occurred_at=moment(request.occurred_at),
            payload=payload,
        )

    def respond(self, request: pb.RespondToReferralRequest, caller: Caller) -> Work:
        """Return the work of an answer to a proposal."""
        declines = request.response == pb.RESPONSE_KIND_DECLINE
        if declines and not request.decline_reason:
            fault = FieldFault("decline_reason", "is missing; a decline needs a coded reason")
            raise RouterError(Reason.DECLINE_NEEDS_REASON, "a decline needs a coded reason", faults=(fault,))
        if not declines and request.decline_reason:
            raise field_faults([FieldFault("decline_reason", "is for declines only; leave it out")])
        payload = content_of(request)
        reason = pb.DeclineReason.Name(request.decline_reason).removeprefix("DECLINE_REASON_")
        return Respond(
            method="RespondToReferral",
            caller=caller,
            received_at=self._now(),
            request_id=request.request_id,
            digest=digest_of("RespondToReferral", caller.name, payload),
            decision_id=parse_id("dec", request.decision_id, Reason.UNKNOWN_DECISION, "decision"),
            decline_reason=reason if declines else "",
            payload=payload,
        )

    def acknowledge(self, request: pb.AcknowledgeNoticeRequest, caller: Caller) -> Work:
        """Return the work of an acknowledgement."""
        notice_id = parse_id("ntc", request.notice_id, Reason.UNKNOWN_NOTICE, "notice")
        return Acknowledge(method="AcknowledgeNotice", caller=caller, received_at=self._now(), notice_id=notice_id)

    def submit_stream(
        self, requests: Iterator[pb.SubmitReferralsRequest], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        """Answer a stream of referrals, each as it is done; a bad item is answered and the stream goes on."""
        if not self._streams.acquire(blocking=False):
            context.abort_with_status(overloaded_status(self._door.turn_away("SubmitReferrals", Rank.BULK)))
        try:
            answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
            room = threading.BoundedSemaphore(MOST_OF_A_STREAM)
            reader = threading.Thread(target=self._feed, args=(requests, context, answers, room), daemon=True)
            reader.start()
            while (answer := answers.get()) is not None:
                room.release()
                yield answer
        finally:
            self._streams.release()

    def _feed(
        self,
        requests: Iterator[pb.SubmitReferralsRequest],
        context: grpc.ServicerContext,
        answers: queue.SimpleQueue[bytes | None],
        room: threading.BoundedSemaphore,
    ) -> None:
        open_items: list[Future[Answer]] = []
        patience = PATIENCE_SECONDS
        try:
            for item in requests:
                room.acquire()
                request = item.request
                place = self._door.enter_from_stream(request, patience)
                if not isinstance(place, Place):
                    # Once one has waited in vain the next do not, so that danger behind them is soon come to.
                    patience = 0.0
                    answers.put(_item(request.request_id, overloaded(), place))
                    continue
                patience = PATIENCE_SECONDS
                try:
                    with place:
                        validate(item)
                        caller = self._caller(request.context, context)
                        future = self._hand_over(self.submit(request, caller), place)
                except RouterError as refusal:
                    self._log_refusal("SubmitReferrals", refusal)
                    answers.put(_item(request.request_id, refusal))
                    continue
                open_items = [one for one in open_items if not one.done()]
                open_items.append(future)
                future.add_done_callback(functools.partial(_put, answers, request.request_id))
        except grpc.RpcError:
            # the caller broke off; what was handed over is finished all the same
            pass
        finally:
            for one in open_items:
                one.exception()
            answers.put(None)

    def written(self, make: Callable[[Any, Caller], Work]) -> Handle:
        """Return the handler of a call that is handed over to the batch as work."""

        def begin(request: Any, caller: Caller, place: Place) -> _Begun:
            return _Begun(self._hand_over(make(request, caller), place))

        return self._handler(begin)

    def read(self, read: Read) -> Handle:
        """Return the handler of a call that reads; the look is written down before it is answered."""

        def begin(request: Any, caller: Caller, place: Place) -> _Begun:
            try:
                with self._store.read() as reader:
                    answer, note = read(request, caller, reader, self._now())
            except StoreBusyError:
                message = "the store cannot be read now; try again shortly"
                raise RouterError(Reason.STORE_UNAVAILABLE, message) from None
            return _Begun(self._hand_over(note, place), answer)

        return self._handler(begin)

    def apart(self, call: Callable[[Any, Caller, grpc.ServicerContext], Answer]) -> Callable[..., bytes]:
        """Return the handler of a call about rules, which takes no place among those about families."""

        def handle(request: Any, context: grpc.ServicerContext) -> bytes:
            answer = self._answer(request, lambda: call(request, self._listed(request.context, context), context))
            return self._said(request, answer, context)

        return handle

    def done(self, work: Work, context: grpc.ServicerContext) -> Answer:
        """Hand over work that takes no place, and return its answer."""
        return self._wait(self._batcher.submit(work), context)

    def _handler(self, begin: Callable[[Any, Caller, Place], _Begun]) -> Handle:
        def handle(request: Any, call: Call, place: Place) -> None:
            try:
                validate(request)
                begun = begin(request, self._caller(request.context, call), place)
            except RouterError as refusal:
                self._refuse(request, call, refusal)
                return
            call.when_given_up(functools.partial(self._given_up, request, begun.work))
            begun.work.add_done_callback(functools.partial(self._done, request, call, begun.answer))

        return handle

    def _done(self, request: Any, call: Call, answer: bytes | None, work: Future[Answer]) -> None:
        """Answer a call when its work is done, on the thread that did it."""
        if work.cancelled():
            return
        written = work.result()
        if isinstance(written, RouterError):
            self._refuse(request, call, written)
        else:
            call.answer(written if answer is None else answer)

    def _refuse(self, request: Any, call: Call, refusal: RouterError) -> None:
        self._log_refusal(_method(request), refusal)
        call.refuse(rpc_status.to_status(status_of(refusal)))

    def _given_up(self, request: Any, work: Future[Answer]) -> None:
        """See to it that work is not begun for a caller who has gone, or was told that it took too long."""
        work.cancel()
        self._log_refusal(_method(request), late())

    def _answer(self, request: Any, call: Callable[[], Answer]) -> Answer:
        try:
            validate(request)
            return call()
        except RouterError as refusal:
            return refusal
        except Exception as fault:  # noqa: BLE001 - never a bare traceback to a caller
            record(AuditEvent.CALL_FAILED, method=_method(request), error=type(fault).__name__)
            return RouterError(Reason.INTERNAL, "the router met a fault of its own; nothing was changed")

    def _said(self, request: Any, answer: Answer, context: grpc.ServicerContext) -> bytes:
        if isinstance(answer, RouterError):
            self._log_refusal(_method(request), answer)
            abort(context, answer)
        return answer

    def _caller(self, context_message: pb.CallContext, call: Certified) -> Caller:
        caller = self._listed(context_message, call)
        if caller.reader is Reader.RULES:
            message = "those who keep the rules neither refer nor read a family; they call RuleService only"
            raise RouterError(Reason.NOT_YOURS_TO_READ, message)
        return caller

    def _listed(self, context_message: pb.CallContext, call: Certified) -> Caller:
        caller = caller_of(context_message)
        self._callers.check(caller, call)
        return caller

    def _hand_over(self, work: Work, place: Place) -> Future[Answer]:
        future = self._batcher.submit(work)
        place.until_done(future)
        return future

    def _wait(self, future: Future[Answer], context: grpc.ServicerContext) -> Answer:
        remaining = context.time_remaining()
        wait = LONGEST_WAIT_SECONDS if remaining is None else max(0.0, min(remaining, LONGEST_WAIT_SECONDS))
        try:
            return future.result(timeout=wait)
        except FutureTimeoutError:
            future.cancel()
            return late()

    def _log_refusal(self, method: str, refusal: RouterError) -> None:
        record(
            AuditEvent.CALL_REFUSED,
            method=method,
            reason=refusal.reason.value,
            fault_fields=[fault.field for fault in refusal.faults] or None,
        )


def _method(request: Any) -> str:
    return type(request).__name__.removesuffix("Request")


def _put(answers: queue.SimpleQueue[bytes | None], request_id: str, done: Future[Answer]) -> None:
    answers.put(_item(request_id, done.result()))


def content_of(request: Any) -> bytes:
    """Return a request's content without who sent it and under which id: what makes two requests the same."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("context")
    bare.ClearField("request_id")
    return bytes(bare.SerializeToString(deterministic=True))


def _item(request_id: str, answer: Answer, retry_ms: int = RETRY_MS) -> bytes:
    if isinstance(answer, RouterError):
        error = item_error(answer, retry_ms=retry_ms)
        return pb.SubmitReferralsResponse(request_id=request_id, error=error).SerializeToString()
    fields = pb.SubmitReferralsResponse.DESCRIPTOR.fields_by_name
    return embedded(fields["request_id"].number, request_id.encode()) + embedded(fields["response"].number, answer)
